import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { cholesky, constant, input, sqrtmh } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { inverse } from '../linalg/index.ts';
import { key } from '../random/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { LowRankMultivariateNormal, MultivariateNormal, SymmetricRoot, klDivergence } from './index.ts';

interface GaussianCase {
  n: number;
  mean_p: number[];
  covariance_p: number[][];
  mean_q: number[];
  covariance_q: number[][];
  x: number[];
  log_prob_p: number;
  entropy_p: number;
  kl_pq: number;
  kl_qp: number;
  mahalanobis_squared_p: number;
}
interface SingularCase {
  n: number;
  rank: number;
  mean: number[];
  covariance: number[][];
  x_on_support: number[];
  log_prob: number;
  log_pseudo_determinant: number;
  entropy: number;
  x_off_support: number[];
}
interface LowRankCase {
  n: number;
  rank: number;
  mean: number[];
  cov_diag: number[];
  cov_factor: number[][];
  x: number[];
  log_prob: number;
  entropy: number;
  log_determinant: number;
}
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/gaussian.json', import.meta.url), 'utf8')) as {
  cases: GaussianCase[];
  singular: SingularCase[];
  low_rank: LowRankCase[];
};

const value = (x: Tensor): number => evaluate(x).item();
/** The inputs are rounded to float64 and have condition numbers up to a few thousand. */
const tolerance = { rtol: 1e-11, atol: 1e-11 };

const constructions: Readonly<Record<string, (mean: number[], covariance: number[][]) => MultivariateNormal>> = {
  'covariance, an array': (mean, covariance) => MultivariateNormal.fromCovariance(mean, covariance),
  'covariance, a tensor': (mean, covariance) => MultivariateNormal.fromCovariance(mean, constant(covariance)),
  'Cholesky factor': (mean, covariance) => MultivariateNormal.fromScaleTril(mean, cholesky(covariance)),
  'symmetric root': (mean, covariance) => MultivariateNormal.fromRoot(mean, sqrtmh(covariance)),
  'symmetric root of a covariance': (mean, covariance) =>
    MultivariateNormal.fromRoot(mean, SymmetricRoot.fromCovariance(covariance)),
  'precision, an array': (mean, covariance) => MultivariateNormal.fromPrecision(mean, inverse(covariance)),
  'precision, a tensor': (mean, covariance) => MultivariateNormal.fromPrecision(mean, constant(inverse(covariance))),
};

describe.each(Object.entries(constructions))('MultivariateNormal from %s', (_, make) => {
  it.each(fixture.cases)('gives the 60-digit values, n = $n', (known) => {
    const p = make(known.mean_p, known.covariance_p);
    const q = make(known.mean_q, known.covariance_q);
    const values = [
      p.logProb(known.x),
      p.entropy(),
      klDivergence(p, q),
      klDivergence(q, p),
      p.root.quadratic(NdArray.from(known.x.map((x, k) => x - known.mean_p[k]!))),
      p.mahalanobis(known.x),
    ].map(value);
    const { log_prob_p, entropy_p, kl_pq, kl_qp, mahalanobis_squared_p: squared } = known;
    expectAllClose(values, [log_prob_p, entropy_p, kl_pq, kl_qp, squared, Math.sqrt(squared)], tolerance);
    expectAllClose(evaluate(p.covariance), known.covariance_p, tolerance);
    expectAllClose(evaluate(p.mean), known.mean_p);
    expectAllClose(
      evaluate(p.variance),
      known.covariance_p.map((row, k) => row[k]!),
      tolerance,
    );
    expectAllClose(evaluate(p.unwhiten(p.whiten(known.x))), known.x, tolerance);
  });
});

describe('marginalLogProb', () => {
  it('is that of each coordinate by itself, whatever the root', () => {
    const covariance = [[2, 1, -0.3], [1, 3, 0.5], [-0.3, 0.5, 0.7]]; // prettier-ignore
    const [mean, x] = [[1, -1, 0.5], [0.3, 2, -1]]; // prettier-ignore
    for (const make of Object.values(constructions)) {
      const actual = evaluate(make(mean, covariance).marginalLogProb([x])).data;
      x.forEach((value, k) => {
        const variance = covariance[k]![k]!;
        const expected = -((value - mean[k]!) ** 2) / (2 * variance) - 0.5 * Math.log(2 * Math.PI * variance);
        expect(actual[k]).toBeCloseTo(expected, 10);
      });
    }
  });
});

describe('LowRankMultivariateNormal', () => {
  it.each(fixture.low_rank)('gives the 60-digit values, n = $n, r = $rank', (known) => {
    const p = LowRankMultivariateNormal.fromVariance(known.mean, known.cov_diag, { factor: known.cov_factor });
    expectAllClose([p.logProb(known.x), p.entropy()].map(value), [known.log_prob, known.entropy], tolerance);
    expectAllClose(2 * value(p.root.logAbsDet()), known.log_determinant, tolerance);
    const { value: z, logProb } = p.sampleAndLogProb(key(3), [4]);
    expectAllClose(evaluate(logProb), evaluate(p.logProb(z)), tolerance);
  });
});

