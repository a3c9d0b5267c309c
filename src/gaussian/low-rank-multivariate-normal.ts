import { checkOptions, rule } from '../core/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import { Gaussian } from './gaussian.ts';
import { floatTensors } from './parameters.ts';
import { LowRankRoot } from './roots/low-rank.ts';
import { Scale, unwrapScale } from './scale.ts';
import type { ScaleLike, ScaleWord } from './scale.ts';

/** W of Σ = D + W Wᵀ. */
export interface LowRankOptions {
  /** W, [...batch, n, r] */
  readonly factor: TensorLike;
}

/**
 * N(μ, D + W Wᵀ) with D = diag(σ²), [...batch, n], and W [...batch, n, r]: O(n r) a draw, O(n r²) a density, instead of
 * O(n²) and O(n³).
 */
export class LowRankMultivariateNormal extends Gaussian<LowRankRoot> {
  readonly name = 'LowRankMultivariateNormal';

  private constructor(mean: Tensor, root: LowRankRoot) {
    super('LowRankMultivariateNormal', mean, root);
  }

  /** The distribution whose root is given. */
  static fromRoot(mean: TensorLike, root: LowRankRoot): LowRankMultivariateNormal {
    const [location] = floatTensors('LowRankMultivariateNormal.fromRoot', mean, root.factor) as [Tensor];
    return new LowRankMultivariateNormal(location, root);
  }

  private static make<Word extends ScaleWord>(
    word: Word,
    operation: string,
    mean: TensorLike,
    scale: ScaleLike<Word>,
    options: LowRankOptions,
  ): LowRankMultivariateNormal {
    checkOptions(operation, options, { factor: rule.anything });
    const given = unwrapScale(operation, word, scale);
    const [location, x, factor] = floatTensors(operation, mean, given, options.factor) as [Tensor, Tensor, Tensor];
    return new LowRankMultivariateNormal(location, LowRankRoot.from(word, new Scale(word, x), { factor }));
  }

  static fromStddev(mean: TensorLike, stddev: ScaleLike<'stddev'>, options: LowRankOptions): LowRankMultivariateNormal {
    return LowRankMultivariateNormal.make('stddev', 'LowRankMultivariateNormal.fromStddev', mean, stddev, options);
  }

  /** D from its variances. */
  static fromVariance(
    mean: TensorLike,
    variance: ScaleLike<'variance'>,
    options: LowRankOptions,
  ): LowRankMultivariateNormal {
    return LowRankMultivariateNormal.make(
      'variance',
      'LowRankMultivariateNormal.fromVariance',
      mean,
      variance,
      options,
    );
  }

  static fromLogVariance(
    mean: TensorLike,
    logVariance: ScaleLike<'logVariance'>,
    options: LowRankOptions,
  ): LowRankMultivariateNormal {
    const operation = 'LowRankMultivariateNormal.fromLogVariance';
    return LowRankMultivariateNormal.make('logVariance', operation, mean, logVariance, options);
  }
}
