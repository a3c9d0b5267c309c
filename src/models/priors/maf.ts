import { ValueError, counted, rule } from '../../core/index.ts';
import { MaskedAutoregressive } from '../../distributions/index.ts';
import { asTensor } from '../../graph/index.ts';
import { made } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { FlowPrior, boundedLogScale, priorUnitsOption, requireTwo } from './flow.ts';
import { definePrior } from './prior.ts';
import type { Prior, PriorSizes } from './prior.ts';

const name = 'maf';

/** A draw takes as many passes one after the other, written out in the graph of draws and in prior.onnx, which takes seconds to load then. */
const mostPasses = 256;

export const maf = definePrior({
  name,
  summary: 'N(0, I) bent by a chain of masked autoregressive flows',
  when: 'Where densities count more than draws: a density comes of one pass, a draw of one for each latent dimension and flow; up to 256 passes, latent × priorFlows.',
  formula:
    'p(z) = N(f⁻¹(z); 0, I) |det ∂f⁻¹/∂z|, f = f_L ∘ … ∘ f₁, f_k(u)ᵢ = uᵢ exp(s(z_{<i})) + t(z_{<i}), z = f_k(u)',
  paper: 'Papamakarios, Pavlakou and Murray 2017, Masked Autoregressive Flow for Density Estimation',
  options: {
    priorFlows: option(rule.whole(1, 100), { help: 'flows in the chain of a flow prior', default: 4 }),
    priorUnits: priorUnitsOption,
  },
  capabilities: ['logProbOfDraw', 'logProb'],
  describe: ({ priorFlows }) => `MAF of ${counted(priorFlows, 'flow')}`,
  build: ({ priorFlows, priorUnits }, sizes) => autoregressivePrior({ flows: priorFlows, units: priorUnits }, sizes),
});

/** The order of the coordinates turns round from flow to flow. The last layers start at zero: the prior at N(0, I). */
function autoregressivePrior(
  { flows, units }: { readonly flows: number; readonly units: number },
  sizes: PriorSizes,
): Prior {
  const { latent } = sizes;
  requireTwo(name, latent);
  if (latent * flows > mostPasses) {
    throw new ValueError(
      `prior '${name}': a draw takes latent × priorFlows = ${latent} × ${flows} = ${latent * flows} passes one after the other, and at most ${mostPasses} are written out. Choose fewer latent dimensions or priorFlows, or prior 'realnvp', whose draws take one for each flow.`,
    );
  }
  const networks = Array.from({ length: flows }, (_, k) =>
    made(`prior.${k}`, {
      size: latent,
      hidden: [units, units],
      activation: 'relu',
      outputs: 2,
      order: k % 2 === 0 ? 'ascending' : 'descending',
    }),
  );
  return {
    parameters: networks.flatMap((network) => network.parameters),
    apply: (parameters) => {
      const chain = networks.map(
        (network) =>
          new MaskedAutoregressive(latent, (z) => {
            const [shift = asTensor(0), raw = asTensor(0)] = network.apply(parameters, z);
            return { shift, logScale: boundedLogScale(raw) };
          }),
      );
      return new FlowPrior(sizes, chain);
    },
  };
}