describe('a million draws', () => {
  it('have the mean and covariance of Σ within 4.5 standard errors', () => {
    const [draws, mean, covariance] = [1_000_000, [1, -2, 3], [[2, 1, 0.2], [1, 2, -0.6], [0.2, -0.6, 1]]]; // prettier-ignore
    const z = evaluate(MultivariateNormal.fromCovariance(mean, covariance).sample(key(123), [draws])).data;
    const first = [0, 0, 0];
    const second = [0, 1, 2].map(() => [0, 0, 0]);
    for (let k = 0; k < z.length; k += 3) {
      for (let i = 0; i < 3; i++) {
        const x = z[k + i]! - mean[i]!;
        first[i]! += x / draws;
        for (let j = 0; j <= i; j++) second[i]![j]! += (x * (z[k + j]! - mean[j]!)) / draws;
      }
    }
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(first[i]!)).toBeLessThan(4.5 * Math.sqrt(covariance[i]![i]! / draws));
      for (let j = 0; j <= i; j++) {
        // Var(zᵢ zⱼ) = Σᵢᵢ Σⱼⱼ + Σᵢⱼ²
        const variance = covariance[i]![i]! * covariance[j]![j]! + covariance[i]![j]! ** 2;
        expect(Math.abs(second[i]![j]! - covariance[i]![j]!)).toBeLessThan(4.5 * Math.sqrt(variance / draws));
      }
    }
  });
});

describe('known answers', () => {
  const a = MultivariateNormal.fromCovariance([0, 0], [[2, 1], [1, 2]]); // prettier-ignore
  const b = MultivariateNormal.fromCovariance([1, -1], [[4, 2], [2, 3]]); // prettier-ignore

  it('KL, entropy and density', () => {
    expectAllClose(value(klDivergence(a, b)), 0.80291462650586312, { rtol: 1e-14 });
    expectAllClose(value(klDivergence(b, a)), 1.1762520401608035, { rtol: 1e-14 });
    const standard = MultivariateNormal.fromScaleTril([0, 0], [[1, 0], [0, 1]]); // prettier-ignore
    expectAllClose(value(klDivergence(b, standard)), 2.460279229160082, { rtol: 1e-14 });
    expectAllClose(value(a.entropy()), 3.3871832107434003, { rtol: 1e-14 });
    expectAllClose(value(a.logProb([0, 0])), -2.3871832107434003, { rtol: 1e-14 });
  });

  it('densities that scipy tests', () => {
    const points = [0, 0.5, 1, 1.5, 2].map((x) => [x, 3 * x - 2, x + Math.cos(3 * x - 2)]);
    const p = MultivariateNormal.fromCovariance([1, 3, 2], [[1, 2, 0], [2, 5, 0.5], [0, 0.5, 3]]); // prettier-ignore
    const densities = evaluate(p.logProb(points)).data.map(Math.exp);
    expectAllClose(densities, [0.0002214706, 0.0013819953, 0.0049138692, 0.010380305, 0.01402508], { atol: 1e-10 });
  });
});

