import type { Tensor, TensorLike } from '../graph/index.ts';
import { Gaussian } from './gaussian.ts';
import { floatPair, lastSize } from './parameters.ts';
import { ScaledIdentityRoot } from './roots/scaled-identity.ts';
import { Scale, unwrapScale } from './scale.ts';
import type { ScaleLike, ScaleWord } from './scale.ts';

/** N(μ, σ² I): one standard deviation for all coordinates. Mean [...batch, n], scale [...batch]. */
export class IsotropicNormal extends Gaussian<ScaledIdentityRoot> {
  readonly name = 'IsotropicNormal';

  private constructor(mean: Tensor, root: ScaledIdentityRoot) {
    super('IsotropicNormal', mean, root);
  }

  /** The distribution whose root is given. */
  static fromRoot(mean: TensorLike, root: ScaledIdentityRoot): IsotropicNormal {
    const [location] = floatPair('IsotropicNormal.fromRoot', mean, root.scale.stddev);
    return new IsotropicNormal(location, root);
  }

  private static make<Word extends ScaleWord>(word: Word, operation: string, mean: TensorLike, scale: ScaleLike<Word>) {
    const [location, x] = floatPair(operation, mean, unwrapScale(operation, word, scale));
    const size = lastSize(operation, location);
    return new IsotropicNormal(location, ScaledIdentityRoot.from(word, size, new Scale(word, x)));
  }

  static fromStddev(mean: TensorLike, stddev: ScaleLike<'stddev'>): IsotropicNormal {
    return IsotropicNormal.make('stddev', 'IsotropicNormal.fromStddev', mean, stddev);
  }

  static fromVariance(mean: TensorLike, variance: ScaleLike<'variance'>): IsotropicNormal {
    return IsotropicNormal.make('variance', 'IsotropicNormal.fromVariance', mean, variance);
  }

  static fromLogVariance(mean: TensorLike, logVariance: ScaleLike<'logVariance'>): IsotropicNormal {
    return IsotropicNormal.make('logVariance', 'IsotropicNormal.fromLogVariance', mean, logVariance);
  }
}
