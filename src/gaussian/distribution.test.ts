import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { add, constant, diagonalMatrix, exp, input, mul, sum, tanh, triangle } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, normal } from '../random/index.ts';
import { checkGradients, testDistribution } from '../testing/index.ts';
import {
  IsotropicNormal,
  LowRankMultivariateNormal,
  MultivariateNormal,
  MultivariateNormalDiag,
  Normal,
  ScaleTrilRoot,
  StandardNormal,
  SymmetricRoot,
} from './index.ts';
import type { Distribution } from './index.ts';

const draw = (seed: number, shape: readonly number[]): NdArray<'float64'> =>
  normal(key(seed), shape, { dtype: 'float64' });

const factorOf = (x: Tensor): Tensor =>
  add(triangle(mul(tanh(x), 0.5), { diagonal: 0 }), diagonalMatrix(exp(mul(tanh(sum(x, -1)), 0.3))));

interface Case {
  readonly shapes: (n: number) => readonly (readonly number[])[];
  readonly make: (mean: Tensor, x: Tensor, w: Tensor) => Distribution;
}

/** Distributions as functions of free parameters: a mean, then those of the scale. */
const cases: Readonly<Record<string, Case>> = {
  'Normal from log-variances': { shapes: () => [[], []], make: (m, x) => Normal.fromLogVariance(m, x) },
  'Normal from variances': { shapes: () => [[], []], make: (m, x) => Normal.fromVariance(m, exp(x)) },
  'Normal from standard deviations': { shapes: () => [[], []], make: (m, x) => Normal.fromStddev(m, exp(x)) },
  IsotropicNormal: { shapes: (n) => [[n], []], make: (m, x) => IsotropicNormal.fromLogVariance(m, x) },
  'MultivariateNormalDiag from log-variances': {
    shapes: (n) => [[n], [n]],
    make: (m, x) => MultivariateNormalDiag.fromLogVariance(m, x),
  },
  'MultivariateNormalDiag from standard deviations': {
    shapes: (n) => [[n], [n]],
    make: (m, x) => MultivariateNormalDiag.fromStddev(m, exp(x)),
  },
  'MultivariateNormal, Cholesky': {
    shapes: (n) => [[n], [n, n]],
    make: (m, x) => MultivariateNormal.fromRoot(m, ScaleTrilRoot.fromScaleTril(factorOf(x))),
  },
  'MultivariateNormal, symmetric': {
    shapes: (n) => [[n], [n, n]],
    make: (m, x) => MultivariateNormal.fromRoot(m, SymmetricRoot.fromCholesky(factorOf(x))),
  },
  LowRankMultivariateNormal: {
    shapes: (n) => [[n], [n], [n, 1]],
    make: (m, x, factor) => LowRankMultivariateNormal.fromLogVariance(m, x, { factor: mul(factor, 0.5) }),
  },
};

describe.each(Object.entries(cases))('%s', (_, { shapes, make }) => {
  const free = (n: number, batch: readonly number[], seed: number): [Tensor, Tensor, Tensor] => {
    const [m, x, w] = shapes(n).map((shape, k) => constant(draw(seed + k, [...batch, ...shape])));
    return [m!, x!, w ?? x!];
  };

  it.each([1, 2, 4])('is what testDistribution asks for, n = %i', (n) => {
    testDistribution(make(...free(n, [], 100 + n)));
    if (n === 2) testDistribution(make(...free(n, [2], 200)), { draws: 5000 });
    if (n === 4) testDistribution(make(...free(n, [2, 3], 300)), { draws: 2000 });
  });

  it('has right gradients, first and second', () => {
    const inputs = shapes(2).map((shape, k) => draw(400 + k, shape));
    const x = shapes(2)[0]!.length === 0 ? 0.7 : [0.7, -0.4];
    const at = (f: (d: Distribution) => Tensor | undefined): void => {
      checkGradients((m, s, w = s) => f(make(m, s, w))!, inputs, { order: 2 });
    };
    at((d) => d.sample(key(1), [2]));
    at((d) => d.logProb(x));
    at((d) => d.entropy?.());
    at((d) => d.sampleAndLogProb(key(1)).logProb);
  });

  it('takes a symbolic batch and float32', () => {
    const [m, x, w] = shapes(2).map((shape, k) => input(`p${k}`, ['batch', ...shape]));
    const d = make(m!, x!, w ?? x!);
    expect(d.batchShape).toEqual(['batch']);
    expect(d.dtype).toBe('float32');
    const z = d.sample(key(1), [5]);
    expect(z.shape).toEqual([5, 'batch', ...d.eventShape]);
    expect(d.logProb(z).shape).toEqual([5, 'batch']);
    expect(d.entropy?.().shape).toEqual(['batch']);
    const feeds = Object.fromEntries(shapes(2).map((shape, k) => [`p${k}`, normal(key(k), [3, ...shape])]));
    const value = evaluate(d.logProb(z), feeds);
    expect(value.shape).toEqual([5, 3]);
    expect(value.dtype).toBe('float32');
    expect(value.data.every(Number.isFinite)).toBe(true);
  });
});

describe('StandardNormal', () => {
  it.each([1, 2, 20])('is what testDistribution asks for, n = %i', (n) => {
    testDistribution(StandardNormal.ofSize(n));
  });

  it('refuses what is not a size', () => {
    expect(() => StandardNormal.ofSize(-1)).toThrow('-1');
    expect(() => StandardNormal.ofSize(1.5)).toThrow('1.5');
  });
});

describe('parameters broadcast', () => {
  it('to the batch shape', () => {
    const d = Normal.fromStddev(draw(1, [3, 1]), exp(constant(draw(2, [4]))));
    expect(d.batchShape).toEqual([3, 4]);
    testDistribution(d, { draws: 2000 });
    const v = MultivariateNormalDiag.fromVariance([0, 0, 0], constant(NdArray.from([[1, 2, 3], [4, 5, 6]]))); // prettier-ignore
    expect(v.batchShape).toEqual([2]);
    testDistribution(v, { draws: 2000 });
    expect(MultivariateNormalDiag.fromVariance([1, 2, 3], 4).eventShape).toEqual([3]);
    const full = MultivariateNormal.fromCovariance(draw(3, [5, 2]), [[2, 1], [1, 2]]); // prettier-ignore
    expect(full.batchShape).toEqual([5]);
    testDistribution(full, { draws: 2000 });
  });

  it('not where they do not fit', () => {
    expect(() => MultivariateNormalDiag.fromVariance([1, 2, 3], [1, 2])).toThrow('3 coordinates, the covariance 2');
    expect(() => Normal.fromVariance([1, 2, 3], [1, 2])).toThrow('do not broadcast');
    expect(() => StandardNormal.ofSize(3).logProb([1, 2])).toThrow('points need 3 coordinates, got [2]');
    expect(() => Normal.fromVariance(constant([1], 'int32'), 2)).toThrow('int32');
    expect(() => Normal.fromVariance(NdArray.from(1, 'float32'), NdArray.from(1, 'float64'))).toThrow('cast');
  });
});
