import { describe, expect, test } from 'vitest';
import { NdArray } from '../core/index.ts';
import { eigenvalues, eigh } from './index.ts';

const values = (a: number[][]): [number[], number[] | undefined] => {
  const { real, imag } = eigenvalues(a);
  return [Array.from(real.data), imag && Array.from(imag.data)];
};

describe('eigenvalues', () => {
  test('of a triangle are its diagonal, exactly', () => {
    expect(values([[3, 5, 7], [0, -2, 11], [0, 0, 0.1]])).toEqual([[-2, 0.1, 3], undefined]); // prettier-ignore
  });

  test('of a rotation are a conjugate pair', () => {
    const [real, imag] = values([[0, -2], [2, 0]]); // prettier-ignore
    expect(real).toEqual([0, 0]);
    expect(imag).toEqual([-2, 2]);
  });

  test('of a companion matrix are the roots of its polynomial', () => {
    // (x − 1)(x − 2)(x − 3)(x² + 1) = x⁵ − 6x⁴ + 12x³ − 12x² + 11x − 6
    const coefficients = [6, -11, 12, -12, 6];
    const companion = coefficients.map((last, row) =>
      Array.from({ length: 5 }, (_, column) => (column === 4 ? last : column === row - 1 ? 1 : 0)),
    );
    const [real, imag] = values(companion);
    for (const [at, expected] of [0, 0, 1, 2, 3].entries()) expect(real[at]).toBeCloseTo(expected, 12);
    for (const [at, expected] of [-1, 1, 0, 0, 0].entries()) expect(imag?.[at]).toBeCloseTo(expected, 12);
  });

  test('agree with eigh on symmetric batches, at any scale', () => {
    for (const scale of [1, 1e150, 1e-150]) {
      const a = NdArray.from([[[2, 1], [1, 2]], [[4, -1], [-1, 0]]]); // prettier-ignore
      const scaled = new NdArray(
        a.data.map((value) => value * scale),
        a.shape,
      );
      const { real, imag } = eigenvalues(scaled);
      expect(imag).toBeUndefined();
      const expected = eigh(scaled).values;
      for (const [at, value] of real.data.entries()) {
        expect(Math.abs(value - expected.data[at]!)).toBeLessThan(8 * 2 ** -52 * 5 * scale);
      }
    }
  });

  test('refuses what is not square or not finite', () => {
    expect(() => eigenvalues([[1, 2]])).toThrow(/must be square/);
    expect(() => eigenvalues([[NaN]])).toThrow(/NaN/);
    expect(eigenvalues(NdArray.zeros([0, 0], 'float64')).real.shape).toEqual([0]);
  });
});
