import { describe, expect, test } from 'vitest';
import { tableOf } from '../../io/index.ts';
import type { Cell, Table } from '../../io/index.ts';
import type { DataConfig } from '../config.ts';
import { testDataset } from '../../testing/dataset.ts';
import { people, repeat } from '../../testing/tables.ts';
import { examplesOf, tableSplits } from '../index.ts';

describe('tableSplits', () => {
  test('a share of the rows is held out, and the encoder knows the others only', () => {
    const splits = tableSplits(people, { source: 'people.csv', seed: 1 });
    expect([splits.train.size, splits.test!.size, splits.train.sampleShape]).toEqual([
      180,
      20,
      [splits.train.table!.width],
    ]);
    expect(splits.options).toEqual({ seed: 1, testFraction: 0.1 });
    expect(splits.train).toMatchObject({ kind: 'table', support: 'table', classNames: ['bad', 'good'] });
    expect(splits.train.labels!.length).toBe(180);
    const again = tableSplits(people, { source: 'people.csv', ...splits.options });
    expect(examplesOf(again.test!)).toEqual(examplesOf(splits.test!));
    testDataset(() => splits.train);
    testDataset(() => splits.test!);
  });

  test('says what it took the columns for', () => {
    const { notes } = tableSplits(people, { source: 'people.csv' });
    expect(notes).toEqual([
      "read as missing: income ('NA' 20) (option missing)",
      'no quantities: zip (numbers with zeros before them are codes: "04000" in line 2; {"zip":"numeric"} in the schema makes it one)',
      'numeric: age, income (some missing), score',
      'categorical: city (3 levels, some missing), zip (40 levels)',
      'boolean: smoker',
      'datetime: born (YYYY-MM-DD, to the month)',
      'ordinal: rooms (6 levels)',
      'set aside: id (id: no two rows share a value), note (ignored: it is free text, with a value of its own in most rows), ' +
        'country (constant: all its values are the same), empty (ignored: it is empty), target (label, 2 classes: no score sees it, and drawn rows get one)',
      'A column that is something else: say so with the option schema, such as --data-option \'schema={"target":"categorical"}\'.',
      '20 of 200 rows are held out as the test split.',
    ]);
  });

  test('a column can say the splits', () => {
    const column = {
      name: 'split',
      values: people.columns[0]!.values.map((_, i) => ['train', 'train', 'val', 'test'][i % 4]!),
    };
    const table = tableOf([...people.columns, column]);
    const splits = tableSplits(table, { source: 'x' });
    expect([splits.train.size, splits.validation!.size, splits.test!.size]).toEqual([100, 50, 50]);
    expect(() => tableSplits(table, { source: 'x', seed: 3 })).toThrow(/a column makes the splits/);
    const wrong = tableOf({ x: [1, 2, 3.5], fold: ['train', 'test', 'dev'] });
    expect(() => tableSplits(wrong, { source: 'x', schema: { fold: 'split' } })).toThrow(
      /column 'fold' says 'dev': expected train, validation or test/,
    );
  });

  test('rows for a trained model are encoded as its own were, none held out', () => {
    const { train } = tableSplits(people, { source: 'x', schema: { zip: 'ignored' } });
    const like = { kind: 'table', table: train.table!.state } as unknown as DataConfig;
    const fresh = tableOf(
      people.columns.map(({ name, values }) => ({ name, values: name === 'city' ? repeat(200, 'Lima') : values })),
    );
    const { train: all, test: none, notes } = tableSplits(fresh, { source: 'new', like });
    expect([all.size, none]).toEqual([200, undefined]);
    expect(all.table!.state).toEqual(train.table!.state);
    expect(notes).toEqual([
      "new: 'city' has a category that training had not, in 200 rows (such as 'Lima'): taken as \"other\".",
    ]);
    const unlabeled = tableOf(people.columns.filter(({ name }) => name !== 'target'));
    expect(tableSplits(unlabeled, { source: 'new', like }).train.labels).toBeUndefined();
  });

  test('labels that training had not come after its own, also where it had only one', () => {
    const measured = repeat(40, '0.1', '0.5', '0.4', '0.9');
    const rows = (label: Cell[]): Table => tableOf({ measured, label });
    const { train } = tableSplits(rows(repeat(40, 'normal')), { source: 'x' });
    expect([train.classNames, train.labels!.every((code) => code === 0)]).toEqual([['normal'], true]);
    const like = { kind: 'table', table: train.table!.state } as unknown as DataConfig;
    const { train: later } = tableSplits(rows(repeat(40, 'normal', 'leak', 'normal', 'burst')), { source: 'y', like });
    expect(later.classNames).toEqual(['normal', 'burst', 'leak']);
    expect([...later.labels!.slice(0, 4)]).toEqual([0, 2, 0, 1]);
    expect(tableSplits(rows(repeat(40, 'normal', '')), { source: 'y', like }).train.labels).toBeUndefined();
  });
});
