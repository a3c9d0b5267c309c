import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError, NdArray } from '../../core/index.ts';
import { encodeNpy, encodeParquet, formatTableCsv, gzip, tableOf } from '../../io/index.ts';
import type { DataConfig } from '../config.ts';
import type { StoredArray, Table } from '../../io/index.ts';
import { testDataset } from '../../testing/dataset.ts';
import { examplesOf } from '../index.ts';
import type { DatasetSplits } from '../index.ts';
import { resolveDataset } from './index.ts';
import { placeRowMajor } from './row-major.ts';
import { npyFile } from './npy-file.ts';

// Data on disk must be what they are in memory, to the bit: training may not depend on how much memory there is.

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-large-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const put = (name: string, contents: Uint8Array | string): string => {
  writeFileSync(join(folder, name), contents);
  return join(folder, name);
};
const large = (path: string, options: object = {}): Promise<DatasetSplits> =>
  resolveDataset(path, options, { memoryLimit: 0, cacheFolder: join(folder, 'cache') });

function expectSame(disk: DatasetSplits, memory: DatasetSplits): void {
  expect(disk.options).toEqual(memory.options);
  for (const split of ['train', 'validation', 'test'] as const) {
    const [a, b] = [disk[split], memory[split]];
    expect(a?.size).toBe(b?.size);
    if (!a || !b) continue;
    for (const what of ['name', 'kind', 'support', 'sampleShape', 'classNames'] as const) {
      expect(a[what], what).toEqual(b[what]);
    }
    expect(a.labels?.join()).toBe(b.labels?.join());
    expect(a.table?.state).toEqual(b.table?.state);
    expect(Buffer.from(examplesOf(a).data.buffer).equals(Buffer.from(examplesOf(b).data.buffer))).toBe(true);
    const some = Uint32Array.of(a.size - 1, 0, a.size - 1, 1, 0, 1);
    expect(examplesOf(a, some)).toEqual(examplesOf(b, some));
    testDataset(() => a);
  }
}

