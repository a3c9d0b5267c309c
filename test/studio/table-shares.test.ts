// What the tables' page draws: shares in bins, of levels and of pairs.
import { expect, test } from 'vitest';
import { cellProblem } from '../../studio/src/tables/cell-problem.ts';
import { roundNumbers } from '../../studio/src/ui/ticks.ts';
import { binOf, binned, levelShares, missingShare, pairShares } from '../../studio/src/tables/shares.ts';

test('bins hold each value once, on the same edges for both samples', () => {
  const { edges, real, synthetic } = binned([0, 1, 2, 3, null], [3, 4], 4);
  expect(edges).toEqual([0, 1, 2, 3, 4]);
  expect(real).toEqual([0.2, 0.2, 0.2, 0.2]);
  expect(synthetic).toEqual([0, 0, 0, 1]);
  expect(binOf(4, { edges })).toBe(3);
  expect(binOf(-1, { edges })).toBe(0);
});

test('a far outlier does not make one bin of all others, and is still counted', () => {
  const values = [...Array.from({ length: 999 }, (_, k) => k / 999), 1e6];
  const { edges, real } = binned(values, [], 10);
  expect(edges.at(-1)).toBeLessThan(2);
  expect(real.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
  expect(Math.max(...real)).toBeLessThan(0.2);
});

test('constant and empty columns have bins too', () => {
  expect(binned([5, 5], [5], 3).real.reduce((sum, share) => sum + share, 0)).toBe(1);
  expect(binned([null], [], 3).real).toEqual([0, 0, 0]);
});

test('levels, missing values and pairs', () => {
  expect(levelShares([0, 2, 2, null], 3)).toEqual([0.25, 0, 0.5]);
  expect(missingShare([0, null])).toBe(0.5);
  const shares = pairShares([0, 1, 1, null], [1, 0, 0, 0], { columns: 2, rows: 2, columnOf: (value) => value, rowOf: (value) => value }); // prettier-ignore
  expect(shares).toEqual([0, 0.5, 0.25, 0]);
});

test('a cell that cannot be is said', () => {
  const number = { name: 'age', kind: 'number', nullable: false } as const;
  expect(cellProblem(number, 3)).toBeUndefined();
  expect(cellProblem(number, 'abc')).toMatch(/‘abc’ is no number/);
  expect(cellProblem(number, null)).toMatch(/no row without/);
  expect(cellProblem({ ...number, nullable: true }, '  ')).toBeUndefined();
  expect(cellProblem({ name: 'sex', kind: 'category', nullable: false }, 'x')).toBeUndefined();
});

test('axes have round numbers within their range', () => {
  expect(roundNumbers(-0.31, 9.4, 5)).toEqual([0, 2, 4, 6, 8]);
  expect(roundNumbers(0.1, 0.35, 5).map((tick) => tick.toFixed(3))).toEqual(['0.100', '0.150', '0.200', '0.250', '0.300', '0.350']); // prettier-ignore
  expect(roundNumbers(1e6, 1.0001e6, 4)).toEqual([1e6, 1_000_050, 1_000_100]);
});
