import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { constant, matmul } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, normal } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import {
  IsotropicNormal,
  LowRankMultivariateNormal,
  MultivariateNormal,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
  SymmetricRoot,
  chiSquareCdf,
  chiSquareQuantile,
  condition,
  confidenceEllipsoid,
  klDivergence,
  marginal,
  stddev,
  variance,
  wasserstein2,
  wasserstein2Squared,
} from './index.ts';
import type { Gaussian } from './index.ts';

const value = (x: Tensor): number => evaluate(x).item();

interface Case {
  n: number;
  mean_p: number[];
  covariance_p: number[][];
  mean_q: number[];
  covariance_q: number[][];
  x: number[];
  wasserstein2_squared: number;
  conditional: { given_index: number; given_value: number; mean: number[]; covariance: number[][] } | null;
}
const { cases } = JSON.parse(readFileSync(new URL('../../test/fixtures/gaussian.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const sigma = [[2, 0.5, -0.3], [0.5, 1, 0.2], [-0.3, 0.2, 1.5]]; // prettier-ignore
const mu = [0.3, -0.5, 1];
const family: Readonly<Record<string, Gaussian>> = {
  standard: StandardNormal.ofSize(3),
  isotropic: IsotropicNormal.fromStddev([1, 0, -1], 1.3),
  diagonal: MultivariateNormalDiag.fromVariance(mu, [0.4, 2, 1]),
  'full, eigen': MultivariateNormal.fromCovariance(mu, sigma),
  'full, Cholesky': MultivariateNormal.fromScaleTril([0, 1, 0], [[1, 0, 0], [0.4, 0.8, 0], [-0.2, 0.5, 1.3]]),
  'full, tensor': MultivariateNormal.fromCovariance(mu, constant(sigma)),
  'low rank': LowRankMultivariateNormal.fromVariance(mu, [0.5, 1, 0.7], { factor: [[1], [-0.4], [0.6]] }),
}; // prettier-ignore

describe('wasserstein2', () => {
  it.each(cases)('gives the 60-digit values, n = $n', (known) => {
    const q = MultivariateNormal.fromCovariance(known.mean_q, known.covariance_q);
    const p = MultivariateNormal.fromCovariance(known.mean_p, constant(known.covariance_p));
    const squared = known.wasserstein2_squared;
    expectAllClose(value(wasserstein2Squared(q, p)), squared, { rtol: 1e-11 });
    expectAllClose(value(wasserstein2(p, q)), Math.sqrt(squared), { rtol: 1e-11 });
  });

  it('known answers, structures and singular covariances', () => {
    const a = MultivariateNormal.fromCovariance([0, 0], [[2, 1], [1, 2]]); // prettier-ignore
    const b = MultivariateNormal.fromCovariance([0, 0], [[4, 2], [2, 3]]); // prettier-ignore
    expectAllClose(value(wasserstein2Squared(a, b)), 0.455246049123249, { rtol: 1e-12 });
    const [q, p] = [MultivariateNormalDiag.fromVariance([1, 2], [4, 9]), IsotropicNormal.fromStddev([0, 0], 1)];
    expectAllClose(value(wasserstein2Squared(q, p)), 1 + 4 + 1 + 4, { rtol: 1e-15 });
    const dense = MultivariateNormal.fromCovariance([1, 2], [[4, 0], [0, 9]]); // prettier-ignore
    expectAllClose(value(wasserstein2Squared(dense, p)), 10, { rtol: 1e-14 });
    expectAllClose(value(wasserstein2Squared(Normal.fromStddev(1, 3), Normal.fromStddev(0, 1))), 5, { rtol: 1e-15 });
    // Two lines in the plane, at right angles: all mass meets at the origin.
    const along = (covariance: number[][]): Gaussian => MultivariateNormal.fromCovariance([0, 0], covariance);
    expectAllClose(value(wasserstein2Squared(along([[4, 0], [0, 0]]), along([[0, 0], [0, 9]]))), 13, { rtol: 1e-12 }); // prettier-ignore
    expectAllClose(value(wasserstein2(a, a)), 0, { atol: 1e-7 });
    expect(() => wasserstein2(a, StandardNormal.ofSize(3))).toThrow('event sizes differ');
  });

  it('has right gradients', () => {
    const p = MultivariateNormal.fromCovariance([0, 0], [[2, 1], [1, 2]]); // prettier-ignore
    checkGradients(
      (m, l, w) => wasserstein2Squared(LowRankMultivariateNormal.fromLogVariance(m, l, { factor: w }), p),
      [[1, 2], [0.3, -0.2], [[0.5], [-0.7]]], { order: 2 }); // prettier-ignore
  });
});

describe.each(Object.entries(family))('marginal of %s', (_, p) => {
  it.each([[[0]], [[2, 0]], [[0, 1]], [[1, 2, 0]], [[]]])(
    'coordinates %j have their mean and covariance',
    (indices) => {
      const m = marginal(p, indices);
      const [mean, covariance] = [evaluate(p.mean), evaluate(p.covariance)];
      expect(m.eventShape).toEqual([indices.length]);
      expectAllClose(evaluate(m.mean), NdArray.from(Float64Array.from(indices, (i) => mean.data[i]!)));
      const block = indices.flatMap((i) => indices.map((j) => covariance.data[i * 3 + j]!));
      expectAllClose(evaluate(m.covariance), new NdArray(Float64Array.from(block), [indices.length, indices.length]), {
        atol: 1e-14,
      });
      if (indices.length > 0) expectAllClose(value(klDivergence(m, m)), 0, { atol: 1e-13 });
    },
  );

  it('refuses what is not a coordinate', () => {
    expect(() => marginal(p, [3])).toThrow('index 3');
    expect(() => marginal(p, [1, 1])).toThrow('repeat');
  });
});

describe('condition', () => {
  it.each(cases.filter((known) => known.conditional))('gives the 60-digit values, n = $n', (known) => {
    const { given_index, given_value, mean, covariance } = known.conditional!;
    for (const sigmaP of [known.covariance_p, constant(known.covariance_p)]) {
      const p = MultivariateNormal.fromCovariance(known.mean_p, sigmaP);
      const c = condition(p, { indices: [given_index], values: [given_value] });
      expectAllClose(evaluate(c.mean), mean, { rtol: 1e-12, atol: 1e-12 });
      expectAllClose(evaluate(c.covariance), covariance, { rtol: 1e-12, atol: 1e-13 });
    }
  });

  it.each(Object.entries(family))('of %s: joint density = marginal density + conditional density', (_, p) => {
    const x = [0.4, -1.1, 0.6];
    for (const [indices, rest] of [
      [[0], [1, 2]],
      [[2, 0], [1]],
      [[], [0, 1, 2]],
      [[1, 0, 2], []],
    ]) {
      // prettier-ignore
      const pick = (list: readonly number[]): NdArray => NdArray.from(Float64Array.from(list, (i) => x[i]!));
      const given = marginal(p, indices!).logProb(pick(indices!));
      const other = condition(p, { indices: indices!, values: pick(indices!) }).logProb(pick(rest!));
      expectAllClose(value(p.logProb(x)), value(given) + value(other), { atol: 1e-12 });
    }
  });

  it('takes a batch of values, and gradients flow', () => {
    const p = MultivariateNormal.fromCovariance(mu, sigma);
    const c = condition(p, { indices: [0], values: [[1], [2]] }); // prettier-ignore
    expect(c.batchShape).toEqual([2]);
    expectAllClose(evaluate(c.mean), [[1, 2].map((b) => b)].flatMap(() => [1, 2].map((b) => [-0.5 + 0.25 * (b - 0.3), 1 - 0.15 * (b - 0.3)])), { atol: 1e-15 }); // prettier-ignore
    checkGradients(
      (a, b) => condition(MultivariateNormal.fromCovariance([0, 0], matmul(a, a, { transposeB: true })), { indices: [1], values: b }).logProb([0.3]),
      [[[1, 0.2], [-0.5, 1.5]], [0.7]], { order: 2 }); // prettier-ignore
  });

  it('of a singular Gaussian determines what depends on the given', () => {
    const p = MultivariateNormal.fromCovariance([0, 0, 1], [[1, 2, 0], [2, 4, 0], [0, 0, 3]]); // prettier-ignore
    const c = condition(p, { indices: [0], values: [1.5] });
    expectAllClose(evaluate(c.mean), [3, 1], { atol: 1e-14 });
    expectAllClose(evaluate(c.covariance), [[0, 0], [0, 3]], { atol: 1e-14 }); // prettier-ignore
    expect(c.root.rank).toBe(1);
    expectAllClose(evaluate(c.sample(key(1), [3])).data.filter((_, k) => k % 2 === 0), [3, 3, 3], { atol: 1e-14 }); // prettier-ignore
  });

  it('is exact where more is given than there is noise: x = A z by 40 of its 60 rows, z in 20 dimensions', () => {
    const a = normal(key(1), [60, 20], { dtype: 'float64' });
    const x = evaluate(matmul(a, normal(key(2), [20, 1], { dtype: 'float64' }))).data;
    const p = MultivariateNormal.fromCovariance(new NdArray(new Float64Array(60), [60]), evaluate(matmul(a, a, { transposeB: true }))); // prettier-ignore
    const c = condition(p, { indices: Array.from({ length: 40 }, (_, k) => k), values: Array.from(x.subarray(0, 40)) });
    // The 40 rows have the condition number 6, their Gram matrix 36; the standard deviations are about √20.
    expectAllClose(evaluate(c.mean), new NdArray(x.slice(40), [20]), { atol: 36 * 60 * 2 ** -52 * 20 });
    expectAllClose(evaluate(c.covariance), NdArray.zeros([20, 20], 'float64'), { atol: 1e-14 });
  });

  it('refuses other counts of values', () => {
    expect(() => condition(StandardNormal.ofSize(3), { indices: [0, 1], values: [1] })).toThrow('2 indices');
  });
});

describe('Normal.cdf and icdf', () => {
  // Quantiles by mpmath (30 digits).
  const known: readonly (readonly [p: number, z: number])[] = [
    [1e-300, -37.0471], [1e-10, -6.361340902404056], [0.025, -1.9599639845400542], [0.5, 0], [0.6, 0.2533471031357997],
    [0.975, 1.9599639845400538], [0.9999, 3.719016485455709],
  ]; // prettier-ignore

  it('agree with known quantiles', () => {
    for (const [p, z] of known) {
      const found = value(Normal.fromStddev(0, 1).icdf(p));
      expectAllClose(found, z, { rtol: p === 1e-300 ? 1e-6 : 1e-14 });
      if (p > 1e-9) expectAllClose(value(Normal.fromStddev(0, 1).cdf(found)), p, { atol: 1e-16, rtol: 1e-14 });
    }
  });

  it('invert each other, shifted and scaled', () => {
    const d = Normal.fromVariance(2, 16);
    expectAllClose(value(d.cdf(6)), 0.8413447460685429, { rtol: 1e-15 });
    const points = [-15, -3, 1, 2, 2.5, 9, 20];
    expectAllClose(evaluate(d.icdf(d.cdf(points))), points, { rtol: 1e-10 });
    expectAllClose(evaluate(d.icdf([0, 1])), [-Infinity, Infinity]);
    expect(() => d.icdf([0.5, 1.2])).toThrow('1.2 at [1]');
  });

  it('are each the derivative of the other', () => {
    checkGradients((x) => Normal.fromStddev(0.3, 2).cdf(x), [[-1, 0.2, 3]], { order: 2 });
    checkGradients((p) => Normal.fromStddev(0.3, 2).icdf(p), [[0.01, 0.3, 0.5, 0.95]], { order: 2, step: 2 ** -14 });
  });
});

describe('chi-square', () => {
  it('agrees with closed forms and tables', () => {
    for (const p of [0.01, 0.5, 0.95, 0.999]) {
      expectAllClose(chiSquareQuantile(p, 2), -2 * Math.log(1 - p), { rtol: 1e-14 });
      expectAllClose(chiSquareQuantile(p, 1), value(Normal.fromStddev(0, 1).icdf((1 + p) / 2)) ** 2, { rtol: 1e-12 });
      for (const k of [1, 2, 3, 10, 64, 500])
        expectAllClose(chiSquareCdf(chiSquareQuantile(p, k), k), p, { rtol: 1e-13 });
    }
    // k = 4: 1 − e^(−x/2) (1 + x/2)
    for (const x of [0.1, 3, 12])
      expectAllClose(chiSquareCdf(x, 4), 1 - Math.exp(-x / 2) * (1 + x / 2), { rtol: 1e-13 });
    expectAllClose(chiSquareQuantile(0.95, 3), 7.814727903251179, { rtol: 1e-13 });
    expect(() => chiSquareQuantile(1, 2)).toThrow('[0, 1)');
  });
});

describe('confidenceEllipsoid', () => {
  it('has the eigenvectors as axes, the longest first', () => {
    const p = MultivariateNormal.fromCovariance([3, -1], [[2, 1], [1, 2]]); // prettier-ignore
    const { center, axes, radii } = confidenceEllipsoid(p, 0.9);
    expectAllClose(center, [3, -1]);
    const reach = -2 * Math.log(0.1);
    expectAllClose(radii, [Math.sqrt(3 * reach), Math.sqrt(reach)], { rtol: 1e-14 });
    const r = Math.SQRT1_2;
    expectAllClose(axes.data.map(Math.abs), [r, r, r, r], { rtol: 1e-14 });
    expect(axes.data[0]! * axes.data[2]!).toBeGreaterThan(0); // along (1, 1)
  });

  it('holds draws as often as it says, within 4.5 standard errors', () => {
    const p = MultivariateNormal.fromCovariance(mu, sigma);
    const distances = evaluate(p.mahalanobis(p.sample(key(5), [20_000]))).data;
    const limit = Math.sqrt(chiSquareQuantile(0.8, 3));
    const share = Array.from<number>(distances).filter((d) => d <= limit).length / 20_000;
    expect(Math.abs(share - 0.8)).toBeLessThan(4.5 * Math.sqrt((0.8 * 0.2) / 20_000));
  });

  it('is flat where Σ is singular, with the quantile of the rank', () => {
    const p = MultivariateNormal.fromCovariance([0, 0], [[1, 1], [1, 1]]); // prettier-ignore
    const { radii } = confidenceEllipsoid(p, 0.9);
    expectAllClose(radii, [Math.sqrt(2 * chiSquareQuantile(0.9, 1)), 0], { rtol: 1e-12 });
  });
});

describe('scale words', () => {
  it('keep a variance from passing as a standard deviation', () => {
    expectAllClose(value(Normal.fromVariance(0, 16).stddev), 4);
    expectAllClose(value(Normal.fromVariance(0, variance(16)).stddev), 4);
    expectAllClose(value(Normal.fromStddev(0, stddev(4)).variance), 16);
    const wrong = variance(16);
    // @ts-expect-error -- a variance is no standard deviation
    expect(() => Normal.fromStddev(0, wrong)).toThrow(
      'Normal.fromStddev: takes a standard deviation, got a variance. Normal with variance 16 has standard deviation 4. Use Normal.fromVariance.',
    );
    // @ts-expect-error -- and the other way round
    expect(() => MultivariateNormalDiag.fromVariance([0], stddev(3))).toThrow('standard deviation 3 has variance 9');
  });

  it('are told apart by type on tensors', () => {
    const d = Normal.fromVariance(0, 16);
    // @ts-expect-error -- the variance of a distribution is typed as one
    Normal.fromStddev(0, d.variance);
    // @ts-expect-error -- as is its standard deviation
    Normal.fromLogVariance(0, d.stddev);
    expectAllClose(value(Normal.fromVariance(0, d.variance).stddev), 4);
  });

  it('refuse a matrix where ⊙ needs a vector', () => {
    const s = [[1, 0.5], [0.5, 1]]; // prettier-ignore
    expect(() => MultivariateNormalDiag.fromStddev([0, 0], s)).toThrow(/matrix.*σ ⊙ ε is right for a vector.*fromRoot/);
    const root = SymmetricRoot.fromMatrix(s);
    expect(() => MultivariateNormalDiag.fromStddev([0, 0], root as never)).toThrow(/root R multiplies as R ε/);
    expect(() => root.unwhiten([1])).toThrow('unwhiten: the symmetric root takes vectors of 2 entries, got [1]');
    const batch = MultivariateNormalDiag.fromStddev([[0, 0], [0, 0]], s); // prettier-ignore
    expect(batch.batchShape).toEqual([2]);
  });

  it.each([
    ['zero', 0], ['negative', -1], ['NaN', NaN], ['infinite', Infinity],
  ] as const)('refuse a scale that is %s, as torch does', (_, bad) => {
    for (const make of [
      () => Normal.fromStddev(0, bad),
      () => Normal.fromVariance(0, bad),
      () => MultivariateNormalDiag.fromStddev([0, 0], [1, bad]),
      () => IsotropicNormal.fromVariance([0, 0], bad),
      () => LowRankMultivariateNormal.fromVariance([0, 0], [1, bad], { factor: [[1], [1]] }),
    ]) expect(make).toThrow(/must be positive and finite/);
    if (!Number.isFinite(bad)) {
      expect(() => Normal.fromStddev(bad, 1)).toThrow('must be finite');
      expect(() => MultivariateNormal.fromCovariance([bad, 0], [[1, 0], [0, 1]])).toThrow('must be finite');
    }
  }); // prettier-ignore
});
