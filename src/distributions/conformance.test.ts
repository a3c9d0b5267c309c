import { IsotropicNormal, MultivariateNormal, MultivariateNormalDiag, Normal } from '../gaussian/index.ts';
import { concat, exp, expandDims, mul, slice, squeeze } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { testDistributions } from '../testing/distribution-suite.ts';
import type { DistributionCase } from '../testing/distribution-suite.ts';
import { everyOf, lineOf, planeOf } from '../testing/index.ts';
import type { Domain } from '../testing/index.ts';
import {
  Affine,
  Bernoulli,
  Categorical,
  Chain,
  ContinuousBernoulli,
  Exp,
  Independent,
  Invert,
  Laplace,
  MixtureSameFamily,
  OneHotCategorical,
  Poisson,
  Reshape,
  ScaleMatvecTriL,
  Sigmoid,
  Softplus,
  Tanh,
  TransformedDistribution,
} from './index.ts';
import type { Bijector } from './index.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);
/** Every vector of `size` entries, each of `values`. */
const tuples = (values: readonly number[], size: number): number[][] =>
  size === 0 ? [[]] : tuples(values, size - 1).flatMap((head) => values.map((value) => [...head, value]));
const oneHots = (size: number): number[][] => range(size).map((k) => range(size).map((j) => +(j === k)));

const normalLine = lineOf([-10, 10], 32);
const discrete: Readonly<Record<string, DistributionCase>> = {
  Bernoulli: {
    make: (l) => Bernoulli.fromLogits(l),
    parameters: [0.7],
    other: [-3],
    x: [0, 1],
    domain: everyOf([0, 1]),
    outside: [0.5, -1, 2, Infinity],
  },
  Categorical: {
    make: (l) => Categorical.fromLogits(l),
    parameters: [[0.3, -1, 2, 0]],
    other: [[-40, 0.2, 1, -0.5]],
    x: [0, 1, 3],
    domain: everyOf(range(4)),
    outside: [-1, 4, 1.5, -Infinity],
  },
  OneHotCategorical: {
    make: (l) => OneHotCategorical.fromLogits(l),
    parameters: [[0.3, -1, 2]],
    other: [[-40, 0.2, 1]],
    x: oneHots(3),
    domain: everyOf(oneHots(3)),
    outside: [[0, 0, 0], [1, 1, 0], [0.5, 0.5, 0], [2, 0, -1]], // prettier-ignore
  },
  Poisson: {
    make: (l) => Poisson.fromLogRate(l),
    parameters: [1.3],
    other: [3.2],
    x: [0, 1, 7, 40],
    domain: everyOf(range(200)),
    outside: [-1, 0.5, 7.25, 1e6 + 0.5, Infinity],
  },
  'Poisson of small rates': {
    make: (l) => Poisson.fromLogRate(l),
    parameters: [-4],
    other: [2.4],
    x: [0, 1, 12],
    domain: everyOf(range(100)),
  },
  'Independent(Bernoulli)': {
    make: (l) => new Independent(Bernoulli.fromLogits(l)),
    parameters: [[0.3, -1, 2]],
    other: [[1, 0.2, -0.7]],
    x: [[0, 1, 1], [1, 0, 0]], // prettier-ignore
    domain: everyOf(tuples([0, 1], 3)),
    outside: [[0, 1, 0.5], [2, 0, 0]], // prettier-ignore
  },
  'Independent(Categorical), two axes': {
    make: (l) => new Independent(Categorical.fromLogits(l), 2),
    parameters: [[[[0.3, -1, 2]], [[1, 0, 0.5]]]],
    other: [[[[1, 0.2, -0.7]], [[-1, 2, 0]]]],
    x: [[[0], [2]], [[1], [1]]], // prettier-ignore
    domain: everyOf(tuples([0, 1, 2], 2).map((pair) => pair.map((k) => [k])) as never),
  },
  'a mixture of Poisson distributions': {
    make: (l, rates) => new MixtureSameFamily(Categorical.fromLogits(l), Poisson.fromLogRate(rates)),
    parameters: [
      [0.2, -0.3],
      [0, 2.7],
    ],
    other: [
      [1.2, 0.3],
      [1.5, -1],
    ],
    x: [0, 3, 15],
    domain: everyOf(range(120)),
    outside: [-1, 0.5],
  },
  'three times a Bernoulli, minus one': {
    make: (l) => new TransformedDistribution(Bernoulli.fromLogits(l), new Affine(-1, 3)),
    parameters: [0.4],
    other: [-1],
    x: [-1, 2],
    domain: everyOf([-1, 2]),
    outside: [0, 1],
  },
  'one-hot vectors in a row': {
    make: (l) =>
      new TransformedDistribution(
        new Independent(OneHotCategorical.fromLogits(l)),
        new Reshape({ from: [2, 2], to: [4] }),
      ),
    parameters: [[[0.3, -1], [0, 1]]], // prettier-ignore
    other: [[[1, 0.5], [-2, 1]]], // prettier-ignore
    x: [[1, 0, 0, 1], [0, 1, 0, 1]], // prettier-ignore
    domain: everyOf([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]]), // prettier-ignore
    outside: [[1, 1, 0, 0], [0, 0, 0, 1]], // prettier-ignore
  },
};

