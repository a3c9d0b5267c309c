import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DataError, ValueError } from '../../core/index.ts';
import { gzip, tableOf } from '../../io/index.ts';
import type { DataConfig } from '../config.ts';
import { examplesOf } from '../index.ts';
import { readTable, resolveDataset, writeTable } from './index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-tables-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = (name: string): string => join(folder, name);
const table = tableOf({
  x: Array.from({ length: 60 }, (_, i) => i / 8),
  c: Array.from({ length: 60 }, (_, i) => ['a', 'b', null][i % 3]!),
});

test('CSV, TSV and Parquet say the same', async () => {
  for (const name of ['t.csv', 't.tsv', 't.parquet']) await writeTable(path(name), table);
  const splits = await Promise.all(['t.csv', 't.tsv', 't.parquet'].map((name) => resolveDataset(path(name))));
  const [first] = splits;
  expect(first!.train).toMatchObject({ kind: 'table', support: 'table', size: 54, sampleShape: [5] });
  for (const { train, test: held } of splits) {
    expect(examplesOf(train)).toEqual(examplesOf(first!.train));
    expect(examplesOf(held!)).toEqual(examplesOf(first!.test!));
  }
  writeFileSync(path('t.csv.gz'), gzip(new TextEncoder().encode('a;b\n1,5;x\n')));
  expect(await readTable(path('t.csv.gz'))).toEqual(tableOf({ a: ['1,5'], b: ['x'] }));
});

test('the schema may be a file', async () => {
  await writeTable(path('t.csv'), table);
  writeFileSync(path('schema.json'), '{ "c": "ignored", "x": { "kind": "numeric", "transform": "quantile" } }');
  const { train, options } = await resolveDataset(path('t.csv'), { schema: path('schema.json') });
  expect(train.sampleShape).toEqual([1]);
  expect(options!.schema).toEqual({ c: 'ignored', x: { kind: 'numeric', transform: 'quantile' } });
  expect((await resolveDataset(path('t.csv'), options as object)).train.table!.state).toEqual(train.table!.state);
});

test('for a trained model, as its rows were', async () => {
  await writeTable(path('t.csv'), table);
  const { train } = await resolveDataset(path('t.csv'));
  await writeTable(path('new.parquet'), tableOf({ c: ['b', 'z'], x: [1, 2] }));
  const like = { kind: 'table', table: train.table!.state } as unknown as DataConfig;
  const splits = await resolveDataset(path('new.parquet'), {}, { like });
  expect([splits.train.size, splits.train.sampleShape]).toEqual([2, [5]]);
  expect(splits.notes[0]).toMatch(/'c' has a category that training had not, in 1 row \(such as 'z'\)/);
});

test('what is no table is named', async () => {
  writeFileSync(path('bad.csv'), Uint8Array.of(0xff, 0xfe, 0x41));
  await expect(readTable(path('bad.csv'))).rejects.toThrow(/bad\.csv: cannot be read as utf-16le text/);
  writeFileSync(path('bad.csv'), Uint8Array.of(0x50, 0, 0, 7, 0xff, 1));
  await expect(readTable(path('bad.csv'))).rejects.toThrow(/bad\.csv: is no text/);
  writeFileSync(path('ragged.csv'), 'a,b\n1,2\n3\n');
  await expect(readTable(path('ragged.csv'))).rejects.toThrow(/ragged\.csv, line 3: expected 2 fields/);
  writeFileSync(path('bad.parquet'), 'PAR1');
  await expect(readTable(path('bad.parquet'))).rejects.toThrow(DataError);
  await expect(writeTable(path('x.json'), table)).rejects.toThrow(ValueError);
  await writeTable(path('t.csv'), table);
  await expect(resolveDataset(path('t.csv'), { size: 8 })).rejects.toThrow(
    /unknown option 'size'; known are seed, testFraction, schema/,
  );
});
