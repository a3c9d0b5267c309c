import { ShapeError, formatShape } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import type { Distribution, StddevTensor, Support, VarianceTensor } from '../gaussian/index.ts';
import { asStddev, asVariance } from '../gaussian/scale.ts';
import {
  add,
  asGraphKey,
  asTensor,
  broadcastGraphShapes,
  broadcastTo,
  cast,
  expandDims,
  greater,
  logSumExp,
  max,
  mul,
  reshape,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { leadingAxes } from './batch.ts';
import type { Categorical } from './categorical.ts';
import { drawOneHot } from './choice.ts';
import { DistributionBase } from './distribution-base.ts';

/**
 * p(x) = Σₖ πₖ pₖ(x): one of K distributions of a family, drawn with the probabilities of a `Categorical`. The components
 * are the last axis of a batch, so of any family: K Gaussians, diagonal or full, are a `MultivariateNormalDiag` or
 * `MultivariateNormal` of batch shape [..., K]. Draws are not differentiable, as the choice is not; densities are.
 */
export class MixtureSameFamily<Component extends Distribution = Distribution> extends DistributionBase {
  readonly name: string;
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support: Support;
  readonly isReparameterized = false;
  /** π, of batch shape [...batch] or a shape that broadcasts to it. */
  readonly mixing: Categorical;
  /** pₖ, of batch shape [...batch, K] or [K]. */
  readonly components: Component;
  readonly #componentBatch: GraphShape;
  readonly #leading: GraphShape;

  constructor(mixing: Categorical, components: Component) {
    super();
    const count = components.batchShape.at(-1);
    if (count !== mixing.classes) {
      throw new ShapeError(
        `MixtureSameFamily: ${mixing.classes} probabilities need components of batch shape [..., ${mixing.classes}], got ${formatShape(components.batchShape)} of ${components.name}.`,
      );
    }
    this.name = `MixtureSameFamily(${components.name})`;
    this.mixing = mixing;
    this.components = components;
    this.#componentBatch = broadcastGraphShapes(this.name, mixing.logProbs.shape, components.batchShape);
    this.#leading = leadingAxes(this.name, this.#componentBatch, components.batchShape);
    this.batchShape = this.#componentBatch.slice(0, -1);
    this.eventShape = components.eventShape;
    this.dtype = components.dtype;
    const { support } = components;
    this.support = {
      ...support,
      contains: (x) => greater(max(cast(support.contains(this.beside(x)), 'float32'), -1), 0),
    };
  }

  /** Σ πₖ μₖ */
  get mean(): Component['mean'] {
    const { mean } = this.components;
    return mean && this.average(mean);
  }

  /** Σ πₖ (σₖ² + (μₖ − μ)²) */
  get variance(): Component['variance'] {
    const { mean, variance } = this.components;
    if (!mean || !variance) return undefined;
    const between = square(sub(mean, this.beside(this.average(mean))));
    return asVariance(this.average(add(variance, between)));
  }

  get stddev(): Component['stddev'] {
    const variance: VarianceTensor | undefined = this.variance;
    const stddev: StddevTensor | undefined = variance && asStddev(sqrt(variance));
    return stddev;
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    const [choice, draws] = asGraphKey(key).split() as [GraphKey, GraphKey];
    const logProbs = broadcastTo(this.mixing.logProbs, this.#componentBatch);
    const chosen = this.overEvents(drawOneHot(logProbs, choice, sampleShape)); // [..., K, 1 …]
    const all = this.components.sample(draws, [...sampleShape, ...this.#leading]); // [..., K, ...event]
    return stopGradient(this.sumOverComponents(where(greater(chosen, 0), all, 0)));
  }

  logProb(x: TensorLike): Tensor {
    return logSumExp(this.logProbOfComponents(x), -1);
  }

  /** log πₖ + log pₖ(x), [..., K]; minus their `logSumExp`, the log-probabilities that x came from each. */
  logProbOfComponents(x: TensorLike): Tensor {
    return add(this.mixing.logProbs, this.components.logProb(this.beside(asTensor(x, this.dtype))));
  }

  /** [..., ...event] → [..., 1, ...event] */
  private beside(x: Tensor): Tensor {
    return expandDims(x, -1 - this.eventShape.length);
  }

  /** [..., K] → [..., K, 1 …], as many as an event has axes. */
  private overEvents(x: Tensor): Tensor {
    return reshape(x, [...x.shape, ...this.eventShape.map(() => 1)]);
  }

  private average(x: Tensor): Tensor {
    return broadcastTo(this.sumOverComponents(mul(this.overEvents(this.mixing.probs), x)), [
      ...this.batchShape,
      ...this.eventShape,
    ]);
  }

  private sumOverComponents(x: Tensor): Tensor {
    return sum(x, -1 - this.eventShape.length);
  }
}
