import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray, ShapeError } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { expectAllClose } from '../testing/index.ts';
import {
  identity,
  logSpaced,
  randomMatrix,
  relativeDistance,
  symmetrized,
  uniforms,
  withEigenvalues,
} from '../testing/matrices.ts';
import { lyapunov, matmul, sqrtmh, sqrtmhJvp, sqrtmhVjp, transpose } from './index.ts';

interface Case {
  readonly name: string;
  readonly a: number[][];
  readonly min_eigenvalue: number;
  readonly max_eigenvalue: number;
  readonly direction?: number[][];
  readonly derivative?: number[][];
  readonly second_derivative?: number[][];
}

const fixtures = JSON.parse(readFileSync(new URL('../../test/fixtures/sqrtmh.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};
const epsilon = 2 ** -52;

describe('derivatives of the root against 60 digits', () => {
  it.each(fixtures.cases.filter((c) => c.derivative))('$name', (c) => {
    const tolerance = Math.max(1e-10, (100 * epsilon * c.max_eigenvalue) / c.min_eigenvalue);
    const first = sqrtmhJvp(c.a, c.direction!);
    expect(relativeDistance(first, c.derivative!)).toBeLessThan(tolerance);
    expect(relativeDistance(lyapunov(sqrtmh(c.a), c.direction!), c.derivative!)).toBeLessThan(tolerance);
    expect(first.data).toEqual(transpose(first).data);
    // S S = Σ + t E twice differentiated: S S″ + S″ S = −2 S′ S′.
    const second = lyapunov(sqrtmh(c.a), scaled(matmul(first, first), -2));
    expect(relativeDistance(second, c.second_derivative!)).toBeLessThan(10 * tolerance);
  });

  it('[[2, 1], [1, 2]] along e₁e₁ᵀ', () => {
    const derivative = sqrtmhJvp([[2, 1], [1, 2]], [[1, 0], [0, 0]]); // prettier-ignore
    const [a, b, d] = [0.38018148554092254, -0.052831216351296779, 0.014156081756483897];
    expectAllClose(derivative, [[a, b], [b, d]], { atol: 1e-15 }); // prettier-ignore
  });

  it('dS = E/2 at I, exactly', () => {
    for (const n of [1, 2, 6]) {
      const e = symmetrized(randomMatrix(uniforms(n), n, n));
      expect(sqrtmhJvp(identity(n), e).data).toEqual(e.data.map((x) => x / 2));
    }
  });
});

const sizes = fc.integer({ min: 1, max: 12 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const fuzz = { seed: 7, numRuns: 80 };

describe('derivatives of the root, for any covariance', () => {
  it('agree with central differences', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const random = uniforms(seed);
        const a = withEigenvalues(random, logSpaced(n, 1.5));
        const e = symmetrized(randomMatrix(random, n, n));
        const step = 2 ** -20; // λmin = 0.03: truncation step² / λmin^2.5, rounding ε / (step λmin^0.5)
        const [up, down] = [sqrtmh(plus(a, scaled(e, step))), sqrtmh(plus(a, scaled(e, -step)))];
        const difference = scaled(plus(up, scaled(down, -1)), 0.5 / step);
        expect(relativeDistance(sqrtmhJvp(a, e), difference)).toBeLessThan(1e-7);
      }),
      fuzz,
    );
  });

  it('are adjoint: ⟨G, dS(E)⟩ = ⟨VJP(G), E⟩, for a cotangent of any asymmetry', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const random = uniforms(seed);
        const a = withEigenvalues(random, logSpaced(n, 4));
        const e = symmetrized(randomMatrix(random, n, n));
        const g = randomMatrix(random, n, n);
        const gradient = sqrtmhVjp(a, g);
        expect(gradient.data).toEqual(transpose(gradient).data);
        const [left, right] = [inner(g, sqrtmhJvp(a, e)), inner(gradient, e)];
        expect(Math.abs(left - right)).toBeLessThan(1e-11 * n * 100);
      }),
      fuzz,
    );
  });

  it('solve S L + L S = E, E symmetric or not', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const random = uniforms(seed);
        const s = withEigenvalues(random, logSpaced(n, 3));
        const e = randomMatrix(random, n, n);
        const l = lyapunov(s, e);
        expect(relativeDistance(plus(matmul(s, l), matmul(l, s)), e)).toBeLessThan(1e-11);
      }),
      fuzz,
    );
  });

  it('scale: along 4ᵏ Σ and E the derivative is E/S, at 1e±150 too', () => {
    const a = withEigenvalues(uniforms(3), logSpaced(5, 2));
    const e = symmetrized(randomMatrix(uniforms(4), 5, 5));
    const at = sqrtmhJvp(a, e).data;
    for (const k of [-250, -1, 3, 250]) {
      expect(sqrtmhJvp(scaled(a, 4 ** k), e).data).toEqual(at.map((x) => x * 2 ** -k));
      expect(sqrtmhJvp(scaled(a, 4 ** k), scaled(e, 4 ** k)).data).toEqual(at.map((x) => x * 2 ** k));
    }
  });
});