describe('NPY files', () => {
  const count = 23 * 2 * 3;
  const arrays: Record<string, StoredArray> = {
    bytes: { dtype: 'uint8', shape: [23, 2, 3], data: Uint8Array.from({ length: count }, (_, i) => (i * 37) % 256) },
    'one channel': { dtype: 'uint8', shape: [23, 2, 3, 1], data: new Uint8Array(count).fill(9) },
    flags: new NdArray(
      Uint8Array.from({ length: count }, (_, i) => i % 2),
      [23, 6],
      'bool',
    ),
    unit: new NdArray(
      Float32Array.from({ length: count }, (_, i) => i / count),
      [23, 6],
    ),
    real: new NdArray(
      Float64Array.from({ length: count }, (_, i) => Math.sin(i) * 50),
      [23, 6],
    ),
    counts: new NdArray(
      Int32Array.from({ length: count }, (_, i) => i - 5),
      [23, 6],
    ),
  };
  for (const [name, array] of Object.entries(arrays)) {
    test(name, async () => {
      const path = put('x.npy', encodeNpy(array));
      expectSame(await large(path, { seed: 3 }), await resolveDataset(path, { seed: 3 }));
    });
  }

  // Element bytes of every pattern but those of NaN and infinity, under headers that encodeNpy does not write.
  test.each(['<i1', '>i2', '<u2', '>u4', '>i8', '<f2', '>f4'])('%s, as others write it', async (code) => {
    const width = Number(code[2]);
    const header = `{'descr': '${code}', 'fortran_order': False, 'shape': (23, 6), }`.padEnd(117) + '\n';
    const data = Buffer.from(Uint8Array.from({ length: count * width }, (_, i) => (i * 37) % 100));
    const file = Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY\x01\x00\x76\x00'), Buffer.from(header), data]);
    if (code === '>i8') {
      // Within 2^53, which float64 holds.
      for (let at = 128; at < file.length; at += 8) file.writeBigInt64BE(BigInt(at) * 2n ** 35n - 2n ** 40n, at);
    }
    const path = put('x.npy', file);
    expectSame(await large(path, { seed: 3 }), await resolveDataset(path, { seed: 3 }));
  });

  const columnMajor = (array: StoredArray): Buffer => {
    const text = Buffer.from(encodeNpy(array)).toString('latin1');
    return Buffer.from(text.replace("'fortran_order': False", "'fortran_order': True "), 'latin1');
  };

  test.each(Object.keys(arrays))('%s in column-major order is turned around once', async (name) => {
    const path = put('f.npy', columnMajor(arrays[name]!));
    expectSame(await large(path, { seed: 3 }), await resolveDataset(path, { seed: 3 }));
    const cached = readdirSync(join(folder, 'cache/arrays'));
    await large(path, { seed: 3 });
    expect(readdirSync(join(folder, 'cache/arrays'))).toEqual(cached);
  });

  test('an array of many blocks is turned around block by block', async () => {
    const numbers = Float64Array.from({ length: 7 * 3 * 2 * 4 }, (_, k) => k);
    const path = put('f.npy', columnMajor(new NdArray(numbers, [7, 3, 2, 4])));
    const header = npyFile(path).readHeader();
    const context = { cacheFolder: join(folder, 'cache') };
    // Three examples at a time: the last block is short.
    const options = { identity: 'x', where: path, context, blockBytes: 3 * 24 * 8 };
    const { path: turned } = await placeRowMajor({ path, start: 0 }, header, options);
    const bytes = readFileSync(turned);
    const found = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 8 * numbers.length));
    // numpy: arange(168).reshape((7, 3, 2, 4), order='F'), whose element (i, j, k, l) is i + 7 (j + 3 (k + 2 l)).
    const expected = Array.from(numbers, (at) => {
      const [i, j, k, l] = [Math.floor(at / 24), Math.floor(at / 8) % 3, Math.floor(at / 4) % 2, at % 4];
      return i + 7 * (j + 3 * (k + 2 * l));
    });
    expect([...found]).toEqual(expected);
  });

  test('what is no number, or is cut short, is refused', async () => {
    const broken = new NdArray(Float32Array.of(0, 1, NaN, 1), [2, 2]);
    await expect(large(put('n.npy', encodeNpy(broken)))).rejects.toThrow(
      /n\.npy: example 1 holds NaN, no finite number/,
    );
    const path = put('t.npy', encodeNpy(arrays.unit!));
    truncateSync(path, 300);
    await expect(large(path)).rejects.toThrow(/t\.npy: shape \[23, 6\] needs 552 bytes of elements, found/);
  });

  test('a file that becomes shorter in use is noticed', async () => {
    const path = put('x.npy', encodeNpy(arrays.unit!));
    const { train } = await large(path);
    truncateSync(path, 200);
    expect(() => examplesOf(train)).toThrow(DataError);
    expect(() => examplesOf(train)).toThrow(/has become shorter while it was in use/);
  });
});

