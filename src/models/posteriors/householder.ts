import { counted, rule } from '../../core/index.ts';
import { MultivariateNormal, ReflectedRoot } from '../../gaussian/index.ts';
import { reflect } from '../../graph/index.ts';
import { dense } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { gaussianCapabilities } from '../capabilities.ts';
import { softClamp } from '../soft-clamp.ts';
import { definePosterior, logVarianceBounds } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

export const householder = definePosterior({
  name: 'householder',
  summary: 'a diagonal Gaussian turned by reflections: a full covariance',
  when: 'For dependent dimensions at the cost of reflections × latent numbers; latent − 1 reflections reach every Σ, so that a full base would add nothing.',
  formula: 'Σ = H diag(σ²) Hᵀ, z = H (μ + σ ⊙ ε), H = H_k … H₁, H_i = I − 2 vᵢ vᵢᵀ / ‖vᵢ‖²',
  paper: 'Tomczak and Welling 2016, Improving Variational Auto-Encoders using Householder Flow',
  options: {
    reflections: option(rule.whole(1, 1000), { help: 'Householder reflections of a posterior, each given by the encoder', default: 4 }),
  },
  capabilities: gaussianCapabilities,
  describe: ({ reflections }) => `diagonal Gaussian turned by ${counted(reflections, 'reflection')}`,
  build: ({ reflections }, sizes) => householderPosterior(reflections, sizes),
}); // prettier-ignore

/** The mean and the variances of the diagonal Gaussian, and the vectors of the reflections, are read off the features. */
function householderPosterior(reflections: number, { featureSize, latent }: PosteriorSizes): Posterior {
  const mean = dense('mean', [featureSize, latent]);
  const logVariance = dense('logVariance', [featureSize, latent]);
  const layers = Array.from({ length: reflections }, (_, k) => dense(`reflection.${k}`, [featureSize, latent]));
  const { soft, hard } = logVarianceBounds;
  return {
    parameters: [mean, logVariance, ...layers].flatMap((layer) => layer.parameters),
    apply: (parameters, features) => {
      const vectors = layers.map((layer) => layer.apply(parameters, features));
      const bounded = softClamp(logVariance.apply(parameters, features), soft, hard);
      const turned = vectors.reduce((x, v) => reflect(v, x), mean.apply(parameters, features));
      return MultivariateNormal.fromRoot(turned, ReflectedRoot.from('logVariance', bounded, vectors));
    },
  };
}
