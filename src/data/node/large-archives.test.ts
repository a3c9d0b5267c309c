import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError, NdArray } from '../../core/index.ts';
import { encodeNpz } from '../../io/index.ts';
import type { StoredArray } from '../../io/index.ts';
import { testDataset } from '../../testing/dataset.ts';
import { examplesOf } from '../index.ts';
import type { DatasetOptions, DatasetSplits, LoadProgress } from '../index.ts';
import { readArrayFile } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-archives-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const put = (contents: Uint8Array): string => {
  writeFileSync(join(folder, 'x.npz'), contents);
  return join(folder, 'x.npz');
};
const large = (
  path: string,
  options: DatasetOptions = {},
  onProgress?: (progress: LoadProgress) => void,
): Promise<DatasetSplits> =>
  readArrayFile(path, options, { memoryLimit: 0, cacheFolder: folder, ...(onProgress && { onProgress }) });
const cached = (): string[] => (existsSync(join(folder, 'arrays')) ? readdirSync(join(folder, 'arrays')) : []);

function expectSame(disk: DatasetSplits, memory: DatasetSplits): void {
  expect(disk.options).toEqual(memory.options);
  for (const split of ['train', 'test'] as const) {
    const [a, b] = [disk[split], memory[split]];
    expect([a?.size, a?.name, a?.kind, a?.support]).toEqual([b?.size, b?.name, b?.kind, b?.support]);
    if (!a || !b) continue;
    expect([a.sampleShape, a.labels]).toEqual([b.sampleShape, b.labels]);
    expect(Buffer.from(examplesOf(a).data.buffer).equals(Buffer.from(examplesOf(b).data.buffer))).toBe(true);
    const some = Uint32Array.of(a.size - 1, 0, a.size - 1, 1, 0);
    expect(examplesOf(a, some)).toEqual(examplesOf(b, some));
    testDataset(() => a);
  }
  expect(memory.notes.filter((note) => !disk.notes.includes(note))).toEqual([]);
}

/** Bytes that deflate hardly shrinks, in more than one piece of a stream. */
const noise = (length: number): Uint8Array => {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
};
const count = 23 * 6;
const arrays: Record<string, StoredArray> = {
  bytes: { dtype: 'uint8', shape: [24, 50, 100, 3], data: noise(360_000) },
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
    [23, 2, 3],
  ),
};
const labelsFor = (x: StoredArray): NdArray =>
  NdArray.from(
    Array.from({ length: x.shape[0]! }, (_, i) => i % 4),
    'int32',
  );
const x = arrays.unit!;

