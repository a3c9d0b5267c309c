import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray, NumericalError, ShapeError } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { expectAllClose } from '../testing/index.ts';
import {
  identity,
  randomMatrix,
  randomOrthogonal,
  relativeDistance,
  uniforms,
  withEigenvalues,
} from '../testing/matrices.ts';
import { matmul, sqrtm, sqrtmh, transpose } from './index.ts';
import { rootSensitivity } from './triangular-root.ts';

interface Case {
  readonly name: string;
  readonly a: number[][];
  readonly real: number[][] | null;
  readonly imag: number[][] | null;
}

const fixtures = JSON.parse(readFileSync(new URL('../../test/fixtures/sqrtm.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

const noRoot = /no square root that is a function of it/;

describe('the sensitivity of a root', () => {
  const diagonal = (entries: readonly number[]) => {
    const re = new Float64Array(entries.length ** 2);
    entries.forEach((value, k) => (re[k * (entries.length + 1)] = value));
    return { re, im: new Float64Array(re.length) };
  };

  it('of diagonal roots is what L(E) = E ⊘ (rᵢ + rⱼ) makes of E, all entries 1', () => {
    for (const r of [[3], [2, 2, 2, 2], [1, 0.5, 7], [1e-8, 1], [4, 0.01, 2, 30, 5]]) {
      const n = r.length;
      const l = Math.hypot(...r.flatMap((a) => r.map((b) => 1 / (a + b)))) / n;
      const expected = (l * Math.hypot(...r.map((x) => x * x))) / Math.hypot(...r);
      const found = rootSensitivity(diagonal(r.map((x) => x * x)), diagonal(r), n);
      expect(Math.abs(found / expected - 1)).toBeLessThan(1e-14);
    }
    // √x changes by half as much as x.
    expect(rootSensitivity(diagonal([9]), diagonal([3]), 1)).toBeCloseTo(0.5, 15);
  });
});

describe('sqrtm against 60 digits', () => {
  it.each(fixtures.cases)('$name', ({ a, real, imag }) => {
    if (real === null) {
      expect(() => sqrtm(a)).toThrow(noRoot);
      return;
    }
    const root = sqrtm(a);
    expectAllClose(root.real, real, { atol: 1e-14 });
    if (imag!.flat().every((x) => x === 0)) expect(root.imag).toBeUndefined();
    else expectAllClose(root.imag!, imag!, { atol: 1e-14 });
  });
});

// The cases of scipy.linalg's TestSqrtM, by its numbers in spirit; results verified, not copied.
describe('sqrtm, cases of scipy', () => {
  it('round trip: n = 1 … 5, scales 1e−4 … 1e4', () => {
    const random = uniforms(1);
    for (let n = 1; n <= 5; n++) {
      for (let decade = -4; decade <= 4; decade++) {
        const a = randomMatrix(random, n, n).data.map((x) => x * 10 ** decade);
        checkRoot(new NdArray(a, [n, n]), 1e-12);
      }
    }
  });

  it('an almost defective block diagonal', () => {
    const e = 2 ** -5;
    const root = sqrtm([[1, 0, 0, 1], [0, e, 0, 0], [0, 0, e, 0], [0, 0, 0, 1]]); // prettier-ignore
    const s = Math.sqrt(e);
    expectAllClose(root.real, [[1, 0, 0, 0.5], [0, s, 0, 0], [0, 0, s, 0], [0, 0, 0, 1]], { atol: 1e-15 }); // prettier-ignore
  });

  it('real stays real, and becomes complex when negated', () => {
    const matrices = [[[1, 0], [0, 1]], [[1, 0], [1, 1]], [[2, 1], [1, 1]], [[2, 3], [1, 2]], [[1, 1], [1, 1]]]; // prettier-ignore
    for (const a of matrices) {
      expect(checkRoot(a, 1e-15).imag).toBeUndefined();
      const negated = a.map((row) => row.map((x) => -x));
      expect(checkRoot(negated, 1e-15).imag).toBeDefined();
    }
  });

  it('complex results', () => {
    const matrices = [[[1, 0], [0, -1]], [[0, 1], [1, 0]], [[0, 1, 0], [0, 0, -1], [1, 0, 0]], [[2, 4], [0, -2]]]; // prettier-ignore
    for (const a of matrices) expect(checkRoot(a, 1e-14).imag).toBeDefined();
  });

  it('Al-Mohy and Higham: entries of the root nine orders above the matrix', () => {
    const diagonal = [0.32346, 0.30089, 0.3221, 0.30744];
    const a = diagonal.map((d, i) => diagonal.map((_, j) => (i === j ? d : j > i ? 3e4 : 0)));
    const { real, imag } = sqrtm(a);
    expect(imag).toBeUndefined();
    expectAllClose(matmul(real, real), a, { rtol: 1e-5 });
    for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) expect(real.data[4 * i + j]).toBe(0);
  });

  it('no root: one Jordan block at 0; [[0, 2, 2], 0, 0]', () => {
    const superdiagonal = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (j === i + 1 ? 3 : 0)));
    expect(() => sqrtm(superdiagonal)).toThrow(LinearAlgebraError);
    expect(() => sqrtm([[0, 2, 2], [0, 0, 0], [0, 0, 0]])).toThrow(LinearAlgebraError); // prettier-ignore
  });

  it('singular with a root', () => {
    const corner = [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]]; // prettier-ignore
    expectAllClose(
      sqrtm(corner).real,
      corner.map((row) => row.map((x) => x * Math.SQRT1_2)),
      { atol: 1e-14 },
    );
    expect(sqrtm([[2, 0, 0], [0, 1, 0], [0, 0, 0]]).real.toNested()).toEqual([[Math.SQRT2, 0, 0], [0, 1, 0], [0, 0, 0]]); // prettier-ignore
    expect(sqrtm([[0, 0], [0, 0]]).real.toNested()).toEqual([[0, 0], [0, 0]]); // prettier-ignore
  });

  it('19 × 19 with correlations .94 is real', () => {
    const a = Array.from({ length: 19 }, (_, i) => Array.from({ length: 19 }, (__, j) => (i === j ? 1 : 0.94)));
    expect(checkRoot(a, 1e-14).imag).toBeUndefined();
  });

  it('types, empty inputs, views, numbers', () => {
    expect(sqrtm(new NdArray(Int32Array.of(4, 0, 0, 9), [2, 2])).real.dtype).toBe('float64');
    expect(sqrtm(new NdArray(Float32Array.of(1, 3, 1, 4), [2, 2])).real.dtype).toBe('float32');
    expect(sqrtm(NdArray.zeros([0, 0], 'float64')).real.shape).toEqual([0, 0]);
    expect(sqrtm(NdArray.zeros([4, 0, 0], 'float64')).real.shape).toEqual([4, 0, 0]);
    expect(sqrtm(NdArray.zeros([0, 3, 3], 'float64')).residual.shape).toEqual([0]);
    const a = [[1, 2], [3, 40]]; // prettier-ignore
    expectAllClose(sqrtm(transpose(a)).real, transpose(sqrtm(a).real), { atol: 1e-15 * 40 });
    expect(sqrtm(4).real.toNested()).toBe(2);
    expect(sqrtm([[4]]).real.toNested()).toEqual([[2]]);
    expect(sqrtm([[-4]]).imag?.toNested()).toEqual([[2]]);
  });
});

