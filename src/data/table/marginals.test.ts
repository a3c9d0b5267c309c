import { describe, expect, test } from 'vitest';
import type { NdArray } from '../../core/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Table } from '../../io/index.ts';
import { key, normal } from '../../random/index.ts';
import { columnOf, encoderOf, repeat } from '../../testing/tables.ts';
import { MarginalMatcher, TableEncoder } from '../index.ts';

describe('drawn rows', () => {
  const z = normal(key(5), [2, 1000], { dtype: 'float64' }).data;
  const table = tableOf({
    income: Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? '' : Math.exp(7 + z[i]!).toFixed(2))),
    claims: Array.from({ length: 1000 }, (_, i) => Math.max(0, z[1000 + i]!).toFixed(2)),
    city: repeat(1000, 'a', 'b'),
  });
  const encoder = encoderOf(table);
  const at = (column: number): number => encoder.blocks[column]!.offset;
  const flag = encoder.blocks[0]!.missing!;
  /** Draws of a model that makes everything normal, and of wrong scale and place. */
  const draws = (seed: number): NdArray<'float32'> => {
    const rows = normal(key(seed), [4000, encoder.width]);
    for (let start = 0; start < rows.data.length; start += encoder.width) {
      rows.data[start + at(0)]! += 1;
      rows.data[start + at(1)]! *= 0.3;
      rows.data[start + flag] = +(rows.data[start + flag]! < -1.28);
    }
    return rows;
  };
  const numbersIn = (made: Table, name: string): Float64Array =>
    Float64Array.from(
      columnOf(made, name)
        .filter((cell) => cell !== null && cell !== '')
        .map(Number),
    ).sort();
  const ofColumn = (rows: NdArray, offset: number): number[] =>
    Array.from({ length: 4000 }, (_, row) => rows.data[row * encoder.width + offset]!);

  test('get the marginals of the training rows, in the order that they had', () => {
    const [drawn, matched] = [draws(8), draws(8)];
    new MarginalMatcher(encoder, draws(9)).apply(matched);
    matched.data.forEach((value, k) => {
      if (![at(0), at(1)].includes(k % encoder.width)) expect(value).toBe(drawn.data[k]);
    });
    const made = encoder.decode(matched);
    for (const name of ['income', 'claims']) {
      const [real, synthetic] = [numbersIn(table, name), numbersIn(made, name)];
      for (const share of [0.05, 0.25, 0.5, 0.6, 0.75, 0.95]) {
        const value = real[Math.round(share * (real.length - 1))]!;
        const [atMost, below] = [(v: number) => v <= value, (v: number) => v < value].map(
          (test) => synthetic.filter(test).length / synthetic.length,
        ) as [number, number];
        // Two samples of 4,000 (five errors of 0.008 · √2) and quantiles between 33 knots.
        expect(below - 0.04).toBeLessThan(share);
        expect(atMost + 0.04).toBeGreaterThan(share);
      }
    }
    expect(numbersIn(made, 'claims').filter((value) => value === 0).length / 4000).toBeCloseTo(0.5, 1);
    const [before, after] = [drawn, matched].map((rows) => ofColumn(rows, at(1))) as [number[], number[]];
    const order = before.map((_, row) => row).sort((a, b) => before[a]! - before[b]!);
    order.forEach((row, k) => {
      if (k > 0) expect(after[row]!).toBeGreaterThanOrEqual(after[order[k - 1]!]!);
    });
    expect(columnOf(made, 'income').filter((cell) => cell === null).length).toBe(
      ofColumn(drawn, flag).filter((value) => value === 1).length,
    );
  });

  test('keep a value that repeats to the bit, whatever float32 makes of it', () => {
    for (const offset of [0, 1e-3, 1234.567, -1e9 / 7]) {
      const values = Array.from(z.subarray(0, 1000), (x) => offset + (x < 0 ? 0 : Math.PI * x));
      const fitted = encoderOf(tableOf({ x: values, y: Array.from(z.subarray(1000)) }));
      const rows = normal(key(4), [2000, 2]);
      new MarginalMatcher(fitted, normal(key(6), [4000, 2])).apply(rows);
      const back = columnOf(fitted.decode(rows), 'x');
      const share = back.filter((value) => value === values.find((x) => x === offset)).length / 2000;
      // Five errors of a share of 2,000 and of one of 4,000, and of the 1,000.
      expect(Math.abs(share - values.filter((x) => x === offset).length / 1000), String(offset)).toBeLessThan(0.08);
    }
  });

  test('stay as they are where there is nothing to go by', () => {
    const { columns } = encoder.state;
    const old = new TableEncoder({
      columns: columns.map((column) => Object.fromEntries(Object.entries(column).filter(([name]) => name !== 'marginal')) as typeof column), // prettier-ignore
    });
    const rows = draws(8);
    new MarginalMatcher(old, draws(9)).apply(rows);
    expect(rows.data).toEqual(draws(8).data);
  });

  test('have gaps or none', () => {
    const [gaps, none] = [draws(8), draws(8)];
    encoder.settleMissing(gaps.data, { missing: true });
    encoder.settleMissing(none.data, { missing: false });
    expect(ofColumn(gaps, flag)).toEqual(ofColumn(draws(8), flag));
    ofColumn(gaps, flag).forEach((missing, row) => {
      if (missing === 1) expect(ofColumn(gaps, at(0))[row]).toBe(0);
    });
    expect(ofColumn(none, flag).every((missing) => missing === 0)).toBe(true);
    expect(ofColumn(none, at(0))).toEqual(ofColumn(draws(8), at(0)));
  });
});