const continuous: Readonly<Record<string, DistributionCase>> = {
  Normal: {
    make: (mean, s) => Normal.fromLogVariance(mean, s),
    parameters: [0.4, -0.7],
    other: [-0.3, 0.2],
    x: [0.1, -2, 1.5],
    domain: lineOf([-16, 16], 100),
    outside: [Infinity, -Infinity],
  },
  IsotropicNormal: {
    make: (mean, s) => IsotropicNormal.fromLogVariance(mean, s),
    parameters: [[0.4, 1], -0.7],
    other: [[-0.3, 0], 0.2],
    x: [[0.1, -2], [1.5, 1]], // prettier-ignore
    outside: [[Infinity, 0]],
  },
  Laplace: {
    make: (mean, s) => Laplace.fromLogScale(mean, s),
    parameters: [0.5, -0.7],
    other: [-0.25, 0.2],
    x: [0.1, -2, 1.5],
    domain: lineOf([-50, -0.25, 0.5, 50], 400),
    outside: [Infinity, -Infinity],
  },
  ContinuousBernoulli: {
    make: (l) => ContinuousBernoulli.fromLogits(l),
    parameters: [2.3],
    other: [-0.4],
    x: [0.05, 0.2, 0.9],
    domain: lineOf([0, 1]),
    outside: [-0.1, 1.1, Infinity],
  },
  'ContinuousBernoulli, almost flat and steep': {
    make: (l) => ContinuousBernoulli.fromLogits(l),
    parameters: [1e-6],
    other: [-80],
    x: [0.2, 0.9],
    domain: lineOf([0, 1], 400),
    looseness: 8, // x l of size 80.
  },
  'a mixture of normal distributions': {
    make: (l, means, s) => new MixtureSameFamily(Categorical.fromLogits(l), Normal.fromLogVariance(means, s)),
    parameters: [
      [0.2, -0.3, 1],
      [-2, 0, 3],
      [0, -1, 0.3],
    ],
    other: [
      [0, 0, 0],
      [1, -1, 0.5],
      [-1, 0.5, 0],
    ],
    x: [0.1, -2.2, 4],
    domain: lineOf([-15, 15], 200),
  },
  'a mixture of Gaussians, diagonal': {
    make: (l, means, s) =>
      new MixtureSameFamily(Categorical.fromLogits(l), MultivariateNormalDiag.fromLogVariance(means, s)),
    parameters: [[0.2, -0.3], [[-1, 0], [1, 2]], [[0, -1], [0.3, 0]]], // prettier-ignore
    other: [[1, 0], [[0, 0], [-1, 1]], [[-0.5, 0], [0, 0.4]]], // prettier-ignore
    x: [[0.1, -1], [2, 2]], // prettier-ignore
    domain: planeOf(normalLine, normalLine),
    tolerance: 1e-8,
    outside: [[0, Infinity]],
  },
  'a mixture of Gaussians, full': {
    make: (l, means, factors) =>
      new MixtureSameFamily(Categorical.fromLogits(l), MultivariateNormal.fromScaleTril(means, factorFrom(factors))),
    parameters: [[0.2, -0.3], [[-1, 0], [1, 2]], [[0.1, 0.8, -0.2], [0.3, -1, 0]]], // prettier-ignore
    other: [[1, 0], [[0, 0], [-1, 1]], [[-0.5, 0, 0.2], [0, 0.4, 0.1]]], // prettier-ignore
    x: [[0.1, -1], [2, 2]], // prettier-ignore
    domain: planeOf(normalLine, normalLine),
    tolerance: 1e-7,
  },
  'Independent(Laplace)': {
    make: (mean, s) => new Independent(Laplace.fromLogScale(mean, s)),
    parameters: [[0.5, -1], [-0.7, 0]], // prettier-ignore
    other: [[0.5, -1], [0, -0.5]], // prettier-ignore
    x: [[0.1, 0], [2, -3]], // prettier-ignore
    domain: planeOf(lineOf([-25, 0.5, 25], 24), lineOf([-25, -1, 25], 24)),
    tolerance: 1e-5,
  },
  'log-normal': transformed(new Exp(), { x: [0.2, 1.5, 4], outside: [0, -1], logVariance: -2 }, lineOf([0, 0.1, 1, 8, 60], 200)), // prettier-ignore
  'softplus-normal': transformed(new Softplus(), { x: [0.2, 1.5, 4], outside: [0, -1] }, lineOf([0, 0.02, 1, 16], 200), 1e-7), // prettier-ignore
  'logit-normal': transformed(new Sigmoid(), { x: [0.2, 0.5, 0.9], outside: [0, 1, -1, 2] }, lineOf([0, 0.01, 0.99, 1], 200), 1e-7), // prettier-ignore
  'tanh-normal': transformed(new Tanh(), { x: [0.2, -0.5, 0.9], outside: [-1, 1, 2], logVariance: -1.5 }, lineOf([-1, -0.99, 0.99, 1], 200), 1e-7), // prettier-ignore
  'an affine Laplace': {
    make: (shift, s) =>
      new TransformedDistribution(Laplace.fromLogScale(mul(s, 0), mul(s, 0.5)), new Affine(shift, mul(exp(s), -1))),
    parameters: [0.5, -0.7],
    other: [-0.25, 0.2],
    x: [0.1, -2, 1.5],
    domain: lineOf([-50, -0.25, 0.5, 50], 400),
  },
  'a chain there and back: exp of twice the logarithm of a logit-normal': {
    make: (mean, s) =>
      new TransformedDistribution(
        Normal.fromLogVariance(mean, s),
        new Chain([new Exp(), new Affine(0, 2), new Invert(new Exp()), new Sigmoid()]),
      ),
    parameters: [0.4, -0.7],
    other: [-0.3, -1],
    x: [0.2, 0.5, 0.7],
    domain: lineOf([0, 1e-4, 1e-3, 0.01, 0.9, 1], 200),
    tolerance: 1e-7,
    outside: [0, 1, -0.5, 1.5],
  },
  'a triangular factor of independent normals': {
    make: (mean, factor) =>
      new TransformedDistribution(
        new Independent(Normal.fromStddev(mean, 1)),
        new Chain([new Affine(1, 2), new ScaleMatvecTriL(factorFrom(factor))]),
      ),
    parameters: [[0.4, 1], [0.1, 0.8, -0.2]], // prettier-ignore
    other: [[-0.3, 0], [-0.5, 0, 0.2]], // prettier-ignore
    x: [[0.1, -2], [1.5, 1]], // prettier-ignore
    domain: planeOf(lineOf([-24, 30], 40), lineOf([-24, 24], 40)),
    tolerance: 1e-8,
  },
};

/** [[e^a, 0], [b, e^c]] of numbers a, b and c, [..., 3]. */
function factorFrom(x: Tensor): Tensor {
  const at = (k: number): Tensor => expandDims(expandDims(squeeze(slice(x, { [-1]: [k, k + 1] }), -1), -1), -1);
  const [a, b, c] = [exp(at(0)), at(1), exp(at(2))];
  return concat([concat([a, mul(b, 0)], -1), concat([b, c], -1)], -2);
}

/** A normal with the mean 0.4 or −0.3 under a bijector. */
function transformed(
  bijector: Bijector,
  {
    x,
    outside,
    logVariance = -0.7,
  }: { readonly x: number[]; readonly outside: number[]; readonly logVariance?: number },
  domain: Domain,
  tolerance = 1e-9,
): DistributionCase {
  return {
    make: (mean, s) => new TransformedDistribution(Normal.fromLogVariance(mean, s), bijector),
    parameters: [0.4, logVariance],
    other: [-0.3, logVariance - 0.3],
    x,
    domain,
    tolerance,
    outside,
  };
}

testDistributions({ ...discrete, ...continuous });