describe('sqrtm, cases of Julia', () => {
  it('is safe from overflow', () => {
    const r = Math.SQRT1_2;
    const turn = (s: number): ArrayLikeInput => [[0, -(s * s)], [s * s, 0]]; // prettier-ignore
    for (const s of [1e100, 1e-100]) {
      expectAllClose(sqrtm(turn(s)).real, [[r * s, -r * s], [r * s, r * s]], { rtol: 4e-15 }); // prettier-ignore
    }
    const { real } = sqrtm([[1, 1e200], [-1e-200, 1]]); // prettier-ignore
    const [re, im] = [1.09868411346781, 0.45508986056222733]; // √(1 + i)
    expectAllClose(real, [[re, im * 1e200], [-im * 1e-200, re]], { rtol: 4e-15 }); // prettier-ignore
  });

  it('refuses infinity, [[0, 1], [0, 0]] and 0 × 3', () => {
    expect(() => sqrtm([[1, 0], [0, Infinity]])).toThrow(NumericalError); // prettier-ignore
    expect(() => sqrtm([[0, 1], [0, 0]])).toThrow(noRoot); // prettier-ignore
    expect(() => sqrtm(NdArray.zeros([0, 3], 'float64'))).toThrow(ShapeError);
    expect(() => sqrtm([1, 2])).toThrow(ShapeError);
  });
});

