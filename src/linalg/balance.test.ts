import { expect, it } from 'vitest';
import { uniforms } from '../testing/matrices.ts';
import { balance } from './balance.ts';

const n = 5;

/** Norms of column and row k of a without its diagonal. */
function norms(a: Float64Array, k: number): readonly [column: number, row: number] {
  const others = [...Array(n).keys()].filter((i) => i !== k);
  return [Math.hypot(...others.map((i) => a[i * n + k]!)), Math.hypot(...others.map((i) => a[k * n + i]!))];
}

it('balance takes A to D⁻¹ A D of least norms, D of powers of two, whichever side is the larger', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const draw = uniforms(seed);
    const units = Array.from({ length: n }, () => 2 ** Math.round(40 * draw() - 20));
    const given = Float64Array.from({ length: n * n }, (_, at) => (draw() - 0.5) * (units[Math.floor(at / n)]! / units[at % n]!)); // prettier-ignore
    const balanced = given.slice();
    const exponents = balance(balanced, n);
    balanced.forEach((value, at) => {
      expect(value).toBe(given[at]! * 2 ** (exponents[at % n]! - exponents[Math.floor(at / n)]!));
    });
    for (let k = 0; k < n; k++) {
      const [column, row] = norms(balanced, k);
      for (const shift of [-2, -1, 1, 2]) {
        // Exponents are compared, so a column of nearly four times its row may stay: 4 + 1 for 2 + 2.
        expect(column * 2 ** shift + row / 2 ** shift).toBeGreaterThanOrEqual(0.8 * (column + row));
      }
    }
  }
});
