// What others save: types, orders and labels of arrays as numpy writes them, read as what they are.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError, NdArray } from '../../core/index.ts';
import { decodeNpy, decodeNpz, encodeNpy, zip } from '../../io/index.ts';
import type { DataConfig } from '../config.ts';
import type { StoredArray } from '../../io/index.ts';
import { testDataset } from '../../testing/dataset.ts';
import { examplesOf, numbersOf } from '../index.ts';
import type { DatasetOptions, DatasetSplits } from '../index.ts';
import { readArrayFile } from './index.ts';

const caseFile = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/cases/${name}`, import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-array-cases-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** An NPY file of a type that nothing here writes. */
function npyOf(descr: string, shape: readonly number[], write: (view: DataView) => void, width: number): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const bytes = new Uint8Array(128 + shape.reduce((a, b) => a * b) * width);
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]);
  bytes.set(Buffer.from(`${header.padEnd(117)}\n`), 10);
  write(new DataView(bytes.buffer, 128));
  return bytes;
}
const integers = (descr: '<u2' | '>u2' | '<i2', shape: readonly number[], values: readonly number[]): Uint8Array =>
  npyOf(
    descr,
    shape,
    (view) => {
      for (const [k, value] of values.entries()) view.setUint16(2 * k, value & 0xffff, !descr.startsWith('>'));
    },
    2,
  );
const bytes = (shape: readonly number[], values: readonly number[]): Uint8Array =>
  encodeNpy({ dtype: 'uint8', shape, data: Uint8Array.from(values) });

/** In memory and from disk, which must be the same. */
async function read(
  contents: Uint8Array,
  options: DatasetOptions = {},
  like?: Partial<DataConfig>,
): Promise<DatasetSplits> {
  const path = join(folder, 'x.npy');
  writeFileSync(path, contents);
  const given = { testFraction: 0, ...options };
  const context = { cacheFolder: join(folder, 'cache'), ...(like && { like: like as DataConfig }) };
  const splits = await readArrayFile(path, given, context);
  const large = await readArrayFile(path, given, { ...context, memoryLimit: 0 });
  expect(large.train.support).toBe(splits.train.support);
  expect(large.options).toEqual(splits.options);
  expect(large.notes.filter((note) => !note.includes('is large'))).toEqual(splits.notes);
  expect([...numbersOf(large.train).data]).toEqual([...numbersOf(splits.train).data]);
  expect([...examplesOf(large.train).data]).toEqual([...examplesOf(splits.train).data]);
  testDataset(() => splits.train);
  rmSync(join(folder, 'cache'), { recursive: true, force: true });
  return splits;
}

describe('int16.npy', () => {
  it('is images of numbers in a unit of their own', async () => {
    const { train, notes } = await readArrayFile(caseFile('int16.npy'), { testFraction: 0 });
    expect(train).toMatchObject({ size: 200, sampleShape: [8, 8], support: 'real' });
    const { data } = decodeNpy(
      new Uint8Array((await import('node:fs')).readFileSync(caseFile('int16.npy'))),
    ) as NdArray;
    expect([...examplesOf(train).data]).toEqual([...data]);
    expect(notes[0]).toMatch(/int16\.npy holds int16, taken as numbers.*range=999/);
    const shares = await readArrayFile(caseFile('int16.npy'), { testFraction: 0, range: 999 });
    expect([shares.train.support, shares.options?.range]).toEqual(['unit-interval', 999]);
    expect([...examplesOf(shares.train).data]).toEqual([...data].map((value) => Math.fround(value / 999)));
  });
});

describe('what numbers are', () => {
  const share = (white: number) => (value: number) => Math.fround(value / white);

  it.each([
    [200, 255],
    [1000, 1023],
    [4000, 4095],
    [9999, 16_383],
    [65_000, 65_535],
  ])('uint16 pixels up to %d are shares of %d, in either byte order', async (greatest, white) => {
    const values = [0, 1, greatest, 7];
    for (const descr of ['<u2', '>u2'] as const) {
      const { train, options, notes } = await read(integers(descr, [2, 1, 2, 1], values));
      expect(train).toMatchObject({ support: 'unit-interval', sampleShape: [1, 2] });
      expect([...examplesOf(train).data]).toEqual(values.map(share(white)));
      expect(options?.range).toBe(white);
      expect(notes[0]).toContain(`white is ${white}`);
    }
  });

  it('bytes are pixels, flags or counts', async () => {
    const image = await read(bytes([2, 2, 2], [0, 9, 200, 255, 1, 2, 3, 4]));
    expect([image.train.support, image.options?.range, ...image.notes]).toEqual(['unit-interval', undefined, expect.stringContaining('no test split')]); // prettier-ignore
    const dark = await read(bytes([1, 2, 2], [0, 9, 3, 1]));
    expect([...examplesOf(dark.train).data]).toEqual([0, 9, 3, 1].map(share(255)));
    expect(dark.notes[0]).toMatch(/bytes up to 9, taken as shares of 255 \(--data-option range=9/);
    const flags = await read(bytes([2, 2, 2], [0, 1, 1, 0, 1, 0, 0, 1]));
    expect([flags.train.support, flags.options?.range, ...examplesOf(flags.train).data]).toEqual(['unit-interval', 1, 0, 1, 1, 0, 1, 0, 0, 1]); // prettier-ignore
    const counts = await read(bytes([2, 2], [30, 1, 7, 0]));
    expect([counts.train.support, counts.options?.range, ...examplesOf(counts.train).data]).toEqual(['real', 1, 30, 1, 7, 0]); // prettier-ignore
    const flat = await read(bytes([2, 2], [255, 1, 7, 0]));
    expect([flat.train.support, flat.options?.range]).toEqual(['unit-interval', undefined]);
  });

  it('small vectors are measurements unless they go from 0 to 1', async () => {
    const supportOf = async (...values: number[]): Promise<string> =>
      (await read(encodeNpy(new NdArray(Float64Array.from(values), [values.length / 2, 2])))).train.support;
    expect(await supportOf(0, 0.5, 1, 0.2)).toBe('unit-interval');
    expect(await supportOf(0, 1e-4, 3e-4, 2e-4)).toBe('real');
    expect(await supportOf(0.7, 0.70001)).toBe('real');
    expect(await supportOf(0, 1.0001)).toBe('real');
    const image = await read(encodeNpy(new NdArray(Float32Array.of(0.1, 0.2, 0.3, 0.1), [1, 2, 2])));
    expect(image.train.support).toBe('unit-interval');
  });

  it('halves, and whole numbers and floats that float32 does not hold', async () => {
    const half = await read(npyOf('>f2', [2, 1], (view) => { [0x3c00, 0xc000].forEach((bits, k) => { view.setUint16(2 * k, bits); }); }, 2)); // prettier-ignore
    expect([...examplesOf(half.train).data]).toEqual([1, -2]);
    // 1e300 is beyond what `gather` can give.
    const wide = [2 ** 40 + 1, -3, 5, 1e300];
    const path = join(folder, 'wide.npy');
    writeFileSync(path, encodeNpy(new NdArray(Float64Array.from(wide), [2, 2])));
    const numbers = numbersOf((await readArrayFile(path, { testFraction: 0 })).train);
    expect([numbers.dtype, ...numbers.data]).toEqual(['float64', ...wide]);
    const signed = await read(integers('<i2', [2, 1], [-300, 300]));
    expect([...examplesOf(signed.train).data]).toEqual([-300, 300]);
  });

  it('range says it otherwise, and refuses what is beyond', async () => {
    const file = integers('<u2', [1, 2, 2], [0, 300, 20, 5]);
    expect([...examplesOf((await read(file, { range: 300 })).train).data]).toEqual([0, 1, 20 / 300, 5 / 300].map(Math.fround)); // prettier-ignore
    expect((await read(file, { range: 1 })).train.support).toBe('real');
    const floats = encodeNpy(new NdArray(Float32Array.of(0, 255, 128, 1), [1, 2, 2]));
    expect((await read(floats)).train.support).toBe('real');
    expect([...examplesOf((await read(floats, { range: 255 })).train).data]).toEqual([0, 255, 128, 1].map(share(255)));
    await expect(read(file, { range: 255 })).rejects.toThrow(/from 0 to 300; with range 255 they must lie in 0 to 255/);
    await expect(read(file, { range: 0 })).rejects.toThrow(DataError);
  });

  it('of a trained run are what its own were', async () => {
    const like = (options: DataConfig['options'], support?: 'real'): Partial<DataConfig> => ({ kind: 'npy', shape: [1, 2], ...(options && { options }), ...(support && { support }) }); // prettier-ignore
    const values = async (file: Uint8Array, of: Partial<DataConfig>): Promise<number[]> => [...examplesOf((await read(file, {}, of)).train).data]; // prettier-ignore
    const two = integers('<u2', [2, 1, 2], [0, 100, 50, 1]);
    expect(await values(two, like({ range: 4095 }))).toEqual([0, 100, 50, 1].map(share(4095)));
    expect(await values(two, like(undefined, 'real'))).toEqual([0, 100, 50, 1]);
    // A run on bytes: other bytes are shares of 255, even if they are all 0 and 1; floats that were divided stay.
    expect(await values(bytes([2, 1, 2], [0, 1, 1, 0]), like({}))).toEqual([0, 1, 1, 0].map(share(255)));
    expect(await values(bytes([2, 1, 2], [0, 1, 1, 0]), like({ range: 4095 }))).toEqual([0, 1, 1, 0].map(share(255)));
    const floats = encodeNpy(new NdArray(Float32Array.of(0, 0.5, 1, 0.25), [2, 1, 2]));
    expect(await values(floats, like({ range: 4095 }))).toEqual([0, 0.5, 1, 0.25]);
    expect(await values(floats, like({}))).toEqual([0, 0.5, 1, 0.25]);
  });

  it('of a run in [0, 1] without a range stand for themselves but for bytes, whatever their greatest is', async () => {
    const kinds = [undefined, {}, { seed: 0, testFraction: 0.1 }];
    for (const options of kinds) {
      for (const kind of ['npy', 'digits', 'idx', 'images', 'array'] as const) {
        const like: Partial<DataConfig> = { kind, shape: [1, 2], ...(options && { options }) };
        const values = async (file: Uint8Array): Promise<number[]> => [...examplesOf((await read(file, {}, like)).train).data]; // prettier-ignore
        const stray = [0.25, 0.5, 2, 1];
        for (const Type of [Float32Array, Float64Array]) {
          const file = (shape: readonly number[], list: readonly number[]): Uint8Array => encodeNpy(new NdArray(Type.from(list), shape)); // prettier-ignore
          expect(await values(file([2, 1, 2], stray))).toEqual(stray);
          expect(await values(file([1, 2], [2, 0.5]))).toEqual([2, 0.5]);
          expect(await values(file([2, 1, 2], [0, 255, 1, -3]))).toEqual([0, 255, 1, -3]);
        }
        expect(await values(integers('<i2', [2, 1, 2], [0, 1, 1, 0]))).toEqual([0, 1, 1, 0]);
        expect(await values(integers('<u2', [2, 1, 2], [0, 1, 2, 0]))).toEqual([0, 1, 2, 0]);
        expect(await values(bytes([2, 1, 2], [0, 1, 2, 255]))).toEqual([0, 1, 2, 255].map(share(255)));
      }
    }
  });

  it('of a run with a range say how floats and flags were taken', async () => {
    const notesOf = async (file: Uint8Array, like: object): Promise<readonly string[]> => (await read(file, {}, like)).notes; // prettier-ignore
    const floats = (...list: number[]): Uint8Array => encodeNpy(new NdArray(Float32Array.from(list), [1, 1, 2]));
    const ranged = { kind: 'npy', shape: [1, 2], options: { range: 4095 } } as const;
    expect((await notesOf(floats(0.5, 2), ranged))[0]).toMatch(/floats up to 2, all taken as shares of 4095/);
    expect((await notesOf(floats(0.5, 1), ranged))[0]).toMatch(/floats up to 1, taken as they are.*4095/);
    // Image files are never floats: theirs is no range of floats.
    expect(await notesOf(floats(0.5, 2), { ...ranged, kind: 'images' })).toEqual([]);
    const plain = { kind: 'npy', shape: [1, 2] } as const;
    expect(await notesOf(floats(0.5, 2), plain)).toEqual([]);
    expect((await notesOf(bytes([1, 1, 2], [0, 1]), plain))[0]).toMatch(/bytes 0 and 1, taken as shares of 255/);
    expect(await notesOf(bytes([1, 1, 2], [0, 9]), plain)).toEqual([]);
  });
});

describe('one example of a trained run', () => {
  const like = { kind: 'npy', shape: [2, 3], support: 'real' } as const;
  const shapesOf = async (...shape: number[]): Promise<[number, readonly number[]]> => {
    const size = shape.reduce((a, b) => a * b);
    const path = join(folder, 'one.npy');
    writeFileSync(path, encodeNpy(NdArray.from(Float32Array.from({ length: size }, (_, k) => k + 2)).reshape(shape)));
    const { train } = await readArrayFile(path, {}, { like: like as unknown as DataConfig });
    return [train.size, train.sampleShape];
  };

  it('is an array of its shape, with or without axes of one', async () => {
    expect(await shapesOf(2, 3)).toEqual([1, [2, 3]]);
    expect(await shapesOf(6)).toEqual([1, [2, 3]]);
    expect(await shapesOf(2, 3, 1)).toEqual([1, [2, 3]]);
    expect(await shapesOf(1, 2, 3)).toEqual([1, [2, 3]]);
    expect(await shapesOf(4, 2, 3)).toEqual([4, [2, 3]]);
    expect(await shapesOf(4, 6)).toEqual([4, [6]]);
  });
});

describe('labels-strings.npz', () => {
  it('has classes by their names', async () => {
    const path = caseFile('labels-strings.npz');
    const { train, notes } = await readArrayFile(path, { testFraction: 0 });
    expect(notes).toEqual(['no test split: all 200 examples are for training.']);
    expect(train.classNames).toEqual(['cat', 'dog']);
    const y = decodeNpz(new Uint8Array((await import('node:fs')).readFileSync(path))).get('y');
    expect(Array.from(train.labels ?? [], (label) => train.classNames?.[label])).toEqual(y?.data);
    testDataset(() => train);
  });
});

describe('labels in archives', () => {
  const x: StoredArray = new NdArray(
    Float32Array.from({ length: 12 }, (_, k) => k),
    [6, 2],
  );
  const archive = (arrays: Record<string, Uint8Array>): string => {
    const path = join(folder, 'x.npz');
    writeFileSync(path, zip(new Map(Object.entries(arrays).map(([name, contents]) => [`${name}.npy`, contents]))));
    return path;
  };
  const texts = (values: readonly string[]): Uint8Array =>
    npyOf('|S4', [values.length], (view) => { values.forEach((text, k) => { [...Buffer.from(text)].forEach((byte, at) => { view.setUint8(4 * k + at, byte); }); }); }, 4); // prettier-ignore

  it.each([
    ['negative', encodeNpy(NdArray.from([-1, 1, 1, -1, 1, 1], 'int32')), [0, 1, 1, 0, 1, 1], ['-1', '1']],
    ['large', encodeNpy(NdArray.from([90_000, 5, 5, 7, 5, 90_000], 'int32')), [2, 0, 0, 1, 0, 2], ['5', '7', '90000']],
    ['floats that are whole', encodeNpy(NdArray.from([0, 1, 2, 0, 1, 2], 'float64')), [0, 1, 2, 0, 1, 2], undefined],
    ['bytes of text', texts(['b', 'a', 'a', 'dog', 'b', 'a']), [1, 0, 0, 2, 1, 0], ['a', 'b', 'dog']],
    ['a column', encodeNpy(NdArray.from([[3], [1], [1], [3], [0], [0]], 'int32')), [3, 1, 1, 3, 0, 0], undefined],
  ] as const)('%s', async (_, y, labels, names) => {
    const { train } = await readArrayFile(archive({ x: encodeNpy(x), y }), { testFraction: 0 });
    expect([...(train.labels ?? [])]).toEqual(labels);
    expect(train.classNames).toEqual(names);
  });

  it('of training and test examples share their names', async () => {
    const arrays = { x_train: encodeNpy(x), x_test: encodeNpy(x), y_train: texts(['b', 'b', 'c', 'c', 'c', 'c']), y_test: texts(['a', 'a', 'b', 'b', 'b', 'b']) }; // prettier-ignore
    const { train, test } = await readArrayFile(archive(arrays));
    expect([train.classNames, test?.classNames]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect([[...(train.labels ?? [])], [...(test?.labels ?? [])]]).toEqual([
      [1, 1, 2, 2, 2, 2],
      [0, 0, 1, 1, 1, 1],
    ]);
  });

  it('training and test examples are taken alike', async () => {
    const [bright, dark] = [bytes([1, 2, 2], [0, 200, 255, 1]), bytes([1, 2, 2], [0, 1, 1, 0])];
    const { test } = await readArrayFile(archive({ x_train: bright, x_test: dark }));
    expect([...examplesOf(test!).data]).toEqual([0, 1, 1, 0].map((value) => Math.fround(value / 255)));
  });

  it('that cannot be read are left aside with all else, and that is said', async () => {
    const objects = npyOf('|O', [6], () => undefined, 8);
    const { train, notes } = await readArrayFile(archive({ x: encodeNpy(x), y: objects, when: npyOf('<M8', [6], () => undefined, 8) })); // prettier-ignore
    expect([train.size, train.labels]).toEqual([5, undefined]);
    expect(notes.filter((note) => note.startsWith('left aside: '))).toEqual([
      expect.stringMatching(/'y\.npy'?.*Python objects.*astype\('U'\)/),
      expect.stringMatching(/'when.*dates/),
    ]);
    await expect(readArrayFile(archive({ x: objects }))).rejects.toThrow(/no array that can be read.*Python objects/);
    await expect(readArrayFile(archive({ x: objects }), { array: 'x' })).rejects.toThrow(/Python objects/);
  });

  it('the only list of examples is taken beside vectors', async () => {
    const path = archive({ spectra: encodeNpy(x), wavelengths: encodeNpy(NdArray.from([400, 500], 'float64')) });
    const { train, notes } = await readArrayFile(path, { testFraction: 0 });
    expect([train.size, notes[0]]).toEqual([6, `${path}: the examples are 'spectra'; left aside: 'wavelengths'.`]);
  });
});
