import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray } from '../core/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { identity, logSpaced, randomMatrix, relativeDistance, uniforms, withEigenvalues } from '../testing/matrices.ts';
import { checkCovariance, cholesky, condition, factorCovariance, logDet, logPseudoDeterminant, matmul, rank, sqrtmh, transpose } from './index.ts'; // prettier-ignore

interface Regular {
  name: string;
  condition: number;
  covariance: number[][];
  log_det: number;
  root: number[][];
  eigenvalues: number[];
}
interface Singular {
  name: string;
  rank: number;
  covariance: number[][];
  log_volume: number;
}
const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/units.json', import.meta.url), 'utf8')) as {
  regular: Regular[];
  singular: Singular[];
};

const epsilon = 2 ** -52;
const fuzz = { seed: 31, numRuns: 60 };
const sizes = fc.oneof({ weight: 11, arbitrary: fc.integer({ min: 1, max: 12 }) }, { weight: 1, arbitrary: fc.constant(64) }); // prettier-ignore
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** D A D, symmetric to the bit. */
function scaled(a: NdArray, d: readonly number[]): NdArray<'float64'> {
  const n = d.length;
  const data = Float64Array.from(a.data, (x, at) => {
    const [i, j] = [Math.floor(at / n), at % n].sort((p, q) => p - q) as [number, number];
    return x * d[i]! * d[j]!;
  });
  return new NdArray(data, [n, n]);
}

/** A correlation matrix of about the condition 10^decades. */
function correlation(random: () => number, n: number, decades: number): NdArray<'float64'> {
  const a = withEigenvalues(random, logSpaced(n, decades));
  const scales = Array.from({ length: n }, (_, i) => 1 / Math.sqrt(a.data[i * (n + 1)]!));
  const r = scaled(a, scales);
  for (let i = 0; i < n; i++) r.data[i * (n + 1)] = 1;
  return r;
}

const units = (random: () => number, n: number, decades: number): number[] =>
  Array.from({ length: n }, () => 10 ** (random() * decades));

/** The largest |aᵢⱼ − bᵢⱼ| / √(bᵢᵢ bⱼⱼ). */
function entrywise(a: NdArray, b: NdArray): number {
  const [n = 0] = b.shape;
  const d = Array.from({ length: n }, (_, i) => Math.sqrt(b.data[i * (n + 1)]!));
  return Math.max(0, ...Array.from(b.data, (x, at) => {
    const gap = Math.abs(a.data[at]! - x);
    return gap === 0 ? 0 : gap / d[Math.floor(at / n)]! / d[at % n]!;
  })); // prettier-ignore
}

describe('60-digit values in any units', () => {
  it.each(fixture.regular)('$name', (known) => {
    const sigma = NdArray.from(known.covariance);
    const n = known.covariance.length;
    // Entries are rounded by ε beside √(Σᵢᵢ Σⱼⱼ), which moves eigenvalues of R by n ε.
    const tolerance = 16 * n * epsilon * known.condition;
    expect(rank(sigma).item()).toBe(n);
    expectAllClose(logDet(sigma).item(), known.log_det, { atol: tolerance, rtol: 4 * epsilon });
    expectAllClose(logPseudoDeterminant(sigma).item(), known.log_det, { atol: tolerance, rtol: 8 * epsilon });
    expectAllClose(factorCovariance(sigma).logVolume.item(), known.log_det / 2, { atol: tolerance, rtol: 4 * epsilon });
    expectAllClose(checkCovariance(sigma).eigenvalues, known.eigenvalues, { rtol: tolerance });
    const s = sqrtmh(sigma);
    const exact = NdArray.from(known.root);
    const sizesOf = (i: number): number => exact.data[i * (n + 1)]!;
    for (const [at, x] of exact.data.entries()) {
      const size = Math.min(sizesOf(Math.floor(at / n)), sizesOf(at % n));
      expect(Math.abs(s.data[at]! - x)).toBeLessThanOrEqual(tolerance * size);
    }
    expectAllClose(condition(sigma).item(), known.eigenvalues.at(-1)! / known.eigenvalues[0]!, { rtol: 2 * tolerance });
  });

  it.each(fixture.singular)('$name', (known) => {
    const sigma = NdArray.from(known.covariance);
    const factor = factorCovariance(sigma);
    expect([rank(sigma).item(), factor.rank.item(), factor.notices]).toEqual([known.rank, known.rank, []]);
    expectAllClose(factor.logVolume.item(), known.log_volume, { atol: 1e-12 });
    expectAllClose(logPseudoDeterminant(sigma).item(), 2 * known.log_volume, { atol: 1e-12 });
    const { eigenvectors } = checkCovariance(sigma);
    expect(relativeDistance(matmul(transpose(eigenvectors), eigenvectors), identity(sigma.shape[0]!))).toBeLessThan(
      1e-14,
    );
  });
});