describe('singular covariances', () => {
  it.each(fixture.singular)('density on the support, −∞ off it, n = $n, rank = $rank', (known) => {
    const p = MultivariateNormal.fromCovariance(known.mean, known.covariance);
    expect(p.rank).toBe(known.rank);
    expectAllClose(value(p.logProb(known.x_on_support)), known.log_prob, { rtol: 1e-9 });
    expectAllClose(2 * value(p.root.logAbsDet()), known.log_pseudo_determinant, { atol: 1e-10 });
    expectAllClose(value(p.entropy()), known.entropy, { rtol: 1e-10 });
    expect(value(p.logProb(known.x_off_support))).toBe(-Infinity);
  });

  it.each(fixture.singular)('draws lie on the support, n = $n', (known) => {
    const p = MultivariateNormal.fromCovariance(known.mean, known.covariance);
    const { value: z, logProb } = p.sampleAndLogProb(key(1), [200]);
    expectAllClose(evaluate(p.logProb(constant(evaluate(z)))), evaluate(logProb), { rtol: 1e-9, atol: 1e-9 });
  });

  it('draw equal coordinates from ones, and exactly the mean from zeros', () => {
    const ones = MultivariateNormal.fromCovariance([0, 0], [[1, 1], [1, 1]]); // prettier-ignore
    const [pairs] = [evaluate(ones.sample(key(2), [100])).data];
    for (let k = 0; k < 200; k += 2) expect(Math.abs(pairs[k]! - pairs[k + 1]!)).toBeLessThan(1e-15 * 8);
    const zeros = MultivariateNormal.fromCovariance([3, -4], [[0, 0], [0, 0]]); // prettier-ignore
    expectAllClose(evaluate(zeros.sample(key(2), [2])), [[3, -4], [3, -4]]); // prettier-ignore
    expect(zeros.rank).toBe(0);
    expectAllClose(value(zeros.logProb([3, -4])), 0);
    expect(value(zeros.logProb([3, -4.1]))).toBe(-Infinity);
  });

  it('take the pseudo-determinant that scipy tests', () => {
    const variances = [...new Array<number>(100).fill(Math.exp(10)), 0, 0];
    const covariance = variances.map((x, i) => variances.map((_, j) => (i === j ? x : 0)));
    const p = MultivariateNormal.fromCovariance(new Array<number>(102).fill(0), covariance);
    expectAllClose(2 * value(p.root.logAbsDet()), 1000, { rtol: 1e-14 });
    expect(p.rank).toBe(100);
  });

  it('have a finite KL on a common support only', () => {
    const make = (
      mean: number[],
      scale: number,
      covariance = [
        [1, 2],
        [2, 4],
      ],
    ): MultivariateNormal =>
      // prettier-ignore
      MultivariateNormal.fromCovariance(mean, covariance.map((row) => row.map((x) => scale * x)));
    const [q, p] = [make([0, 0], 1), make([3, 6], 2)];
    // Along the unit vector (1, 2)/√5: variances 5 and 10, means 0 and √45.
    expectAllClose(value(klDivergence(q, p)), 0.5 * (5 / 10 + 45 / 10 - 1 + Math.log(2)), { rtol: 1e-12 });
    expect(value(klDivergence(q, make([3, 6.5], 2)))).toBe(Infinity);
    expect(value(klDivergence(q, make([0, 0], 1, [[1, -2], [-2, 4]])))).toBe(Infinity); // prettier-ignore
    const full = MultivariateNormal.fromScaleTril([0, 0], [[1, 0], [0, 1]]); // prettier-ignore
    expect(value(klDivergence(q, full))).toBe(Infinity);
    expect(value(klDivergence(full, q))).toBe(Infinity);
  });

  it('mix with others in a batch', () => {
    const p = MultivariateNormal.fromCovariance([0, 0], [[[1, 1], [1, 1]], [[2, 0], [0, 2]]]); // prettier-ignore
    expect((p.rank as NdArray).toNested()).toEqual([1, 2]);
    const onlySecond = evaluate(p.logProb([1, 0])).data;
    expect(onlySecond[0]).toBe(-Infinity);
    expectAllClose(onlySecond[1]!, -Math.log(2 * Math.PI) - Math.log(2) - 0.25, { rtol: 1e-14 });
  });
});

describe('bad covariances are refused', () => {
  it.each([
    ['indefinite', [[1, 2], [2, 1]], /not positive semidefinite.*eigenvalue is -1/],
    ['not symmetric', [[1, 2], [1, 2]], /not symmetric/],
    ['indefinite within a batch', [[[1, 0], [0, 1]], [[1, 2], [2, 1]]], /matrix \[1\] of the batch.*-1/],
    ['NaN', [[NaN, 0], [0, 1]], /NaN/],
    ['not square', [[1, 0, 0], [0, 1, 0]], /square/],
    ['of another size than the mean', [[1, 0, 0], [0, 1, 0], [0, 0, 1]], /2 coordinates, the covariance 3/],
  ] as const)('%s', (_, covariance, message) => {
    expect(() => MultivariateNormal.fromCovariance([0, 0], covariance)).toThrow(message);
  }); // prettier-ignore

  it('at run time in a graph', () => {
    const sigma = input('sigma', ['batch', 2, 2], 'float64');
    const p = MultivariateNormal.fromCovariance([0, 0], sigma);
    const feeds = { sigma: NdArray.from([[[1, 0], [0, 1]], [[1, 2], [2, 1]]]) }; // prettier-ignore
    expect(() => evaluate(p.entropy(), feeds)).toThrow(LinearAlgebraError);
    expect(() => evaluate(p.entropy(), feeds)).toThrow(/matrix \[1\] of the batch.*pivot 1 is -3/);
  });

  it('a singular precision', () => {
    expect(() => MultivariateNormal.fromPrecision([0, 0], [[1, 1], [1, 1]])).toThrow(/singular/); // prettier-ignore
  });

  it('accepts what rounding explains', () => {
    const p = MultivariateNormal.fromCovariance([0, 0], NdArray.from([[1, 0.1], [0.1 + 1e-7, 1]], 'float32')); // prettier-ignore
    expect(p.dtype).toBe('float32');
    expect(() => MultivariateNormal.fromCovariance([0, 0], [[1, 0.1], [0.1 + 1e-7, 1]])).toThrow('not symmetric'); // prettier-ignore
  });
});
