import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataError, NdArray, ValueError } from '../../core/index.ts';
import { encodeNpy, encodeNpz } from '../../io/index.ts';
import type { StoredArray } from '../../io/index.ts';
import { testDataset } from '../../testing/dataset.ts';
import { examplesOf } from '../index.ts';
import { readArrayFile, resolveDataset } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-arrays-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const bytes = (...shape: number[]): StoredArray => ({
  dtype: 'uint8',
  shape,
  data: Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i % 256),
});
const integers = (...values: number[]): NdArray => NdArray.from(values, 'int32');
const npy = (array: StoredArray): string => {
  const path = join(folder, 'x.npy');
  writeFileSync(path, encodeNpy(array));
  return path;
};
const npz = (arrays: Record<string, StoredArray>): string => {
  const path = join(folder, 'x.npz');
  writeFileSync(path, encodeNpz(arrays));
  return path;
};

test('NPY: bytes, floats in [0, 1] of either width, booleans', async () => {
  const { train, test: none } = await readArrayFile(npy(bytes(3, 2, 2)), { testFraction: 0 });
  expect(train).toMatchObject({ kind: 'npy', support: 'unit-interval', size: 3, sampleShape: [2, 2] });
  expect(none).toBeUndefined();
  expect(examplesOf(train).data).toEqual(Float32Array.from({ length: 12 }, (_, i) => i / 255));
  testDataset(() => train);
  const values = [0, 0.25, 0.5, 1];
  for (const dtype of ['float32', 'float64'] as const) {
    const array = NdArray.from(values, dtype).reshape([2, 2]);
    const splits = await resolveDataset(npy(array), { testFraction: 0 });
    expect([...examplesOf(splits.train).data]).toEqual(values);
  }
  const flags = NdArray.from([1, 0, 0, 1], 'bool').reshape([2, 2]);
  expect([...examplesOf((await readArrayFile(npy(flags))).train).data]).toEqual([1, 0, 0, 1]);
});

test('NPY: other numbers are taken as they are', async () => {
  const real = await readArrayFile(npy(NdArray.from([[-1.5, 2]], 'float32')));
  expect([real.train.support, ...examplesOf(real.train).data]).toEqual(['real', -1.5, 2]);
  testDataset(() => real.train);
  const counts = await readArrayFile(npy(NdArray.from([[[3, 0]]], 'int32')));
  expect([counts.train.support, ...examplesOf(counts.train).data]).toEqual(['real', 3, 0]);
  expect(counts.notes[0]).toMatch(/x\.npy holds int32, taken as numbers; pixels are saved as uint8/);
  expect((await readArrayFile(npy(NdArray.from([[1, 0]], 'int32')))).train.support).toBe('unit-interval');
});

test('NPY: one channel is none, wherever it stands', async () => {
  expect((await readArrayFile(npy(bytes(3, 2, 4, 1)))).train.sampleShape).toEqual([2, 4]);
  expect((await readArrayFile(npy(bytes(3, 1, 2, 4)))).train.sampleShape).toEqual([2, 4]);
  expect((await readArrayFile(npy(bytes(3, 2, 4, 3)))).train.sampleShape).toEqual([2, 4, 3]);
});

test('a share is held out, and the options give the same again', async () => {
  const path = npy(bytes(40, 2, 5));
  const { train, test: held, options, notes } = await readArrayFile(path, { seed: 2 });
  expect([train.size, held!.size]).toEqual([36, 4]);
  expect(options).toEqual({ seed: 2, testFraction: 0.1 });
  expect(notes).toEqual(['4 of 40 examples are held out as the test split.']);
  expect(examplesOf((await readArrayFile(path, options as object)).test!)).toEqual(examplesOf(held!));
  expect((await readArrayFile(path, {}, { like: { kind: 'npy', shape: [2, 5] } as never })).train.size).toBe(40);
  await expect(readArrayFile(path, { testFraction: 1 })).rejects.toThrow(ValueError);
});

