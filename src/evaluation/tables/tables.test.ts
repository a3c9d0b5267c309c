import { describe, expect, it } from 'vitest';
import { ValueError } from '../../core/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Table } from '../../io/index.ts';
import { key, normal, randint } from '../../random/index.ts';
import {
  association,
  compareTables,
  correlationRatio,
  cramersV,
  downstreamAccuracy,
  kolmogorovSmirnov,
  sampleGaussianCopula,
  sampleIndependently,
  totalVariation,
} from './index.ts';
import type { ColumnKinds } from './index.ts';

const kinds: ColumnKinds = { x: 'numeric', y: 'numeric', group: 'category', side: 'category' };

/** y follows x with correlation 0.8, side is the sign of x in nine of ten rows, group is on its own. */
function rows(count: number, seed: number): Table {
  const [a, b] = [normal(key(seed), [count]).data, normal(key(seed + 100), [count]).data];
  const group = randint(key(seed + 200), [count], { high: 3 }).data;
  const flip = randint(key(seed + 300), [count], { high: 10 }).data;
  return tableOf({
    x: Array.from(a, (value) => Math.exp(value)),
    y: Array.from(a, (value, k) => 0.8 * value + 0.6 * (b[k] ?? 0)),
    group: Array.from(group, (k) => 'abc'[k] ?? null),
    side: Array.from(a, (value, k) => (value > 0 !== (flip[k] === 0) ? 'up' : 'down')),
  });
}

describe('kolmogorovSmirnov', () => {
  it.each([
    [[1, 2, 3, 4], [1, 2, 3, 4], 0],
    [[1, 2], [3, 4], 1],
    [[1, 2, 3, 4], [2.5, 9], 0.5],
    [[1, 1, 1, 2], [1, 2], 0.25],
    [[1, NaN, 2], [1, 2], 0],
    [[], [1], 1],
  ])('of %j and %j is %d', (a, b, expected) => {
    expect(kolmogorovSmirnov(Float64Array.from(a), Float64Array.from(b))).toBe(expected);
  });
});

describe('totalVariation', () => {
  it('is the largest difference in probability of any set of names', () => {
    const of = (shares: Record<string, number>) => new Map(Object.entries(shares));
    const [p, q] = [of({ a: 0.5, b: 0.5 }), of({ a: 0.25, c: 0.75 })];
    // The set {c} has 0 and 0.75.
    expect([totalVariation(p, q), totalVariation(q, p), totalVariation(p, p)]).toEqual([0.75, 0.75, 0]);
    expect(totalVariation(of({ a: 1 }), of({ b: 1 }))).toBe(1);
  });
});

describe('associations', () => {
  it('are 1 when one column decides the other, 0 when it says nothing', () => {
    const names = ['a', 'a', 'b', 'b', 'c', 'c'];
    expect(correlationRatio(names, Float64Array.of(1, 1, 5, 5, 2, 2))).toBeCloseTo(1, 14);
    expect(correlationRatio(names, Float64Array.of(1, 2, 1, 2, 1, 2))).toBe(0);
    expect(cramersV(names, ['x', 'x', 'z', 'z', 'y', 'y'])).toBeCloseTo(1, 14);
    expect(cramersV(names, ['x', 'y', 'x', 'y', 'x', 'y'])).toBeCloseTo(0, 14);
    expect(cramersV(names, names.map(() => 'one'))).toBe(0); // prettier-ignore
  });

  it('of 2 × 2 counts is |ad − bc| / √(…)', () => {
    const pairs = 'aaaaaabbbb'.split('').map((a, k) => [a, 'xxxxyyxyyy'[k] ?? ''] as const);
    const v = cramersV(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
    );
    expect(v).toBeCloseTo((4 * 3 - 2 * 1) / Math.sqrt(6 * 4 * 5 * 5), 14);
  });

  it('skip the rows in which a number is missing', () => {
    const table = tableOf({ x: [1, 2, null, 3], y: [2, 4, 100, 6] });
    expect(association(table, ['x', 'y'], { x: 'numeric', y: 'numeric' })).toBeCloseTo(1, 14);
  });
});

describe('compareTables', () => {
  it('is 0 for the same table and small for another draw of it', () => {
    const real = rows(2000, 1);
    expect(compareTables(real, real, kinds)).toEqual({
      marginal: 0,
      columns: { x: 0, y: 0, group: 0, side: 0 },
      pairwise: 0,
      missing: 0,
    });
    const { marginal, pairwise } = compareTables(real, rows(2000, 2), kinds);
    // KS of two samples of n exceeds 1.63 √(2/n) once in a hundred.
    expect(marginal).toBeLessThan(1.63 * Math.sqrt(2 / 2000));
    expect(pairwise).toBeLessThan(0.05);
  });

  it('knows dates, and a missing cell by any of its texts', () => {
    const table = (dates: string[], city: string[]) => tableOf({ date: dates, city });
    const real = table(['2020-01-01', '2021-01-01', 'NA', ''], ['a', 'NA', 'b', '?']);
    const synthetic = table(['2022-01-01', '2023-01-01', '2022-01-01', ''], ['a', '', 'b', '']);
    const { columns, missing } = compareTables(real, synthetic, { date: 'numeric', city: 'category' });
    expect(columns).toEqual({ date: 1, city: 0 });
    // The same days as people write them, one of them past the 12th.
    const written = table(['13/01/2020', '02/03/2021'], ['a', 'b']);
    const iso = table(['2020-01-13', '2021-03-02'], ['a', 'b']);
    expect(compareTables(written, iso, { date: 'numeric' }).columns).toEqual({ date: 0 });
    expect(missing).toBeCloseTo(0.25 / 2, 14);
  });

  it('names a column that is missing', () => {
    expect(() => compareTables(rows(3, 1), tableOf({ x: [1] }), kinds)).toThrow(ValueError);
  });
});

