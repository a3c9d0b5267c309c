import { ValueError, counted, rule } from '../../core/index.ts';
import { add, asTensor, mul, neg, sigmoid, softplus, sub, sum } from '../../graph/index.ts';
import { dense, made } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { softClamp } from '../soft-clamp.ts';
import { FlowsOfDraws, baseOption, flowPosterior, flowsOption } from './flow.ts';
import type { Flow } from './flow.ts';
import { definePosterior } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

export const iaf = definePosterior({
  name: 'iaf',
  summary: 'a Gaussian bent by inverse autoregressive flows, which see the features too',
  when: 'For posteriors that no Gaussian fits, in many dimensions: each coordinate is moved by a network of those before it.',
  formula: 'z = f_L ∘ … ∘ f₁(z₀), z₀ ~ N(μ, Σ), f(z)ᵢ = gᵢ zᵢ + (1 − gᵢ) mᵢ, g = sigmoid(s), mᵢ and sᵢ of z_{<i} and x',
  paper:
    'Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling 2016, Improving Variational Inference with Inverse Autoregressive Flow',
  options: {
    flows: flowsOption('flows in a chain, each given by the encoder', 4),
    flowUnits: option(rule.whole(1), {
      help: "hidden units in each of the two layers of an autoregressive flow's network",
      default: 64,
    }),
    base: baseOption,
  },
  capabilities: ['logProbOfDraw'],
  describe: ({ flows, base }) => `${counted(flows, 'inverse autoregressive flow')} over a ${base} Gaussian`,
  build: ({ flows, flowUnits, base }, sizes) => {
    if (sizes.latent < 2) {
      throw new ValueError(
        "posterior 'iaf': its flows make latent dimensions depend on each other, and there is 1: that would be a Gaussian again. Choose at least 2 (latent), or posterior 'planar'.",
      );
    }
    return flowPosterior(base, sizes, autoregressiveFlows({ flows, units: flowUnits }, sizes), (gaussian, maps) => new FlowsOfDraws('iaf', gaussian, maps)); // prettier-ignore
  },
});

/** Beside s, which starts at 0: gates begin at 0.88, near the identity, as the paper has it. */
const openGate = 2;
/** s is bent to stay within: no gate is below 6 · 10⁻⁶, and a draw's density is finite. */
const bounds = { soft: 10, hard: 14 } as const;

/**
 * Gated autoregressive flows (Kingma et al. 2016, eq. 13 and 14): z′ = g ⊙ z + (1 − g) ⊙ m with g = sigmoid(s), m and s by a masked
 * network of z whose first layer takes what the encoder's features say too; log|det| = Σ log g. The order of the coordinates
 * turns round from flow to flow. The way back would take a pass of the network for each coordinate: it is not written out.
 */
function autoregressiveFlows(
  { flows, units }: { readonly flows: number; readonly units: number },
  { featureSize, latent }: PosteriorSizes,
) {
  const layers = Array.from({ length: flows }, (_, k) => ({
    context: dense(`flow.${k}.context`, [featureSize, units]),
    network: made(`flow.${k}`, {
      size: latent,
      hidden: [units, units],
      activation: 'elu',
      outputs: 2,
      order: k % 2 === 0 ? 'ascending' : 'descending',
    }),
  }));
  return {
    parameters: layers.flatMap(({ context, network }) => [...context.parameters, ...network.parameters]),
    apply: (...[parameters, features]: Parameters<Posterior['apply']>) =>
      layers.map(({ context, network }): Flow => {
        const seen = context.apply(parameters, features);
        return {
          forwardWithLogDet: (z) => {
            const [m = asTensor(0), raw = asTensor(0)] = network.apply(parameters, z, seen);
            const s = add(softClamp(raw, bounds.soft, bounds.hard), openGate);
            const gate = sigmoid(s);
            return {
              value: add(mul(gate, z), mul(sub(1, gate), m)),
              logDet: neg(sum(softplus(neg(s)), -1)),
            };
          },
        };
      }),
  };
}