describe('the symmetric root in any units', () => {
  it('|S S − Σ|ᵢⱼ ≤ (8 + √κ(R)/100) n ε √(Σᵢᵢ Σⱼⱼ), ‖S S − Σ‖ ≤ 1e-14 ‖Σ‖, S symmetric to the bit', () => {
    fc.assert(
      fc.property(sizes, seeds, fc.constantFrom(0, 1, 3, 6, 10), fc.constantFrom(1, 2, 5, 20, 150), (n, seed, decades, span) => {
        const random = uniforms(seed);
        const sigma = scaled(correlation(random, n, decades), units(random, n, span));
        const s = sqrtmh(sigma);
        expect(s.data).toEqual(transpose(s).data);
        const squared = matmul(s, s);
        expect(relativeDistance(squared, sigma)).toBeLessThan(1e-14);
        expect(entrywise(squared, sigma)).toBeLessThanOrEqual((8 + 10 ** (decades / 2 - 2)) * n * epsilon);
      }),
      fuzz,
    ); // prettier-ignore
  });

  it('of singular Σ with zero variances: ‖S S − Σ‖ ≤ 1e-14 ‖Σ‖, zero rows stay zero', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), seeds, fc.constantFrom(0, 3, 20, 140), (n, seed, span) => {
        const random = uniforms(seed);
        const b = randomMatrix(random, n, Math.ceil(n / 2));
        const sigma = scaled(matmul(b, transpose(b)), units(random, n, span));
        for (let j = 0; j < n; j++) sigma.data[j] = sigma.data[j * n] = 0;
        const s = sqrtmh(sigma);
        expect(relativeDistance(matmul(s, s), sigma)).toBeLessThan(1e-14);
        expect(Array.from(s.data.subarray(0, n))).toEqual(new Array<number>(n).fill(0));
      }),
      fuzz,
    );
  });

  it('Cholesky keeps its bits where it scales by coordinate', () => {
    const a = withEigenvalues(uniforms(3), logSpaced(4, 2));
    const powers = [2 ** 400, 1, 2 ** -380, 2 ** -100];
    const plain = cholesky(a).data;
    expect(cholesky(scaled(a, powers)).data).toEqual(plain.map((x, at) => x * powers[Math.floor(at / 4)]!));
    const broken = scaled(a, [1, -1, 1, 1]); // the same matrix in other signs
    broken.data[5] = -broken.data[5]!;
    expect(() => cholesky(scaled(broken, powers))).toThrow(/pivot 1 is -/);
  });
});