describe('sqrtm, complex input', () => {
  it('[[2i, 4], [0, −2i]] and a Hermitian matrix', () => {
    const root = sqrtm({ real: [[0, 4], [0, 0]], imag: [[2, 0], [0, -2]] }); // prettier-ignore
    expectAllClose(root.real, [[1, 2], [0, 1]], { atol: 1e-14 }); // prettier-ignore
    expectAllClose(root.imag!, [[1, 0], [0, -1]], { atol: 1e-14 }); // prettier-ignore
    const a = { real: [[1, 0, 0], [0, 1, 0], [0, 0, 2]], imag: [[0, 0, 0], [0, 0, -1], [0, 1, 0]] }; // prettier-ignore
    expect(sqrtm(a).residual.item()).toBeLessThan(2e-15);
    expect(relativeDistance(sqrtm(a).imag!, scaledTranspose(sqrtm(a).imag!, -1))).toBeLessThan(1e-14);
  });

  it('of permutations in a ring, where QR steps stand still without a shift out of order', () => {
    for (const n of [3, 4, 5, 8]) {
      const ring = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => +(i === (j + 1) % n)));
      // Times i + ½, so that no eigenvalue lies on the cut, n = 4 included.
      const root = sqrtm({ real: ring.map((row) => row.map((x) => x / 2)), imag: ring });
      expect(root.residual.item()).toBeLessThan(1e-14);
    }
  });

  it('X X = A for random matrices; a real matrix given as complex keeps its root', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = uniforms(seed);
      const n = 1 + (seed % 9);
      const [real, imag] = [randomMatrix(random, n, n), randomMatrix(random, n, n)];
      expect(sqrtm({ real, imag }).residual.item()).toBeLessThan(1e-12);
      const plain = sqrtm({ real, imag: NdArray.zeros([n, n], 'float64') });
      expect(plain.real.data).toEqual(sqrtm(real).real.data);
    }
  });

  it('without a root, or with parts that do not fit', () => {
    const zero = [[0, 0], [0, 0]]; // prettier-ignore
    expect(() => sqrtm({ real: zero, imag: [[0, 1], [0, 0]] })).toThrow(noRoot); // prettier-ignore
    expect(() => sqrtm({ real: zero, imag: [[0]] })).toThrow(ShapeError);
    expect(() => sqrtm({ real: zero, imag: [[NaN, 0], [0, 0]] })).toThrow(NumericalError); // prettier-ignore
  });
});