describe.each([false, true])('compressed: %s', (compress) => {
  test.each(Object.entries(arrays))('%s on disk as in memory, to the bit', async (_, array) => {
    const path = put(encodeNpz({ meta: NdArray.from([1, 2]), x: array, y: labelsFor(array) }, { compress }));
    const disk = await large(path, { seed: 3 });
    expect(disk.train.labels).toBeDefined();
    expectSame(disk, await readArrayFile(path, { seed: 3 }));
    const place = compress
      ? /x\.npz: 'x' is large: its examples are read from .*arrays.*\.records as/
      : /read from disk as/;
    expect(disk.notes[0]).toMatch(place);
  });

  test("Keras' names are splits, and what is chosen by name is that", async () => {
    const path = put(encodeNpz({ x_train: x, y_train: labelsFor(x), x_test: arrays.real!, other: x }, { compress }));
    expectSame(await large(path), await readArrayFile(path));
    expectSame(await large(path, { array: 'other' }), await readArrayFile(path, { array: 'other' }));
    await expect(large(path, { array: 'none' })).rejects.toThrow(/has no array 'none'; it holds 'x_train', /);
  });

  test('labels of another kind are left aside; an unclear choice is refused', async () => {
    const path = put(encodeNpz({ x, y: x }, { compress }));
    const { train, notes } = await large(path);
    expect([train.labels, notes[0]]).toEqual([undefined, "'y' holds no class for each example: it is left aside."]);
    await expect(large(put(encodeNpz({ a: x, b: x }, { compress })))).rejects.toThrow(/which are the examples\?/);
  });

  test('an archive is unpacked and checked once, until it changes', async () => {
    const path = put(encodeNpz({ x: arrays.bytes! }, { compress }));
    const done: number[] = [];
    const once = async (): Promise<number> => {
      done.length = 0;
      await large(path, {}, (progress) => done.push(progress.done));
      return done.length;
    };
    expect(await once()).toBeGreaterThan(1);
    expect([Math.max(...done), await once()]).toEqual([360_128, 0]);
    const [file = ''] = cached();
    const { size } = statSync(join(folder, 'arrays', file));
    expect(compress ? size >= 360_128 : size < 100).toBe(true);
    utimesSync(path, 1, 1);
    expect(await once()).toBeGreaterThan(1);
    expect(cached()).toHaveLength(2);
  });

  test('damage is one DataError, and nothing stays in the cache', async () => {
    const sound = Buffer.from(encodeNpz({ x: arrays.bytes! }, { compress }));
    const directory = sound.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    const at = (position: number): Buffer => {
      const damaged = Buffer.from(sound);
      damaged[position]! ^= 1;
      return damaged;
    };
    const cases: [string, Buffer, RegExp][] = [
      ['a bit of the contents', at(200_000), /'x\.npy': (checksum or length|the compressed data)/],
      ['the CRC-32', at(directory + 16), /'x\.npy': checksum or length does not match/],
      ['the local header', at(0), /'x\.npy' is not where the directory says/],
      ['the size', at(directory + 24), /needs 360000 bytes of elements|checksum or length/],
      ['the end', sound.subarray(0, sound.length - 40), /not a zip archive, or a damaged one: no end record/],
      [
        'the middle',
        Buffer.concat([sound.subarray(0, 1000), sound.subarray(2000)]),
        /damaged one: the directory begins behind its end/,
      ],
    ];
    for (const [what, bytes, message] of cases) {
      const failed = large(put(bytes));
      await expect(failed, what).rejects.toThrow(DataError);
      await expect(failed, what).rejects.toThrow(message);
      expect(cached(), what).toEqual([]);
    }
  });
});

test('deflated data that ends early is damaged', async () => {
  const sound = Buffer.from(encodeNpz({ x: arrays.bytes! }));
  const directory = sound.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  const packed = sound.readUInt32LE(directory + 20);
  const early = Buffer.from(sound);
  early.writeUInt32LE(packed - 1000, directory + 20);
  await expect(large(put(early))).rejects.toThrow(
    /'x\.npy': the compressed data is damaged \(unexpected end of file\)/,
  );
  expect(cached()).toEqual([]);
});

test('a boolean of 2 is refused, as in memory', async () => {
  const array: StoredArray = new NdArray(Uint8Array.of(0, 1, 2, 1), [2, 2], 'bool');
  const path = put(encodeNpz({ x: array }));
  await expect(large(path)).rejects.toThrow(/'x': in examples 0 to 1: boolean element 2 is 2/);
  await expect(readArrayFile(path)).rejects.toThrow(/boolean element 2 is 2/);
});

describe('archives of numpy', () => {
  const fixtures = JSON.parse(
    readFileSync(new URL('../../../test/fixtures/npy.json', import.meta.url), 'utf8'),
  ) as Record<'npz' | 'npzCompressed' | 'npzLong', string>;

  test.each(['npz', 'npzCompressed', 'npzLong'] as const)('%s', async (name) => {
    const path = put(Buffer.from(fixtures[name], 'base64'));
    expectSame(await large(path), await readArrayFile(path));
  });

  test('a member beyond 4 GB is found', async () => {
    const archive = Buffer.from(fixtures.npzLong, 'base64');
    const path = put(archive);
    const expected = examplesOf((await readArrayFile(path, { testFraction: 0 })).train);
    // The same behind a hole: `x` is the last entry of the directory, and its offset the last of its long fields.
    const hole = 5 * 2 ** 30;
    const end = archive.indexOf('PK\x06\x06', 0, 'latin1');
    const locator = archive.indexOf('PK\x06\x07', 0, 'latin1');
    for (const field of [end - 8, end + 48, locator + 8]) {
      archive.writeBigUInt64LE(archive.readBigUInt64LE(field) + BigInt(hole), field);
    }
    const file = openSync(path, 'w');
    writeSync(file, archive, 0, archive.length, hole);
    closeSync(file);
    expect(examplesOf((await large(path, { testFraction: 0 })).train)).toEqual(expected);
  });
});
