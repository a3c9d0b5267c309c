import { NdArray, counted, rule } from '../../core/index.ts';
import { Categorical } from '../../distributions/index.ts';
import { constant } from '../../graph/index.ts';
import type { Initializer } from '../../nn/index.ts';
import { parameter } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { normal } from '../../random/index.ts';
import type { PosteriorDistribution } from '../posteriors/posterior.ts';
import { NoiseMixture } from './noise-mixture.ts';
import { definePrior } from './prior.ts';

/** Pseudo-inputs begin so far from training examples, which keeps those apart that begin at the same one. */
const startStddev = 0.01;
const name = 'prior.pseudoInputs';

export const vamp = definePrior({
  name: 'vamp',
  summary: 'the mixture of the posteriors of learned pseudo-inputs',
  when: 'For a prior that follows where the data lie: a better NLL than N(0, I), and fewer latent dimensions that go unused.',
  formula: 'p(z) = 1/K Σₖ q(z | uₖ)',
  paper: 'Tomczak and Welling 2018, VAE with a VampPrior',
  options: {
    pseudoInputs: option(rule.whole(1), { help: 'how many pseudo-inputs a VampPrior learns', default: 500 }),
  },
  capabilities: ['logProbOfDraw', 'logProb', 'moments'],
  describe: ({ pseudoInputs }) => `VampPrior of ${counted(pseudoInputs, 'pseudo-input')}`,
  build: ({ pseudoInputs }, { inputSize }) => ({
    parameters: [{ name, shape: [pseudoInputs, inputSize], initializer: nearExamples }],
    needs: ['logProb', 'moments'],
    apply: (parameters, context) => evenMixture(context.encode(parameter(parameters, name)), pseudoInputs),
  }),
});

/** Training examples with a little noise; without a context to take them from, noise around ½. */
const nearExamples: Initializer = (key, shape, context) => {
  const noise = normal(key, shape);
  const examples = context?.examples(shape[0] ?? 0);
  const values = noise.data.map((value, at) => (examples?.data[at] ?? 0.5) + startStddev * value);
  return new NdArray(values, shape);
};

/** All K equally probable: component k has [k, k + 1) of [0, K]. */
function evenMixture(components: PosteriorDistribution, count: number): NoiseMixture {
  const zeros = constant(NdArray.zeros([count], 'float64'), components.dtype);
  const places = count > 1 ? Array.from({ length: count - 1 }, (_, k) => k + 1) : undefined;
  return new NoiseMixture(Categorical.fromLogits(zeros), components, { scale: count, places });
}
