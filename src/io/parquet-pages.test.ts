import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { decodeParquet, encodeParquet, tableOf } from './index.ts';
import type { Cell } from './index.ts';

// Files of pyarrow, with every encoding that it writes for flat columns: each is read as it was written, and with damage
// anywhere gives a table or a DataError. Without the walk over the pages some of these cases never end, or end the process.

const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/parquet.json', import.meta.url), 'utf8')) as {
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
  readonly files: Readonly<Record<string, string>>;
};
const files = Object.entries(fixture.files).map(
  ([name, text]) => [name, Uint8Array.from(Buffer.from(text, 'base64'))] as const,
);

/** Bytes put down anywhere, small and extreme values more often. */
const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 127, 128, 255), fc.nat(255))), {
  minLength: 1,
  maxLength: 4,
});

async function survives(sound: Uint8Array, list: readonly (readonly [number, number])[]): Promise<void> {
  const bytes = sound.slice();
  for (const [at, value] of list) bytes[at % bytes.length] = value;
  try {
    await decodeParquet(bytes, { name: 'x.parquet' });
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(/^x\.parquet: /);
  }
}

describe.each(files)('%s', (_, bytes) => {
  test('is read as it was written, all of it or some rows', async () => {
    expect(await decodeParquet(bytes)).toEqual(tableOf(fixture.columns));
    const some = Object.entries(fixture.columns).map(([name, values]) => [name, values.slice(35, 45)] as const);
    expect(await decodeParquet(bytes, { rows: { start: 35, end: 45 } })).toEqual(tableOf(Object.fromEntries(some)));
  });

  test('damaged bytes', async () => {
    await fc.assert(
      fc.asyncProperty(damage, (list) => survives(bytes, list)),
      { numRuns: 150, seed: 30 },
    );
  });
});

test('what this library writes, damaged', async () => {
  const rows = 500;
  const bytes = await encodeParquet(
    tableOf({
      whole: Array.from({ length: rows }, (_, k) => (k % 9 === 0 ? null : k % 50)),
      real: Array.from({ length: rows }, (_, k) => Math.sin(k)),
      text: Array.from({ length: rows }, (_, k) => ['a', 'b', null][k % 3] ?? null),
    }),
  );
  await fc.assert(
    fc.asyncProperty(damage, (list) => survives(bytes, list)),
    { numRuns: 300, seed: 31 },
  );
});

test('counts and sizes that do not add up are named', async () => {
  const [[, sound] = ['', new Uint8Array()]] = files.filter(([name]) => name === 'version 1, differences');
  // The first page's header, after four bytes of magic: the kind's number follows its field, then the size's, both zigzag.
  const seen = [];
  for (const [at, value] of [
    [4 + 3, 0x7f],
    [4 + 1, 12],
  ] as const) {
    const bytes = sound.slice();
    bytes[at] = value;
    seen.push(await decodeParquet(bytes, { name: 'x' }).catch((error: unknown) => (error as Error).message));
  }
  expect(seen).toEqual([
    "x: the Parquet file is damaged or unsupported (a page's size is -64).",
    'x: the Parquet file is damaged or unsupported (a page of the unknown type 6).',
  ]);
});

test.each(['REPEATED', 'OPTIONAL', 'REQUIRED'] as const)('a repetition of the root means nothing: %s', async (root) => {
  // As the levels of a list these numbers would be eight bytes that say: 2²⁸ times the same.
  const data = [8, 0x80808080 | 0, 2, 0, 0, 0];
  for (const type of ['REQUIRED', 'OPTIONAL'] as const) {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 1, repetition_type: root },
      { name: 'x', type: 'INT32', repetition_type: type },
    ];
    const bytes = new Uint8Array(parquetWriteBuffer({ schema, columnData: [{ name: 'x', data }], codec: 'UNCOMPRESSED' })); // prettier-ignore
    expect(await decodeParquet(bytes)).toEqual(tableOf({ x: data }));
  }
});

test('two columns of one name are both looked at as hyparquet reads them', async () => {
  const data = [8, 0x80808080 | 0, 2, 0, 0, 0];
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 2 },
    { name: 'x', type: 'INT32', repetition_type: 'OPTIONAL' },
    { name: 'y', type: 'INT32', repetition_type: 'REQUIRED' },
  ];
  const columnData = ['x', 'y'].map((name) => ({ name, data }));
  const bytes = new Uint8Array(parquetWriteBuffer({ schema, columnData, codec: 'UNCOMPRESSED' }));
  // The name of y in the schema, and in what is said of its pages.
  for (const [k, byte] of bytes.entries()) if (byte === 0x79 && bytes[k - 1] === 1) bytes[k] = 0x78;
  await expect(decodeParquet(bytes, { name: 'x' })).rejects.toThrow(/a run of 268435456 values where 2 are left/);
});