test('NPZ: the only array, a usual name, or the one that is named; labels beside it', async () => {
  expect((await readArrayFile(npz({ whatever: bytes(3, 2) }))).train.size).toBe(3);
  const { train } = await readArrayFile(npz({ meta: bytes(9), X: bytes(3, 2), y: integers(2, 0, 1) }), {
    testFraction: 0,
  });
  expect(train.labels).toEqual(Uint32Array.of(2, 0, 1));
  const named = await readArrayFile(npz({ a: bytes(3, 2), b: bytes(4, 2) }), { array: 'b' });
  expect([named.train.size, named.options!.array]).toEqual([4, 'b']);
  await expect(readArrayFile(npz({ a: bytes(3, 2), b: bytes(4, 2) }))).rejects.toThrow(
    /holds the arrays 'a', 'b': which are the examples\?.*--data-option array=a/,
  );
  await expect(readArrayFile(npz({ a: bytes(3, 2) }), { array: 'c' })).rejects.toThrow(
    /has no array 'c'; it holds 'a'/,
  );
  await expect(readArrayFile(npz({}))).rejects.toThrow(/holds no array/);
});

test("NPZ: Keras' names are splits", async () => {
  const path = npz({
    x_train: bytes(3, 2, 2),
    y_train: integers(1, 0, 1),
    x_test: bytes(2, 2, 2),
    y_test: integers(0, 1),
  });
  const { train, test: held, options } = await readArrayFile(path);
  expect([train.size, held!.size, options]).toEqual([3, 2, undefined]);
  expect([...train.labels!, ...held!.labels!]).toEqual([1, 0, 1, 0, 1]);
});

test('labels that are no class numbers are left aside, and that is said', async () => {
  const cases: StoredArray[] = [NdArray.from([0.5, 1, 2], 'float32'), integers(0, 1), bytes(3, 2)];
  for (const y of cases) {
    const { train, notes } = await readArrayFile(npz({ x: bytes(3, 2), y }));
    expect(train.labels).toBeUndefined();
    expect(notes[0]).toBe("'y' holds no class for each example: it is left aside.");
  }
});

test('everything else is refused with advice', async () => {
  const cases: [StoredArray, RegExp][] = [
    [integers(1, 2), /x\.npz: 'x': shape \[2\] is no list of examples\. Save bytes/],
  ];
  for (const [x, message] of cases) await expect(readArrayFile(npz({ x }))).rejects.toThrow(message);
  for (const wrong of [Infinity, NaN]) {
    const path = npy(NdArray.from([[0, wrong]], 'float64'));
    await expect(readArrayFile(path)).rejects.toThrow(
      /x\.npy: element 1 is .*, no finite number\. A table .*missing values/,
    );
  }
  await expect(readArrayFile(npy(bytes(2, 3, 5, 6)))).rejects.toThrow(/channels first.*numpy\.moveaxis/);
  await expect(readArrayFile(npy({ dtype: 'uint8', shape: [0, 3], data: new Uint8Array(0) }))).rejects.toThrow(
    DataError,
  );
  const path = npy(bytes(2, 3));
  writeFileSync(path, encodeNpy(bytes(2, 3)).subarray(0, 130));
  await expect(readArrayFile(path)).rejects.toThrow(/x\.npy: truncated/);
});

test('an archive that no buffer holds is read like any other', async () => {
  const path = npz({ x: bytes(2, 2) });
  const archive = readFileSync(path);
  // Sparse: takes no room. The directory still says where its parts are, counted from the beginning.
  truncateSync(path, 2 ** 31);
  await expect(readArrayFile(path)).rejects.toThrow(/x\.npz: not a zip archive, or a damaged one: no end record/);
  const file = openSync(path, 'r+');
  const [directory, end] = [archive.lastIndexOf('PK\x01\x02', undefined, 'latin1'), archive.length - 22];
  archive.writeUInt32LE(2 ** 31 + directory, end + 16);
  writeSync(file, archive, directory, archive.length - directory, 2 ** 31 + directory);
  closeSync(file);
  expect((await readArrayFile(path, { testFraction: 0 })).train.size).toBe(2);
});