describe('derivatives of the root at singular Σ', () => {
  const random = uniforms(11);
  const b = randomMatrix(random, 5, 2);
  const a = matmul(b, transpose(b));

  it('are exact along curves of constant rank', () => {
    // Σ(t) = B(t) B(t)ᵀ with B(t) = B + t C moves range and null space alike.
    const c = randomMatrix(random, 5, 2);
    const direction = plus(matmul(b, transpose(c)), matmul(c, transpose(b)));
    const step = 2 ** -17;
    const at = (t: number): NdArray => {
      const moved = plus(b, scaled(c, t));
      return sqrtmh(matmul(moved, transpose(moved)));
    };
    const difference = scaled(plus(at(step), scaled(at(-step), -1)), 0.5 / step);
    expect(relativeDistance(sqrtmhJvp(a, direction), difference)).toBeLessThan(1e-7);
    expect(relativeDistance(lyapunov(sqrtmh(a), direction), difference)).toBeLessThan(1e-7);
  });

  it('are finite in every direction, and 0 at Σ = 0', () => {
    const e = symmetrized(randomMatrix(random, 5, 5));
    const l = sqrtmhJvp(a, e);
    expect(Math.max(...l.data.map(Math.abs))).toBeLessThan(1e3);
    expect(relativeDistance(lyapunov(sqrtmh(a), e), l)).toBeLessThan(1e-10);
    expect(sqrtmhVjp(NdArray.zeros([3, 3], 'float64'), identity(3)).data).toEqual(new Float64Array(9));
  });

  it('stay finite in float32, where the root carries float32 rounding', () => {
    const e = NdArray.from(symmetrized(randomMatrix(random, 5, 5)), 'float32');
    const s = NdArray.from(sqrtmh(a), 'float32');
    const l = lyapunov(s, e);
    expect(l.dtype).toBe('float32');
    expect(Math.max(...l.data.map(Math.abs))).toBeLessThan(1e3);
  });
});

describe('lyapunov', () => {
  it('broadcasts batches and equals the loop', () => {
    const x = [1, 2].map((seed) => withEigenvalues(uniforms(seed), logSpaced(3, 1)));
    const e = randomMatrix(uniforms(3), 3, 3);
    const batch = new NdArray(Float64Array.from(x.flatMap((m) => [...m.data])), [2, 3, 3]);
    expect([...lyapunov(batch, e).data]).toEqual(x.flatMap((m) => [...lyapunov(m, e).data]));
    expect(lyapunov(batch, e).shape).toEqual([2, 3, 3]);
    expect(lyapunov(NdArray.zeros([0, 3, 3], 'float64'), e).shape).toEqual([0, 3, 3]);
  });

  it('refuses what is not positive semidefinite or does not fit', () => {
    expect(() => lyapunov([[-1]], [[1]])).toThrow(LinearAlgebraError);
    expect(() => lyapunov([[1]], identity(2))).toThrow(ShapeError);
    expect(() => sqrtmhJvp([[1, 2], [2, 1]], identity(2))).toThrow(/sqrtmhJvp.*eigenvalue is -1/); // prettier-ignore
  });
});

function plus(a: NdArray, b: NdArray): NdArray<'float64'> {
  return new NdArray(
    Float64Array.from(a.data, (x, at) => x + b.data[at]!),
    a.shape,
  );
}

function scaled(a: NdArray, factor: number): NdArray<'float64'> {
  return new NdArray(
    Float64Array.from(a.data, (x) => x * factor),
    a.shape,
  );
}

function inner(a: ArrayLikeInput, b: NdArray): number {
  return NdArray.from(a).data.reduce((sum: number, x, at) => sum + x * b.data[at]!, 0);
}
