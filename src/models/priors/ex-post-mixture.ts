import { NdArray, counted, rule } from '../../core/index.ts';
import { Categorical } from '../../distributions/index.ts';
import { MultivariateNormal } from '../../gaussian/index.ts';
import { add, constant, exp, mul } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { parameter, zeros } from '../../nn/index.ts';
import type { ParameterSpec } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { foldIn, permutation } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { fitGaussianMixture } from '../../statistics/fit-gaussian-mixture.ts';
import { GaussianMixture } from './gaussian-mixture.ts';
import { definePrior } from './prior.ts';
import type { FittedParameters } from './prior.ts';

const [mean, root, logit] = ['prior.mean', 'prior.root', 'prior.logit'] as const;
/** Codes that a mixture is fitted to, at most, chosen at random: a full covariance of 64 dimensions has 2,080 numbers. */
const mostCodes = 20_000;
/** The logit of a component that no code belongs to: it is never drawn. */
const leastLogit = -80;

export const exPostMixture = definePrior({
  name: 'ex-post-mixture',
  summary: 'a mixture of Gaussians, fitted to the codes of the training examples when training is over',
  when: 'For autoencoders (ae, rae), whose codes nothing draws to a prior; for VAEs too, whose codes leave holes in N(0, I). While training goes on it is N(0, I), to which the KL is estimated by draws.',
  formula: 'p(z) = Σₖ πₖ N(z; μₖ, Σₖ), by expectation-maximisation on z ~ q(z|x) of up to 20,000 training examples',
  paper: 'Ghosh, Sajjadi, Vergari, Black and Schölkopf 2020, From Variational to Deterministic Autoencoders, section 4',
  options: {
    components: option(rule.whole(1, 1000), {
      help: 'Gaussians in the fitted mixture; 1 is a full Gaussian',
      default: 10,
    }),
  },
  capabilities: ['logProbOfDraw', 'logProb', 'marginalLogProb', 'moments'],
  describe: ({ components }) =>
    `mixture of ${counted(components, 'Gaussian')} with full covariances, fitted after training`,
  build: ({ components }, { latent }) => ({
    parameters: [
      state(mean, [components, latent]),
      state(root, [components, latent, latent]),
      state(logit, [components]),
    ],
    fit: (codes, key) => fitted(codes, components, key),
    apply: (parameters) =>
      new GaussianMixture(
        Categorical.fromLogits(parameter(parameters, logit)),
        MultivariateNormal.fromScaleTril(parameter(parameters, mean), lowerFactor(parameter(parameters, root))),
      ),
  }),
});

/** No optimiser changes it: it is kept as training found it, and set at its end. */
function state(name: string, shape: readonly number[]): ParameterSpec {
  return { name, shape, initializer: zeros, kind: 'state' };
}

/**
 * Lower triangular with a positive diagonal, whatever the numbers: what lies below the diagonal as it is, the diagonal as
 * logarithms, what lies above it not at all. [K, n, n]
 */
function lowerFactor(numbers: Tensor): Tensor {
  const size = Number(numbers.shape.at(-1));
  const mask = (has: (row: number, column: number) => boolean): Tensor =>
    constant(
      new NdArray(
        Float64Array.from({ length: size * size }, (_, at) => (has(Math.floor(at / size), at % size) ? 1 : 0)),
        [size, size],
      ),
      numbers.dtype,
    );
  const [below, diagonal] = [mask((row, column) => row > column), mask((row, column) => row === column)];
  return add(mul(numbers, below), mul(exp(mul(numbers, diagonal)), diagonal));
}

function fitted(codes: NdArray<'float64'>, components: number, key: Key): FittedParameters {
  const [count = 0, latent = 0] = codes.shape;
  const chosen = someOf(codes, foldIn(key, 0));
  const used = Math.min(components, chosen.shape[0] ?? count);
  const { weights, means, scaleTrils } = fitGaussianMixture(chosen, { components: used, key: foldIn(key, 1) });
  // Fewer codes than components: the others are never drawn.
  const logits = new Float32Array(components).fill(leastLogit);
  weights.data.forEach((weight, k) => (logits[k] = Math.max(Math.log(weight), leastLogit)));
  const allMeans = new Float32Array(components * latent);
  allMeans.set(means.data);
  const allRoots = new Float32Array(components * latent * latent);
  scaleTrils.data.forEach((value, at) => {
    const isDiagonal = Math.floor(at / latent) % latent === at % latent;
    allRoots[at] = isDiagonal ? Math.log(value) : value;
  });
  return {
    [mean]: new NdArray(allMeans, [components, latent]),
    [root]: new NdArray(allRoots, [components, latent, latent]),
    [logit]: new NdArray(logits, [components]),
  };
}

function someOf(codes: NdArray<'float64'>, key: Key): NdArray<'float64'> {
  const [count = 0, latent = 0] = codes.shape;
  if (count <= mostCodes) return codes;
  const rows = new Float64Array(mostCodes * latent);
  permutation(key, count)
    .data.subarray(0, mostCodes)
    .forEach((from, to) => {
      rows.set(codes.data.subarray(from * latent, (from + 1) * latent), to * latent);
    });
  return new NdArray(rows, [mostCodes, latent]);
}
