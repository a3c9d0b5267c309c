import { ValueError, rule } from '../../core/index.ts';
import { LowRankMultivariateNormal } from '../../gaussian/index.ts';
import { exp, expandDims, mul, reshape, tanh } from '../../graph/index.ts';
import { dense, zeros } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { gaussianCapabilities } from '../capabilities.ts';
import { softClamp } from '../soft-clamp.ts';
import { definePosterior, logVarianceBounds } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

export const lowRank = definePosterior({
  name: 'low-rank',
  summary: 'a few directions in which latent dimensions vary together, beside a variance for each',
  when: 'For dependent dimensions where there are too many for a full posterior.',
  formula: 'Σ = D + W Wᵀ, z = μ + D^{1/2} ε₁ + W ε₂',
  options: {
    rank: option(rule.whole(1), { help: 'columns of W in D + W Wᵀ of a low-rank posterior', default: 2 }),
  },
  capabilities: gaussianCapabilities,
  describe: ({ rank }) => `low rank + diagonal, rank ${rank}`,
  build: ({ rank }, sizes) => {
    const { latent } = sizes;
    if (rank > latent) {
      throw new ValueError(
        `posterior 'low-rank': W of rank ${rank} has more columns than the ${latent} latent dimensions. Choose a rank of at most ${latent}, or posterior 'full'.`,
      );
    }
    return lowRankPosterior(rank, sizes);
  },
});

/**
 * Σ = D + W Wᵀ with D = diag(σ²) and W = diag(σ) tanh(V): W is bounded relative to the standard deviations, so the
 * capacitance I + Wᵀ D⁻¹ W has its eigenvalues in [1, 1 + n r] and the head cannot blow up. V's weights are drawn, its
 * bias is zero: at W = 0 the gradient of W would vanish, as Σ depends on W through W Wᵀ only.
 */
function lowRankPosterior(rank: number, { featureSize, latent }: PosteriorSizes): Posterior {
  const mean = dense('mean', [featureSize, latent]);
  const logVariance = dense('logVariance', [featureSize, latent]);
  const factor = dense('factor', [featureSize, latent * rank], { biasInitializer: zeros });
  const { soft, hard } = logVarianceBounds;
  return {
    parameters: [mean, logVariance, factor].flatMap((layer) => layer.parameters),
    apply: (parameters, features) => {
      const bounded = softClamp(logVariance.apply(parameters, features), soft, hard);
      const directions = tanh(factor.apply(parameters, features));
      const shape = [...directions.shape.slice(0, -1), latent, rank];
      const scale = expandDims(exp(mul(bounded, 0.5)), -1);
      const w = mul(reshape(directions, shape), scale);
      return LowRankMultivariateNormal.fromLogVariance(mean.apply(parameters, features), bounded, { factor: w });
    },
  };
}
