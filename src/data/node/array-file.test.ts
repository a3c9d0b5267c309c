import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
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
  const { train, test: none } = readArrayFile(npy(bytes(3, 2, 2)), { testFraction: 0 });
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
  expect([...examplesOf(readArrayFile(npy(flags)).train).data]).toEqual([1, 0, 0, 1]);
});

test('NPY: other numbers are taken as they are', () => {
  const real = readArrayFile(npy(NdArray.from([[-1.5, 2]], 'float32')));
  expect([real.train.support, ...examplesOf(real.train).data]).toEqual(['real', -1.5, 2]);
  testDataset(() => real.train);
  const counts = readArrayFile(npy(NdArray.from([[[3, 0]]], 'int32')));
  expect([counts.train.support, ...examplesOf(counts.train).data]).toEqual(['real', 3, 0]);
  expect(counts.notes[0]).toMatch(/x\.npy holds int32, taken as numbers; pixels are saved as uint8/);
  expect(readArrayFile(npy(NdArray.from([[1, 0]], 'int32'))).train.support).toBe('unit-interval');
});

test('NPY: one channel is none, wherever it stands', () => {
  expect(readArrayFile(npy(bytes(3, 2, 4, 1))).train.sampleShape).toEqual([2, 4]);
  expect(readArrayFile(npy(bytes(3, 1, 2, 4))).train.sampleShape).toEqual([2, 4]);
  expect(readArrayFile(npy(bytes(3, 2, 4, 3))).train.sampleShape).toEqual([2, 4, 3]);
});

test('a share is held out, and the options give the same again', () => {
  const path = npy(bytes(40, 5));
  const { train, test: held, options, notes } = readArrayFile(path, { seed: 2 });
  expect([train.size, held!.size]).toEqual([36, 4]);
  expect(options).toEqual({ seed: 2, testFraction: 0.1 });
  expect(notes).toEqual(['4 of 40 examples are held out as the test split.']);
  expect(examplesOf(readArrayFile(path, options as object).test!)).toEqual(examplesOf(held!));
  expect(readArrayFile(path, {}, { like: { kind: 'npy' } as never }).train.size).toBe(40);
  expect(() => readArrayFile(path, { testFraction: 1 })).toThrow(ValueError);
});

test('NPZ: the only array, a usual name, or the one that is named; labels beside it', () => {
  expect(readArrayFile(npz({ whatever: bytes(3, 2) })).train.size).toBe(3);
  const { train } = readArrayFile(npz({ meta: bytes(9), X: bytes(3, 2), y: integers(2, 0, 1) }), { testFraction: 0 });
  expect(train.labels).toEqual(Uint32Array.of(2, 0, 1));
  const named = readArrayFile(npz({ a: bytes(3, 2), b: bytes(4, 2) }), { array: 'b' });
  expect([named.train.size, named.options!.array]).toEqual([4, 'b']);
  expect(() => readArrayFile(npz({ a: bytes(3, 2), b: bytes(4, 2) }))).toThrow(
    /holds the arrays 'a', 'b': which are the examples\?.*--data-option array=a/,
  );
  expect(() => readArrayFile(npz({ a: bytes(3, 2) }), { array: 'c' })).toThrow(/has no array 'c'; it holds 'a'/);
  expect(() => readArrayFile(npz({}))).toThrow(/holds no array/);
});

test("NPZ: Keras' names are splits", () => {
  const path = npz({
    x_train: bytes(3, 2, 2),
    y_train: integers(1, 0, 1),
    x_test: bytes(2, 2, 2),
    y_test: integers(0, 1),
  });
  const { train, test: held, options } = readArrayFile(path);
  expect([train.size, held!.size, options]).toEqual([3, 2, undefined]);
  expect([...train.labels!, ...held!.labels!]).toEqual([1, 0, 1, 0, 1]);
});

test('labels that are no class numbers are left aside, and that is said', () => {
  const cases: StoredArray[] = [NdArray.from([0.5, 1, 2], 'float32'), integers(0, 1), integers(0, -1, 1)];
  for (const y of cases) {
    const { train, notes } = readArrayFile(npz({ x: bytes(3, 2), y }));
    expect(train.labels).toBeUndefined();
    expect(notes[0]).toBe("'y' holds no class number for each example: it is left aside.");
  }
});

test('everything else is refused with advice', () => {
  const cases: [StoredArray, RegExp][] = [
    [integers(1, 2), /x\.npz: 'x': shape \[2\] is no list of examples\. Save bytes/],
  ];
  for (const [x, message] of cases) expect(() => readArrayFile(npz({ x }))).toThrow(message);
  for (const wrong of [Infinity, NaN, 1e300]) {
    const path = npy(NdArray.from([[0, wrong]], 'float64'));
    expect(() => readArrayFile(path)).toThrow(/x\.npy: element 1 is .*, no finite float32\. A table .*missing values/);
  }
  expect(() => readArrayFile(npy(bytes(2, 3, 5, 6)))).toThrow(/channels first.*numpy\.moveaxis/);
  expect(() => readArrayFile(npy({ dtype: 'uint8', shape: [0, 3], data: new Uint8Array(0) }))).toThrow(DataError);
  const path = npy(bytes(2, 3));
  writeFileSync(path, encodeNpy(bytes(2, 3)).subarray(0, 130));
  expect(() => readArrayFile(path)).toThrow(/x\.npy: truncated/);
});

test('an archive that no buffer holds is refused with what to do', () => {
  const path = npz({ x: bytes(2, 2) });
  // Sparse: takes no room.
  truncateSync(path, 2 ** 31);
  expect(() => readArrayFile(path)).toThrow(/x\.npz: an archive of 2 GiB and more is not read.*numpy\.save/);
});
