// What `createVae` asks of parts that others write.
import { describe, expect, it } from 'vitest';
import { DTypeError, NdArray } from '../core/index.ts';
import type { Categorical as Choice } from '../distributions/index.ts';
import { Categorical, Independent, Laplace, MixtureSameFamily } from '../distributions/index.ts';
import { MultivariateNormalDiag, StandardNormal } from '../gaussian/index.ts';
import { constant, input, keyInput } from '../graph/index.ts';
import { dense, ones, parameter, parameterInputs } from '../nn/index.ts';
import { elboTerms } from '../objectives/index.ts';
import { createVae, definePosterior, definePrior } from './index.ts';
import type { PriorDistribution, PriorRow, PriorSizes } from './index.ts';

const words = { summary: 'of a test', when: 'For a test.', options: {} };

function priorOf(make: (sizes: PriorSizes) => PriorDistribution): PriorRow {
  return definePrior({
    name: 'mine',
    ...words,
    capabilities: ['logProbOfDraw', 'logProb'],
    build: (_, sizes) => ({ parameters: [], apply: () => make(sizes) }),
  });
}

const zeros = (count: number): number[] => Array<number>(count).fill(0);
const priors: readonly [string, (sizes: PriorSizes) => PriorDistribution][] = [
  ['Laplace variables', ({ latent }) => new Independent(Laplace.fromScale(zeros(latent), 1))],
  ['StandardNormal', ({ latent }) => StandardNormal.ofSize(latent)],
  ['a normal of whole numbers', ({ latent }) => MultivariateNormalDiag.fromStddev(new Int32Array(latent), 1)],
  [
    'a mixture',
    ({ latent }) => {
      const components = MultivariateNormalDiag.fromStddev([zeros(latent), zeros(latent)], [[1], [2]].map(([s = 1]) => zeros(latent).map(() => s))); // prettier-ignore
      const choice: Choice = Categorical.fromProbs([0.5, 0.5]);
      return new MixtureSameFamily(choice, components);
    },
  ],
  ['constants', ({ latent }) => MultivariateNormalDiag.fromStddev(constant(zeros(latent)), constant(1))],
];

describe.each(['float32', 'float64'] as const)('in a %s model', (dtype) => {
  const loss = (prior: PriorRow): string => {
    const model = createVae({ inputSize: 3, latent: 2, hidden: [4], posterior: 'diagonal', prior: 'mine', parts: [prior], dtype }); // prettier-ignore
    const x = input('x', [5, 3], dtype);
    const output = model.apply(parameterInputs(model.parameters, dtype), x, { key: keyInput('key') });
    return elboTerms({ ...output, x }).kl.dtype;
  };

  it.each(priors)('a prior of plain numbers has the model’s type: %s', (_, make) => {
    expect(loss(priorOf(make))).toBe(dtype);
  });

  it('a prior of another type is refused, and the way to mend it is said', () => {
    const other = dtype === 'float32' ? 'float64' : 'float32';
    const made = StandardNormal.ofSize(2, other);
    expect(() => loss(priorOf(() => made))).toThrow(DTypeError);
    expect(() => loss(priorOf(() => made))).toThrow(
      `prior 'mine': its distribution is ${other} and the model ${dtype}. Make it within \`build\`, where numbers are of the model's type`,
    );
    const typed = priorOf((sizes) => MultivariateNormalDiag.fromStddev(constant(NdArray.zeros([2], other), sizes.dtype), 1)); // prettier-ignore
    expect(loss(typed)).toBe(dtype);
  });
});

describe('names of parameters', () => {
  it('are the prior’s own', () => {
    const prior = definePrior({
      name: 'mine',
      ...words,
      capabilities: ['logProbOfDraw', 'logProb'],
      build: (_, { latent }) => ({
        parameters: [{ name: 'mu', shape: [latent], initializer: ones }],
        apply: (parameters) => MultivariateNormalDiag.fromStddev(parameter(parameters, 'mu'), 1),
      }),
    });
    const build = () => createVae({ inputSize: 3, latent: 2, posterior: 'diagonal', prior: 'mine', parts: [prior] });
    expect(build).toThrow(
      "prior 'mine': its parameter 'mu' must be named prior.…, so that it is none of the networks'.",
    );
  });

  it('are each of one part', () => {
    const posterior = definePosterior({
      name: 'mine',
      ...words,
      capabilities: ['logProbOfDraw'],
      build: (_, { featureSize, latent }) => {
        const loc = dense('decoder.1', [featureSize, latent]);
        return {
          parameters: loc.parameters,
          apply: (parameters, features) => MultivariateNormalDiag.fromStddev(loc.apply(parameters, features), 1),
        };
      },
    });
    const build = () => createVae({ inputSize: 3, latent: 2, hidden: [4], posterior: 'mine', parts: [posterior] });
    expect(build).toThrow(/two parameters are named 'decoder\.1\.(weight|bias)': each needs a name of its own/);
  });
});
