import { NdArray, rule } from '../../core/index.ts';
import { Categorical, MixtureSameFamily } from '../../distributions/index.ts';
import {
  add,
  cast,
  constant,
  erf,
  expandDims,
  greaterEqual,
  less,
  logicalAnd,
  mul,
  slice,
  sum,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { Initializer } from '../../nn/index.ts';
import { parameter } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { normal } from '../../random/index.ts';
import type { PosteriorDistribution } from '../posteriors/posterior.ts';
import { definePrior } from './prior.ts';
import type { PriorDistribution } from './prior.ts';

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
  describe: ({ pseudoInputs }) => `VampPrior of ${pseudoInputs} pseudo-inputs`,
  build: ({ pseudoInputs }, { inputSize }) => ({
    parameters: [{ name, shape: [pseudoInputs, inputSize], initializer: nearExamples }],
    needs: ['logProb', 'moments'],
    apply: (parameters, context) => new VampPrior(context.encode(parameter(parameters, name)), pseudoInputs),
  }),
});

/** Training examples with a little noise; without a context to take them from, noise around ½. */
const nearExamples: Initializer = (key, shape, context) => {
  const noise = normal(key, shape);
  const examples = context?.examples(shape[0] ?? 0);
  const values = noise.data.map((value, at) => (examples?.data[at] ?? 0.5) + startStddev * value);
  return new NdArray(values, shape);
};

/** Draws are a function of noise: the first number of it chooses the component, the others are the component's. */
class VampPrior extends MixtureSameFamily implements PriorDistribution {
  readonly noiseSize: number;
  readonly #components: PosteriorDistribution;
  readonly #count: number;

  constructor(components: PosteriorDistribution, count: number) {
    const zeros = constant(NdArray.zeros([count], 'float64'), components.dtype);
    super(Categorical.fromLogits(zeros), components);
    this.noiseSize = 1 + components.noiseSize;
    this.#components = components;
    this.#count = count;
  }

  fromNoise(epsilon: Tensor): { readonly value: Tensor } {
    const each = expandDims(slice(epsilon, { [-1]: [1] }), -2); // [..., 1, noise]
    const { value } = this.#components.fromNoise(each); // [..., K, latent]
    const chosen = this.choice(slice(epsilon, { [-1]: [0, 1] }));
    return { value: sum(mul(value, expandDims(chosen, -1)), -2) };
  }

  /** One of K, equally probable, by a standard normal number: Φ(ε) K lies in [k, k + 1). [..., 1] → one-hot [..., K] */
  private choice(epsilon: Tensor): Tensor {
    const place = mul(add(erf(mul(epsilon, Math.SQRT1_2)), 1), this.#count / 2);
    // Rounding may bring Φ to 0 or 1: the outermost are open.
    const last = this.#count - 1;
    const from = Array.from({ length: this.#count }, (_, k) => (k === 0 ? -1 : k));
    const to = Array.from({ length: this.#count }, (_, k) => (k === last ? last + 2 : k + 1));
    return cast(logicalAnd(greaterEqual(place, from), less(place, to)), this.dtype);
  }
}
