import { counted, rule } from '../../core/index.ts';
import { AffineCoupling } from '../../distributions/index.ts';
import { slice } from '../../graph/index.ts';
import { dense, denseStack, onRows, sequential, zeros } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { FlowPrior, boundedLogScale, priorUnitsOption, requireTwo } from './flow.ts';
import { definePrior } from './prior.ts';
import type { Prior, PriorSizes } from './prior.ts';

const name = 'realnvp';

export const realNvp = definePrior({
  name,
  summary: 'N(0, I) bent by a chain of affine couplings',
  when: 'For a prior of any shape, whose densities and draws cost alike; with many latent dimensions, where a mixture would need many components.',
  formula:
    'p(z) = N(f⁻¹(z); 0, I) |det ∂f⁻¹/∂z|, f = f_L ∘ … ∘ f₁, f_k(z) = m ⊙ z + (1 − m) ⊙ (z ⊙ exp(s(m ⊙ z)) + t(m ⊙ z))',
  paper: 'Dinh, Sohl-Dickstein and Bengio 2017, Density Estimation using Real NVP',
  options: {
    priorFlows: option(rule.whole(2, 100), { help: 'flows in the chain of a flow prior', default: 6 }),
    priorUnits: priorUnitsOption,
  },
  capabilities: ['logProbOfDraw', 'logProb'],
  describe: ({ priorFlows }) => `RealNVP of ${counted(priorFlows, 'affine coupling')}`,
  build: ({ priorFlows, priorUnits }, sizes) => couplingPrior({ flows: priorFlows, units: priorUnits }, sizes),
});

/** Masks alternate, so that each coordinate passes every other coupling. The last layers start at zero: the prior at N(0, I). */
function couplingPrior({ flows, units }: { readonly flows: number; readonly units: number }, sizes: PriorSizes): Prior {
  const { latent } = sizes;
  requireTwo(name, latent);
  const layers = Array.from({ length: flows }, (_, k) => {
    const network = sequential([
      denseStack(`prior.${k}`, [latent, units, units], 'relu'),
      dense(`prior.${k}.2`, [units, 2 * latent], { weightInitializer: zeros, biasInitializer: zeros }),
    ]);
    return { network, mask: Array.from({ length: latent }, (__, i) => (i + k) % 2 === 0) };
  });
  return {
    parameters: layers.flatMap(({ network }) => network.parameters),
    apply: (parameters) => {
      const couplings = layers.map(
        ({ network, mask }) =>
          new AffineCoupling(mask, (z) => {
            const both = onRows(z, (rows) => network.apply(parameters, rows));
            return {
              shift: slice(both, { [-1]: [0, latent] }),
              logScale: boundedLogScale(slice(both, { [-1]: [latent] })),
            };
          }),
      );
      return new FlowPrior(sizes, couplings);
    },
  };
}
