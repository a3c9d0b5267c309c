import type { FloatDType, Shape } from '../core/index.ts';
import { epsilonOf } from '../core/index.ts';
import { registerKl } from '../gaussian/index.ts';
import type { StddevTensor, VarianceTensor } from '../gaussian/index.ts';
import { realSupport } from '../gaussian/distribution.ts';
import { checkEntries, checkFinite, floatDType, floatPair } from '../gaussian/parameters.ts';
import { asStddev, asVariance } from '../gaussian/scale.ts';
import {
  abs,
  add,
  asTensor,
  broadcastGraphShapes,
  broadcastTo,
  div,
  exp,
  log,
  log1p,
  maximum,
  mul,
  neg,
  randomUniform,
  sign,
  square,
  sub,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { DistributionBase } from './distribution-base.ts';

/**
 * p(x) = e^(−|x − μ| / b) / 2b with location μ and scale b; the standard deviation is b √2. Less drawn to outliers than a
 * normal. Parameters broadcast to the batch shape.
 */
export class Laplace extends DistributionBase {
  readonly name = 'Laplace';
  readonly batchShape: GraphShape;
  readonly eventShape: Shape = [];
  readonly dtype: FloatDType;
  readonly support = realSupport([]);
  readonly isReparameterized = true;
  /** μ as given, which broadcasts to `mean`. */
  readonly location: Tensor;
  /** b as given. */
  readonly scale: Tensor;
  readonly logScale: Tensor;

  private constructor(operation: string, location: Tensor, { scale, logScale }: { scale: Tensor; logScale: Tensor }) {
    super();
    checkFinite(`${operation}: location`, location);
    this.batchShape = broadcastGraphShapes(operation, location.shape, scale.shape);
    this.dtype = floatDType(operation, location);
    this.location = location;
    this.scale = scale;
    this.logScale = logScale;
  }

  /** @param scale b > 0, which is not the standard deviation b √2 */
  static fromScale(location: TensorLike, scale: TensorLike): Laplace {
    const operation = 'Laplace.fromScale';
    const [mean, b] = floatPair(operation, location, scale);
    checkEntries(`${operation}: scale`, b, { accepts: (x) => x > 0 && x < Infinity, wanted: 'positive and finite' });
    return new Laplace(operation, mean, { scale: b, logScale: log(b) });
  }

  /** @param logScale log b */
  static fromLogScale(location: TensorLike, logScale: TensorLike): Laplace {
    const operation = 'Laplace.fromLogScale';
    const [mean, logB] = floatPair(operation, location, logScale);
    checkFinite(`${operation}: logScale`, logB);
    return new Laplace(operation, mean, { scale: exp(logB), logScale: logB });
  }

  get mean(): Tensor {
    return broadcastTo(this.location, this.batchShape);
  }

  get mode(): Tensor {
    return this.mean;
  }

  /** 2 b² */
  get variance(): VarianceTensor {
    return asVariance(broadcastTo(mul(square(this.scale), 2), this.batchShape));
  }

  get stddev(): StddevTensor {
    return asStddev(broadcastTo(mul(this.scale, Math.SQRT2), this.batchShape));
  }

  /** u uniform on [−½, ½): −sign(u) log(1 − 2|u|) has density ½ e^−|x|. Where u = ½, of the next smaller number, whose x is finite. */
  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    const u = sub(0.5, randomUniform(key, [...sampleShape, ...this.batchShape], this.dtype));
    const rest = maximum(mul(abs(u), -2), epsilonOf[this.dtype] / 2 - 1);
    return sub(this.location, mul(this.scale, mul(sign(u), log1p(rest))));
  }

  logProb(x: TensorLike): Tensor {
    const distance = abs(sub(asTensor(x, this.dtype), this.location));
    return neg(add(div(distance, this.scale), add(this.logScale, Math.LN2)));
  }

  /** 1 + log 2b */
  entropy(): Tensor {
    return broadcastTo(add(this.logScale, 1 + Math.LN2), this.batchShape);
  }
}

/** |μq − μp| / bp + (bq/bp) e^(−|μq − μp| / bq) − 1 + log(bp/bq) */
function laplaceKl(q: Laplace, p: Laplace): Tensor {
  const distance = abs(sub(q.location, p.location));
  const overlap = mul(div(q.scale, p.scale), exp(neg(div(distance, q.scale))));
  return add(sub(add(div(distance, p.scale), overlap), 1), sub(p.logScale, q.logScale));
}

registerKl<Laplace, Laplace>(Laplace, Laplace, laplaceKl);
