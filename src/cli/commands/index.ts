import type { CommandGroup, CommandRow } from '../command-row.ts';
import { classifyCommand } from './classify.ts';
import { compareCommand } from './compare.ts';
import { completionCommand } from './completion.ts';
import { datasetsCommand } from './datasets.ts';
import { decodeCommand } from './decode.ts';
import { doctorCommand } from './doctor.ts';
import { encodeCommand } from './encode.ts';
import { evaluateCommand } from './evaluate.ts';
import { exportCommand } from './export.ts';
import { gaussianCommand } from './gaussian.ts';
import { imputeCommand } from './impute.ts';
import { interpolateCommand } from './interpolate.ts';
import { latentCommand } from './latent.ts';
import { presetsCommand } from './presets.ts';
import { reconstructCommand } from './reconstruct.ts';
import { reportCommand } from './report.ts';
import { runsCommand } from './runs.ts';
import { sampleCommand } from './sample.ts';
import { scoreCommand } from './score.ts';
import { serveCommand } from './serve.ts';
import { sqrtCommand } from './sqrt.ts';
import { studioCommand } from './studio.ts';
import { sweepCommand } from './sweep.ts';
import { trainCommand } from './train.ts';
import { traverseCommand } from './traverse.ts';

/** Every command, in the order of the help. */
export const commands: readonly (CommandRow | CommandGroup)[] = [
  trainCommand,
  sweepCommand,
  evaluateCommand,
  compareCommand,
  runsCommand,
  sampleCommand,
  reconstructCommand,
  interpolateCommand,
  traverseCommand,
  latentCommand,
  scoreCommand,
  imputeCommand,
  encodeCommand,
  decodeCommand,
  classifyCommand,
  exportCommand,
  reportCommand,
  serveCommand,
  studioCommand,
  sqrtCommand,
  gaussianCommand,
  datasetsCommand,
  presetsCommand,
  doctorCommand,
  completionCommand(() => commands),
];