describe('tables', () => {
  const rows = 20_000;
  const table: Table = tableOf({
    x: Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? null : Math.round(Math.sin(i) * 1e4) / 100)),
    c: Array.from({ length: rows }, (_, i) => ['a', 'b "q", r', 'c\nd'][(i * i) % 3]!),
    label: Array.from({ length: rows }, (_, i) => ['good', 'bad'][i % 2]!),
  });
  const withSplits = tableOf([
    ...table.columns,
    { name: 'split', values: Array.from({ length: rows }, (_, i) => ['train', 'test', 'train', 'val'][i % 4]!) },
  ]);

  test('CSV, compressed or not, in several pieces', async () => {
    const text = formatTableCsv(table);
    const path = put('t.csv', text);
    const memory = await resolveDataset(path, { seed: 1 });
    expectSame(await large(path, { seed: 1 }), memory);
    const packed = put('t.csv.gz', gzip(new TextEncoder().encode(text)));
    expectSame(await large(packed), await resolveDataset(packed));
  });

  test('Parquet, with splits by a column', async () => {
    const path = put('t.parquet', await encodeParquet(withSplits));
    const disk = await large(path);
    expect([disk.train.size, disk.validation!.size, disk.test!.size]).toEqual([10_000, 5000, 5000]);
    expectSame(disk, await resolveDataset(path));
  });

  test('values that training never had are counted as in memory', async () => {
    const { train } = await resolveDataset(put('t.csv', formatTableCsv(table)), { testFraction: 0 });
    const like: DataConfig = {
      source: 't.csv',
      kind: 'table',
      shape: [train.table!.width],
      count: rows,
      binarize: 'none',
      table: train.table!.state,
    };
    const path = put('new.csv', 'x,c\n1.5,a\n2,new\n,a\nwords,other\n');
    const memory = (await resolveDataset(path, {}, { like })).train;
    const disk = (await resolveDataset(path, {}, { like, memoryLimit: 0, cacheFolder: join(folder, 'cache') })).train;
    const cost = (of: typeof disk): number[] =>
      Array.from({ length: 4 }, (_, row) => of.rows!.unseen(row).reduce((sum, { nats }) => sum + nats, 0));
    const one = Math.log(rows + 1);
    expect(cost(memory)).toEqual([0, one, 0, 2 * one]);
    expect(cost(disk)).toEqual(cost(memory));
  });

  test('encoded rows are kept until the file changes', async () => {
    const path = put('t.csv', 'x,c\n1.5,a\n2,b\n3,a\n4.5,b\n');
    const cache = join(folder, 'cache', 'tables');
    await large(path, { testFraction: 0 });
    await large(path, { testFraction: 0 });
    expect(readdirSync(cache).length).toBe(1);
    utimesSync(path, 1, 1);
    await large(path, { testFraction: 0 });
    expect(readdirSync(cache).length).toBe(2);
  });

  test('beyond the sample, all rows are there, encoded by what the sample says', async () => {
    const many = 120_000;
    const path = put('m.csv', `x\n${Array.from({ length: many }, (_, i) => (i % 1000) + 0.5).join('\n')}\n`);
    const { train } = await large(path, { testFraction: 0, schema: { x: { transform: 'standard' } } });
    expect(train.size).toBe(many);
    const first = train.table!.state.columns[0]!;
    const { mean, stddev } =
      first.kind === 'numeric' && first.transform.name === 'standard' ? first.transform : { mean: 0, stddev: 0 };
    // Uniform on 0.5 … 999.5: mean 500, σ 288.7; the mean of 100,000 of them is off by σ/√n = 0.91, here within 5 of that.
    expect(Math.abs(mean - 500)).toBeLessThan(4.6);
    expect(mean).not.toBe(500);
    const values = examplesOf(train, Uint32Array.of(0, 999, 119_999)).data;
    expect([...values].map((z) => Math.round(z * stddev + mean - 0.5))).toEqual([0, 999, 999]);
  });

  test('errors are those of the reader, and nothing is left behind', async () => {
    await expect(large(put('r.csv', 'a,b\n1,2\n3\n'))).rejects.toThrow(/r\.csv, line 3: expected 2 fields/);
    await expect(large(put('u.csv', Uint8Array.of(97, 10, 0xff, 10)), { encoding: 'utf-8' })).rejects.toThrow(
      /u\.csv: cannot be read as utf-8 text/,
    );
    await expect(large(put('g.csv.gz', gzip(new Uint8Array(5000)).subarray(0, 20)))).rejects.toThrow(DataError);
    await expect(large(put('e.csv', 'a,b\n'))).rejects.toThrow(/e\.csv: holds no rows/);
    expect(readdirSync(folder)).not.toContain('cache');
  });
});
