import { broadcastTo } from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import { Gaussian } from './gaussian.ts';
import { floatPair, lastSize, refuseMatrixAsScale } from './parameters.ts';
import { DiagonalRoot } from './roots/diagonal.ts';
import { Scale, asStddev, unwrapScale } from './scale.ts';
import type { ScaleLike, ScaleWord, StddevTensor } from './scale.ts';

/**
 * N(μ, diag(σ²)): independent coordinates, z = μ + σ ⊙ ε. Mean and scale have shape [...batch, n] and broadcast; σ is
 * the elementwise root of the variance.
 */
export class MultivariateNormalDiag extends Gaussian<DiagonalRoot> {
  readonly name = 'MultivariateNormalDiag';

  private constructor(mean: Tensor, root: DiagonalRoot) {
    super('MultivariateNormalDiag', mean, root);
  }

  /** The distribution whose root is given. */
  static fromRoot(mean: TensorLike, root: DiagonalRoot): MultivariateNormalDiag {
    const [location] = floatPair('MultivariateNormalDiag.fromRoot', mean, root.scale.stddev);
    return new MultivariateNormalDiag(location, root);
  }

  private static make<Word extends ScaleWord>(word: Word, operation: string, mean: TensorLike, scale: ScaleLike<Word>) {
    const [location, given] = floatPair(operation, mean, unwrapScale(operation, word, scale));
    refuseMatrixAsScale(operation, word, location, given);
    // One number for every coordinate still means n coordinates.
    const x = location.rank > 0 && given.rank === 0 ? broadcastTo(given, [lastSize(operation, location)]) : given;
    return new MultivariateNormalDiag(location, DiagonalRoot.from(word, new Scale(word, x)));
  }

  static fromStddev(mean: TensorLike, stddev: ScaleLike<'stddev'>): MultivariateNormalDiag {
    return MultivariateNormalDiag.make('stddev', 'MultivariateNormalDiag.fromStddev', mean, stddev);
  }

  static fromVariance(mean: TensorLike, variance: ScaleLike<'variance'>): MultivariateNormalDiag {
    return MultivariateNormalDiag.make('variance', 'MultivariateNormalDiag.fromVariance', mean, variance);
  }

  /** log-det from ½ Σ log σ² as given, without exponentiating and taking logarithms again. */
  static fromLogVariance(mean: TensorLike, logVariance: ScaleLike<'logVariance'>): MultivariateNormalDiag {
    return MultivariateNormalDiag.make('logVariance', 'MultivariateNormalDiag.fromLogVariance', mean, logVariance);
  }

  override get stddev(): StddevTensor {
    return asStddev(broadcastTo(this.root.scale.stddev, [...this.batchShape, this.size]));
  }
}