const sizes = fc.integer({ min: 1, max: 12 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const fuzz = { seed: 11, numRuns: 120 };

describe('sqrtm, for any matrix', () => {
  it('X X = A, and every eigenvalue of X lies in the right half plane: trace(X) ≥ 0', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        // Backward error α ε with α = ‖X‖² / ‖A‖ (Björck and Hammarling).
        const a = randomMatrix(uniforms(seed), n, n);
        const { real } = checkRoot(a, 1e-11);
        let trace = 0;
        for (let k = 0; k < n; k++) trace += real.data[k * n + k]!;
        expect(trace).toBeGreaterThanOrEqual(0);
      }),
      fuzz,
    );
  });

  it('recovers X from X X when X has its eigenvalues in the right half plane', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const random = uniforms(seed);
        const x = randomMatrix(random, n, n);
        for (let k = 0; k < n; k++) x.data[k * n + k]! += n; // Gershgorin: the eigenvalues lie within n of n + 1
        const { real, imag } = sqrtm(matmul(x, x));
        expect(imag).toBeUndefined();
        expect(relativeDistance(real, x)).toBeLessThan(1e-10);
      }),
      fuzz,
    );
  });

  it('singular A = B C of low rank has a root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 10 }), seeds, (n, seed) => {
        const random = uniforms(seed);
        const rank = 1 + (seed % (n - 1));
        checkRoot(matmul(randomMatrix(random, n, rank), randomMatrix(random, rank, n)), 1e-9);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('agrees with sqrtmh on covariances', () => {
    for (const n of [1, 2, 3, 10]) {
      const a = withEigenvalues(
        uniforms(n),
        Array.from({ length: n }, (_, k) => 1 + k),
      );
      expect(relativeDistance(sqrtm(a).real, sqrtmh(a))).toBeLessThan(1e-15);
    }
  });

  it('a batch equals the loop, real roots among complex ones', () => {
    const matrices = [[[1, 3], [1, 4]], [[0, 1], [1, 0]], [[4, 0], [0, 9]]]; // prettier-ignore
    const batch = sqrtm(matrices);
    expect(batch.real.toNested()).toEqual(matrices.map((a) => sqrtm(a).real.toNested()));
    expect(batch.imag!.toNested()).toEqual(
      matrices.map((a) => sqrtm(a).imag?.toNested() ?? [[0, 0], [0, 0]]), // prettier-ignore
    );
    expect(batch.residual.shape).toEqual([3]);
  });

  it('nilpotent matrices in disguise have none: not exactly triangular, eigenvalues of rounding size', () => {
    const integers = [[[1, -1], [1, -1]], [[2, -4], [1, -2]], [[5, -3, 2], [15, -9, 6], [10, -6, 4]], [[0, 0], [1, 0]]]; // prettier-ignore
    for (const a of integers) expect(() => sqrtm(a)).toThrow(LinearAlgebraError);
    const jordan = new NdArray(Float64Array.of(0, 1, 0, 0, 0, 1, 0, 0, 0), [3, 3]);
    for (let seed = 0; seed < 20; seed++) {
      const q = randomOrthogonal(uniforms(seed), 3);
      const a = matmul(matmul(q, jordan), transpose(q));
      expect(() => sqrtm(a)).toThrow(LinearAlgebraError);
    }
  });

  it('a zero eigenvalue ahead of others in a triangle is no obstacle', () => {
    const projector = [[0, 1, 1], [0, 1, 1], [0, 0, 0]]; // prettier-ignore
    expectAllClose(sqrtm(projector).real, projector, { atol: 1e-15 });
    expect(sqrtm(identity(3)).real.toNested()).toEqual(identity(3).toNested());
  });
});

function scaledTranspose(a: NdArray, factor: number): NdArray {
  const { data, shape } = transpose(a);
  return new NdArray(
    Float64Array.from(data, (x) => x * factor),
    shape,
  );
}

/** Checks X X = A by its own product, and returns X. */
function checkRoot(a: ArrayLikeInput, tolerance: number): ReturnType<typeof sqrtm> {
  const root = sqrtm(a);
  const { real } = root;
  const imag = root.imag ?? new NdArray(new Float64Array(real.size), real.shape);
  const [rr, ii, ri, ir] = [matmul(real, real), matmul(imag, imag), matmul(real, imag), matmul(imag, real)];
  const squared = new NdArray(
    Float64Array.from(rr.data, (x, at) => x - ii.data[at]!),
    real.shape,
  );
  expect(relativeDistance(squared, a)).toBeLessThan(tolerance);
  const scale = Math.max(...NdArray.from(a).data.map(Math.abs));
  const cross = Float64Array.from(ri.data, (x, at) => (x + ir.data[at]!) / scale);
  expectAllClose(cross, new Float64Array(cross.length), { atol: tolerance * real.shape.length * 10 });
  expect(root.residual.item()).toBeLessThan(tolerance);
  return root;
}
