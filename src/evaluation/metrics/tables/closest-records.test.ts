import { expect, it } from 'vitest';
import { tableSplits } from '../../../data/index.ts';
import { tableOf } from '../../../io/index.ts';
import type { Table } from '../../../io/index.ts';
import { key, normal } from '../../../random/index.ts';
import type { MetricContext } from '../metric.ts';
import { closestRecords } from './closest-records.ts';

const count = 60;
const [x, y] = [normal(key(1), [2 * count]).data, normal(key(2), [2 * count]).data];
const rows = (from: number, shift = 0): Table =>
  tableOf({
    x: Array.from(x.subarray(from, from + count), (value) => value + shift),
    y: Array.from(y.subarray(from, from + count), (value) => value + shift),
  });
const split = Array.from({ length: 2 * count }, (_, k) => (k < count ? 'train' : 'test'));
const { train, test } = tableSplits(tableOf({ x: Array.from(x), y: Array.from(y), split }), { source: 'rows' });

/** What the metric says of a model that draws these rows. */
const measure = (drawn: Table) =>
  closestRecords.compute(
    {
      dataset: test,
      seed: 0,
      training: () => Promise.resolve({ dataset: train }),
      sampleTable: (n: number) => Promise.resolve(n === count ? drawn : expect.unreachable()),
    } as unknown as MetricContext,
    { count: 1000, training: 10_000 },
  );

it('tells a model that has learned its rows by heart from one that draws held-out rows', async () => {
  const byHeart = await measure(rows(0));
  expect(byHeart).toMatchObject({ closerToTraining: { value: 1, standardError: 0 }, copies: count, distance: 0 });
  expect(byHeart).toMatchObject({ heldOutCopies: 0 });
  expect(await measure(rows(0, 1e-3))).toMatchObject({ copies: 0, closerToTraining: { value: 1 } });
  const others = await measure(rows(count));
  expect(others).toMatchObject({ closerToTraining: { value: 0 }, copies: 0 });
  expect(others.distance).toBe(others.heldOutDistance);
});
