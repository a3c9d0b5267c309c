import { counted } from '../../core/index.ts';
import { Radial } from '../../distributions/index.ts';
import { add, softplus } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { dense, zeros } from '../../nn/index.ts';
import { softClamp } from '../soft-clamp.ts';
import { InvertibleFlows, baseOption, flowPosterior, flowsOption } from './flow.ts';
import { definePosterior } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

export const radial = definePosterior({
  name: 'radial',
  summary: 'a Gaussian contracted or expanded around a chain of points',
  when: 'For few latent dimensions whose posteriors have peaks or holes; the one posterior of flows whose density is known at any point.',
  formula: 'z = f_L ∘ … ∘ f₁(z₀), z₀ ~ N(μ, Σ), f(z) = z + β (z − c) / (α + ‖z − c‖), β > −α',
  paper: 'Rezende and Mohamed 2015, Variational Inference with Normalizing Flows',
  options: {
    flows: flowsOption('flows in a chain, each given by the encoder', 8),
    base: baseOption,
  },
  capabilities: ['logProbOfDraw', 'logProb'],
  describe: ({ flows, base }) => `${counted(flows, 'radial flow')} over a ${base} Gaussian`,
  build: ({ flows, base }, sizes) =>
    flowPosterior(base, sizes, radialFlows(flows, sizes), (gaussian, maps) => new InvertibleFlows('radial', gaussian, maps)),
}); // prettier-ignore

/** softplus(0 + shift) is 1. */
const shift = Math.log(Math.E - 1);
/** What softplus takes is bent to stay within: reach and scale are at least 10⁻⁶. */
const bounds = { soft: 10, hard: 14 } as const;
const positive = (raw: Tensor): Tensor => softplus(add(softClamp(raw, bounds.soft, bounds.hard), shift));

/** Each flow's centre, reach and scale are read off the features; the scale starts at 1, where every flow is the identity. */
function radialFlows(flows: number, { featureSize, latent }: PosteriorSizes) {
  const layers = Array.from({ length: flows }, (_, k) => ({
    center: dense(`flow.${k}.center`, [featureSize, latent]),
    reach: dense(`flow.${k}.reach`, [featureSize, 1]),
    scale: dense(`flow.${k}.scale`, [featureSize, 1], { weightInitializer: zeros, biasInitializer: zeros }),
  }));
  return {
    parameters: layers.flatMap(({ center, reach, scale }) => [center, reach, scale]).flatMap(({ parameters }) => parameters), // prettier-ignore
    apply: (...[parameters, features]: Parameters<Posterior['apply']>) =>
      layers.map(
        ({ center, reach, scale }) =>
          new Radial({
            center: center.apply(parameters, features),
            reach: positive(reach.apply(parameters, features)),
            scale: positive(scale.apply(parameters, features)),
          }),
      ),
  };
}