describe('factorCovariance', () => {
  const factorOf = ({ stddevs, vectors, values }: ReturnType<typeof factorCovariance>): NdArray<'float64'> => {
    const n = stddevs.size;
    const data = Float64Array.from(vectors.data, (x, at) => x * stddevs.data[Math.floor(at / n)]! * Math.sqrt(values.data[at % n]!)); // prettier-ignore
    return new NdArray(data, [n, n]);
  };

  it('F Fᵀ = Σ to rounding of √(Σᵢᵢ Σⱼⱼ), regular or singular, and units change nothing but stddevs', () => {
    fc.assert(
      fc.property(sizes, seeds, fc.boolean(), fc.constantFrom(0, 10, 150), (n, seed, isSingular, span) => {
        const random = uniforms(seed);
        const b = randomMatrix(random, n, Math.ceil(n / 2));
        const r = isSingular ? matmul(b, transpose(b)) : correlation(random, n, 4);
        const powers = units(random, n, span).map((d) => 2 ** Math.round(Math.log2(d)));
        const [plain, moved] = [factorCovariance(r), factorCovariance(scaled(r, powers))];
        expect(moved.rank.item()).toBe(isSingular ? Math.ceil(n / 2) : n);
        expect([moved.values.data, moved.vectors.data]).toEqual([plain.values.data, plain.vectors.data]);
        const f = factorOf(moved);
        expect(entrywise(matmul(f, transpose(f)), moved.covariance)).toBeLessThan(32 * n * epsilon);
        expect(moved.notices).toEqual([]);
      }),
      fuzz,
    );
  });

  it('counts as 0 a variance that is negative or to blame, the fewest, and says so', () => {
    const zeroed = (a: number[][], options = {}): [number[], readonly string[]] => {
      const { covariance, notices } = factorCovariance(a, options);
      return [a.map((_, i) => covariance.data[i * (a.length + 1)]!), notices];
    };
    // Negative; a legitimate variance of the same size stays.
    expect(zeroed([[1, 0, 0], [0, -1e-17, 0], [0, 0, 1e-20]])).toEqual([[1, 0, 1e-20], [expect.stringMatching(/coordinate 1 \(-1e-17\) counts as 0/)]]); // prettier-ignore
    // A correlation of 3 with a variance of rounding's size.
    expect(
      zeroed([
        [1, 3e-9, 0],
        [3e-9, 1e-18, 0],
        [0, 0, 1e-20],
      ])[0],
    ).toEqual([1, 0, 1e-20]);
    // A covariance where there is no variance.
    expect(zeroed([[1, 1e-9], [1e-9, 0]])[1]).toHaveLength(1); // prettier-ignore
    expect(zeroed([[1, 0], [0, 0]])).toEqual([[1, 0], []]); // prettier-ignore
    // Beyond rounding of Σ it is no covariance.
    expect(() => factorCovariance([[1, 0], [0, -1e-12]])).toThrow(LinearAlgebraError); // prettier-ignore
    expect(() => factorCovariance([[-1e-30]])).toThrow(/eigenvalue is -1/);
    expect(zeroed([[1, 0], [0, -1e-12]], { rtol: 1e-11 })[0]).toEqual([1, 0]); // prettier-ignore
  });

  it('moves correlations that rounding of larger variances has carried past their bounds', () => {
    const tiny = 1e-10; // far above rounding beside 1, but its covariances are rounded by 1e-16
    const a = [[1, 0, 0], [0, tiny, tiny * (1 + 1e-6)], [0, tiny * (1 + 1e-6), tiny]]; // prettier-ignore
    const { covariance, rank: dimension, notices } = factorCovariance(a);
    expectAllClose(covariance, [[1, 0, 0], [0, tiny, tiny], [0, tiny, tiny]], { rtol: 1e-12 }); // prettier-ignore
    expect(dimension.item()).toBe(2);
    expect(notices).toEqual([expect.stringMatching(/correlations moved by up to 0.000001/)]);
  });

  it('does not take rounding of a large unit for a direction of a small one', () => {
    const random = uniforms(17);
    for (let trial = 0; trial < 20; trial++) {
      const [a, b] = [random(), random()];
      const large = 1e20;
      // Two coordinates along (1, 0) in the large unit, two anywhere: det BᵀB = large² (1 + a²) (0.81 + b²) to 1e-40.
      const rows = [[large, 0], [a * large, 0], [0.3, 0.9], [0.2, b]]; // prettier-ignore
      const factor = NdArray.from(rows);
      const expected = Math.log(large) + Math.log1p(a * a) / 2 + Math.log(0.81 + b * b) / 2;
      expectAllClose(factorCovariance(matmul(factor, transpose(factor))).logVolume.item(), expected, { atol: 1e-12 });
    }
  });

  it('judges a matrix in the type that it has, whatever the result shall be', () => {
    const file = readFileSync(new URL('../../test/fixtures/cases/sigma-float32.npy', import.meta.url));
    const sigma = new NdArray(new Float32Array(file.buffer.slice(file.byteOffset + 128)), [40, 40]);
    const wide = factorCovariance(sigma, { dtype: 'float64' });
    expect(wide.notices).toEqual([]);
    expect(wide.rank.item()).toBe(factorCovariance(sigma).rank.item());
    expect(checkCovariance(wide.covariance).rank.item()).toBe(wide.rank.item());
    expect(relativeDistance(wide.covariance, sigma)).toBeLessThan(40 * 2 ** -23);
    expect(() => factorCovariance(NdArray.from(sigma, 'float64'))).toThrow(LinearAlgebraError);
    expect(sqrtmh(sigma).dtype).toBe('float32');
  });
});