describe('baselines', () => {
  const real = rows(1500, 3);
  const options = { count: 1500, key: key(9), kinds };
  const independent = compareTables(real, sampleIndependently(real, options), kinds);
  const copula = compareTables(real, sampleGaussianCopula(real, options), kinds);

  it('both keep the marginals', () => {
    for (const { marginal } of [independent, copula]) expect(marginal).toBeLessThan(0.05);
  });

  it('the copula takes categories of one frequency apart', () => {
    // Each name goes with a range of x of its own: were rows of two names mixed, both would have their common middle.
    const names = ['b', 'c', 'a', 'd'];
    const table = tableOf({
      name: Array.from({ length: 400 }, (_, k) => names[(k * 7) % 4]!),
      x: Array.from({ length: 400 }, (_, k) => 10 * 'abcd'.indexOf(names[(k * 7) % 4]!) + (k % 5)),
    });
    const drawn = sampleGaussianCopula(table, { count: 400, key: key(4), kinds: { name: 'category', x: 'numeric' } });
    expect(association(drawn, ['name', 'x'], { name: 'category', x: 'numeric' })).toBeGreaterThan(0.9);
  });

  it('the copula keeps the associations that independence loses', () => {
    const pair = (table: Table, names: [string, string]): number => association(table, names, kinds);
    const drawn = sampleGaussianCopula(real, options);
    expect(pair(drawn, ['x', 'y'])).toBeCloseTo(pair(real, ['x', 'y']), 1);
    expect(pair(drawn, ['y', 'side'])).toBeGreaterThan(0.4);
    expect(Math.abs(pair(sampleIndependently(real, options), ['x', 'y']))).toBeLessThan(0.1);
    expect(copula.pairwise).toBeLessThan(independent.pairwise / 3);
  });

  it('draw as many rows as they are asked for, and no fewer than one', () => {
    for (const draw of [sampleIndependently, sampleGaussianCopula]) {
      for (const count of [1, 7]) expect(draw(real, { ...options, count }).columns.map(({ values }) => values.length)).toEqual(Array(4).fill(count)); // prettier-ignore
      expect(() => draw(real, { ...options, count: 0 })).toThrow(/count/);
    }
  });

  it('draw what was seen only, and need neither known numbers nor several names', () => {
    const odd = tableOf({ x: [1, null, 3, 3, 7], y: [0, 0, 0, 0, 0], group: ['a', 'a', 'a', 'a', null], side: ['', 'u', 'u', 'v', 'v'] }); // prettier-ignore
    const drawn = sampleGaussianCopula(odd, { ...options, count: 200 });
    expect(new Set(drawn.columns[0]?.values)).toEqual(new Set([1, 3, 7]));
    expect(new Set(drawn.columns[2]?.values)).toEqual(new Set(['a', null]));
  });
});

describe('downstreamAccuracy', () => {
  const [train, test] = [rows(600, 5), rows(600, 6)];
  const target = { target: 'side', kinds };

  it('finds what there is to find: nine rows of ten', () => {
    const { logistic, neighbours, constant } = downstreamAccuracy(train, test, target);
    // Sampling error of a share: √(0.9 · 0.1 / 600) = 0.012.
    expect(logistic).toBeGreaterThan(0.82);
    expect(neighbours).toBeGreaterThan(0.8);
    expect(constant).toBeLessThan(0.6);
  });

  it('finds nothing in independent columns, and is the constant where only one class was seen', () => {
    const useless = sampleIndependently(train, { count: 600, key: key(1), kinds });
    expect(downstreamAccuracy(useless, test, target).logistic).toBeLessThan(0.7);
    const one = tableOf({ x: [1, 2], y: [1, 2], group: ['a', 'b'], side: ['up', 'up'] });
    const { logistic, neighbours, constant } = downstreamAccuracy(one, test, target);
    expect([logistic, neighbours]).toEqual([constant, constant]);
    // Of classes that are equally frequent, the one that comes first.
    const two = tableOf({ x: [1, 2], y: [1, 2], group: ['a', 'b'], side: ['up', 'down'] });
    const ups = test.columns.find(({ name }) => name === 'side')!.values.filter((side) => side === 'up').length;
    expect(downstreamAccuracy(two, test, target).constant).toBe(ups / 600);
  });
});
