import { answer } from './answer.ts';
import { clouds } from './clouds.ts';
import { conventions } from './conventions.ts';
import { cost } from './cost.ts';
import { covariance } from './covariance.ts';
import { digit } from './digit.ts';
import { geometry } from './geometry.ts';
import { gradients } from './gradients.ts';
import { iterations } from './iterations.ts';
import { kl } from './kl.ts';
import { line } from './line.ts';
import { logvar } from './logvar.ts';
import { measuredFigure } from './measured.ts';
import { noise } from './noise.ts';
import { matrixTimesVector } from './product.ts';
import { shapes } from './shapes.ts';
import { signs4 } from './signs.ts';
import { spread } from './spread.ts';
import { square } from './square.ts';
import { train } from './train.ts';
import { turning } from './turning.ts';

/** Every figure, in the order of the article. */
export const figures = [
  line,
  answer,
  spread,
  logvar,
  conventions,
  matrixTimesVector,
  noise,

  covariance,
  square,
  signs4,
  clouds,
  geometry,
  shapes,
  iterations,
  gradients,
  kl,
  turning,
  cost,
  measuredFigure,
  digit,
  train,
];
