import { checkOptions } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import { registerKl } from '../gaussian/index.ts';
import type { StddevTensor, VarianceTensor } from '../gaussian/index.ts';
import { checkEntries, checkFinite, floatDType, floatTensor } from '../gaussian/parameters.ts';
import { asStddev, asVariance } from '../gaussian/scale.ts';
import { add, asTensor, exp, expm1, log, mul, stopGradient, sub } from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { truncate } from './choice.ts';
import { DistributionBase } from './distribution-base.ts';
import { poissonLogProb } from './poisson-density.ts';
import { drawPoisson } from './poisson-draws.ts';
import { counts, onSupport, supportOptionRules } from './support.ts';
import type { SupportOptions } from './support.ts';

/** P(x) = λˣ e^−λ / x! of counts x, by the logarithm of the rate λ. Draws: of rates up to some 2²⁴. */
export class Poisson extends DistributionBase {
  readonly name = 'Poisson';
  readonly batchShape: GraphShape;
  readonly eventShape: Shape = [];
  readonly dtype: FloatDType;
  readonly support = counts;
  readonly isReparameterized = false;
  readonly logRate: Tensor;
  readonly rate: Tensor;
  readonly #checkSupport: boolean;

  private constructor(
    operation: string,
    { rate, logRate }: { rate: Tensor; logRate: Tensor },
    options: SupportOptions,
  ) {
    super();
    checkOptions(operation, options, supportOptionRules);
    this.rate = rate;
    this.logRate = logRate;
    this.batchShape = logRate.shape;
    this.dtype = floatDType(operation, logRate);
    this.#checkSupport = options.checkSupport ?? true;
  }

  /** @param rate λ > 0, [...batch] */
  static fromRate(rate: TensorLike, options: SupportOptions = {}): Poisson {
    const operation = 'Poisson.fromRate';
    const lambda = floatTensor(operation, rate);
    checkEntries(`${operation}: rate`, lambda, {
      accepts: (x) => x > 0 && x < Infinity,
      wanted: 'positive and finite',
    });
    return new Poisson(operation, { rate: lambda, logRate: log(lambda) }, options);
  }

  /** @param logRate log λ, [...batch] */
  static fromLogRate(logRate: TensorLike, options: SupportOptions = {}): Poisson {
    const operation = 'Poisson.fromLogRate';
    const eta = floatTensor(operation, logRate);
    checkFinite(`${operation}: logRate`, eta);
    return new Poisson(operation, { rate: exp(eta), logRate: eta }, options);
  }

  get mean(): Tensor {
    return this.rate;
  }

  /** The whole part of the rate. */
  get mode(): Tensor {
    return truncate(this.rate);
  }

  get variance(): VarianceTensor {
    return asVariance(this.rate);
  }

  get stddev(): StddevTensor {
    return asStddev(exp(mul(this.logRate, 0.5)));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return stopGradient(drawPoisson(this.logRate, key, sampleShape));
  }

  logProb(x: TensorLike): Tensor {
    const given = asTensor(x, this.dtype);
    const formula = (count: Tensor): Tensor => poissonLogProb(count, this.logRate);
    if (!this.#checkSupport) return formula(given);
    return onSupport({ support: this.support, eventRank: 0, standIn: 0 }, given, formula);
  }
}

/** λ (η − η′) + λ′ − λ = λ (d + e^−d − 1) with d = η − η′, the log-rates. */
function poissonKl(q: Poisson, p: Poisson): Tensor {
  const difference = sub(q.logRate, p.logRate);
  return mul(q.rate, add(difference, expm1(sub(p.logRate, q.logRate))));
}

registerKl<Poisson, Poisson>(Poisson, Poisson, poissonKl);
