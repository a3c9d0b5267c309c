import { describe, expect, test } from 'vitest';
import { testDataset } from '../testing/dataset.ts';
import { datasetOf, examplesOf, holdOutTest, numbersOf, subset, tableSplits, wholeOf } from './index.ts';
import type { Dataset } from './index.ts';
import { tableOf } from '../io/index.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const dataset = (values: Uint8Array, more: Partial<Dataset> = {}): Dataset => ({
  ...datasetOf({ name: 'x', kind: 'array', sampleShape: [1], values }),
  ...more,
});
const valuesOf = (data: Dataset): number[] => Array.from(examplesOf(data).data, (value) => Math.round(255 * value));
const namesOf = (data: Dataset): unknown =>
  data.names && Array.from({ length: data.size }, (_, i) => data.names!.at(i));

describe('wholeOf', () => {
  const everything = dataset(
    Uint8Array.from({ length: 50 }, (_, i) => (i * 7) % 256),
    {
      labels: Uint32Array.from({ length: 50 }, (_, i) => i % 3),
      classNames: ['a', 'b', 'c'],
    },
  );

  test('a random split is undone: the order of the source', () => {
    const splits = holdOutTest(everything, { fraction: 0.3, seed: 4 });
    expect(namesOf(splits.test!)).not.toEqual(Array.from({ length: 15 }, (_, i) => i));
    const whole = wholeOf({ source: 'x', ...splits });
    expect(valuesOf(whole.dataset)).toEqual(valuesOf(everything));
    expect([whole.dataset.labels, whole.dataset.classNames]).toEqual([everything.labels, everything.classNames]);
    expect(whole.dataset.names).toBeUndefined();
    const held = whole.splits.flatMap((split, index) => (split === 'test' ? [index] : []));
    expect(held).toEqual(namesOf(splits.test!));
    testDataset(() => wholeOf({ source: 'x', ...splits }).dataset);
  });

  test('files come in the order of their paths, and keep them', () => {
    const files = ['b/2.png', 'a/1.png', 'c/0.png'];
    const named = dataset(bytes(2, 1, 3), { names: { kind: 'file', at: (index) => files[index]! } });
    const source = { source: 'x', train: subset(named, Uint32Array.of(0, 2)), test: subset(named, Uint32Array.of(1)) };
    const { dataset: whole, splits } = wholeOf(source);
    expect([valuesOf(whole), namesOf(whole), splits]).toEqual([
      [1, 2, 3],
      ['a/1.png', 'b/2.png', 'c/0.png'],
      ['test', 'train', 'train'],
    ]);
  });

  test('sources without places follow each other; classes go by their names', () => {
    const train = dataset(bytes(1, 2), { labels: Uint32Array.of(0, 1), classNames: ['cat', 'dog'] });
    const test = dataset(bytes(3, 4), { labels: Uint32Array.of(0, 1), classNames: ['dog', 'elk'] });
    const { dataset: whole, splits } = wholeOf({ source: 'x', train, test });
    expect(valuesOf(whole)).toEqual([1, 2, 3, 4]);
    expect([whole.classNames, [...whole.labels!]]).toEqual([
      ['cat', 'dog', 'elk'],
      [0, 1, 1, 2],
    ]);
    expect([whole.names, splits]).toEqual([undefined, ['train', 'train', 'test', 'test']]);
    const first = { source: 'x', train: subset(train, Uint32Array.of(1)), test: subset(test, Uint32Array.of(1)) };
    expect(valuesOf(wholeOf(first).dataset)).toEqual([2, 4]);
    expect(wholeOf(first).dataset.names).toBeUndefined();
    expect(wholeOf({ source: 'x', train }).dataset).toBe(train);
  });

  test("a table's rows come as the file has them", () => {
    const table = tableOf({ x: Array.from({ length: 40 }, (_, i) => (i * i) / 8 + 0.1) });
    const splits = tableSplits(table, { source: 't.csv', testFraction: 0.25, seed: 3 });
    const { dataset: whole } = wholeOf(splits);
    const rows = splits.train.table!.decode(examplesOf(whole)).columns[0]!.values as number[];
    rows.forEach((value, i) => {
      expect(value).toBeCloseTo((i * i) / 8 + 0.1, 2);
    });
  });

  test('keeps the digits that float32 has not', () => {
    const about = { name: 'x', kind: 'npy', support: 'real', sampleShape: [1] } as const;
    const train = datasetOf({ ...about, values: Float64Array.of(1e9 + 0.25, 1e9 + 0.5) });
    const test = datasetOf({ ...about, values: Float32Array.of(7) });
    const { dataset } = wholeOf({ source: 'x', train, test });
    expect([...numbersOf(dataset, Uint32Array.of(2, 1, 0)).data]).toEqual([7, 1e9 + 0.5, 1e9 + 0.25]);
    testDataset(() => dataset);
  });
});
