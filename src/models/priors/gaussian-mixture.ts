import { NdArray, counted, rule } from '../../core/index.ts';
import { Categorical } from '../../distributions/index.ts';
import { cumulativeSum } from '../../distributions/choice.ts';
import { MultivariateNormalDiag } from '../../gaussian/index.ts';
import type { MultivariateNormal } from '../../gaussian/index.ts';
import { add, asTensor, expandDims, logSumExp, slice } from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import { parameter, zeros } from '../../nn/index.ts';
import type { Initializer } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { normal } from '../../random/index.ts';
import { logVarianceBounds } from '../posteriors/posterior.ts';
import { softClamp } from '../soft-clamp.ts';
import { NoiseMixture } from './noise-mixture.ts';
import { definePrior } from './prior.ts';
import type { PriorDistribution } from './prior.ts';

/** Variance of the means at the start; the components have what is missing to 1, so that the whole has the moments of N(0, I). */
const startBetween = 0.25;
const [mean, logVariance, logit] = ['prior.mean', 'prior.logVariance', 'prior.logit'] as const;

export const gaussianMixture = definePrior({
  name: 'gaussian-mixture',
  summary: 'a mixture of Gaussians, its weights, means and variances learned',
  when: 'For data in clusters, and as the cheapest prior that learns: its cost does not depend on the size of the examples, as that of a VampPrior does.',
  formula: 'p(z) = Σₖ πₖ N(z; μₖ, diag(σₖ²))',
  paper: 'Jiang, Zheng, Tan, Tang and Zhou 2017, Variational Deep Embedding (its prior)',
  options: {
    components: option(rule.whole(1, 1000), { help: 'Gaussians in a mixture prior', default: 50 }),
  },
  capabilities: ['logProbOfDraw', 'logProb', 'marginalLogProb', 'moments'],
  describe: ({ components }) => `mixture of ${counted(components, 'Gaussian')}`,
  build: ({ components }, { latent }) => ({
    parameters: [
      { name: mean, shape: [components, latent], initializer: drawnMeans },
      { name: logVariance, shape: [components, latent], initializer: filled(Math.log(1 - startBetween)) },
      { name: logit, shape: [components], initializer: zeros },
    ],
    apply: (parameters) => {
      const { soft, hard } = logVarianceBounds;
      const variances = softClamp(parameter(parameters, logVariance), soft, hard);
      return new GaussianMixture(
        Categorical.fromLogits(parameter(parameters, logit)),
        MultivariateNormalDiag.fromLogVariance(parameter(parameters, mean), variances),
      );
    },
  }),
});

/** Drawn, so that components differ: equal ones would have equal gradients, and stay equal. */
const drawnMeans: Initializer = (key, shape) => {
  const values = normal(key, shape).data.map((value) => Math.sqrt(startBetween) * value);
  return new NdArray(values, shape);
};

function filled(value: number): Initializer {
  return (key, shape, context) => {
    const array = zeros(key, shape, context);
    array.data.fill(value);
    return array;
  };
}

/** A mixture of Gaussians of batch shape [K]. */
export class GaussianMixture<G extends MultivariateNormalDiag | MultivariateNormal>
  extends NoiseMixture<G>
  implements PriorDistribution
{
  constructor(mixing: Categorical, components: G) {
    const { probs, classes } = mixing;
    const places = classes > 1 ? slice(cumulativeSum(probs), { [-1]: [0, classes - 1] }) : undefined;
    super(mixing, components, { scale: 1, places });
  }

  /** log Σₖ πₖ N(zᵢ; μₖᵢ, σₖᵢ²) of each coordinate, [..., latent] */
  marginalLogProb(z: TensorLike): Tensor {
    const each = this.components.marginalLogProb(expandDims(asTensor(z, this.dtype), -2)); // [..., K, latent]
    return logSumExp(add(expandDims(this.mixing.logProbs, -1), each), -2);
  }
}
