import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DataError, NdArray } from '../core/index.ts';
import { decodeNpy, decodeNpz, encodeNpy, encodeNpz, toNdArray } from './index.ts';
import type { StoredArray } from './index.ts';

interface Fixtures {
  cases: Record<string, { npy: string; shape: number[]; values: number[] }>;
  version2: string;
  version3: string;
  refused: Record<string, string>;
  objects: string;
  npz: string;
  npzCompressed: string;
}
const fixtures = JSON.parse(readFileSync(new URL('../../test/fixtures/npy.json', import.meta.url), 'utf8')) as Fixtures;
const unpack = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('decodeNpy', () => {
  const dtypes: Record<string, string> = {
    f4: 'float32',
    f8: 'float64',
    i4: 'int32',
    u4: 'uint32',
    i8: 'int32',
    u1: 'uint8',
    b1: 'bool',
  };

  for (const [name, { npy, shape, values }] of Object.entries(fixtures.cases)) {
    test(`reads what numpy wrote: ${name}`, () => {
      const array = decodeNpy(unpack(npy));
      expect(array.shape).toEqual(shape);
      expect(Array.from(array.data)).toEqual(values.map(Number));
      if (dtypes[name]) expect(array.dtype).toBe(dtypes[name]);
    });
  }

  test('reads versions 2 and 3', () => {
    const first = decodeNpy(unpack(fixtures.cases.f4!.npy));
    expect(decodeNpy(unpack(fixtures.version2))).toEqual(first);
    expect(decodeNpy(unpack(fixtures.version3))).toEqual(first);
  });

  test('refuses other element types by name', () => {
    const expected: Record<string, RegExp> = {
      'big endian': /a\.npy: element type '>f4' \(big endian\)/,
      half: /'<f2'/,
      complex: /'<c16'/,
      text: /'<U2'/,
      structured: /structured/,
      'beyond int32': /int64 element 1 is 2147483648, beyond int32/,
    };
    for (const [name, npy] of Object.entries(fixtures.refused)) {
      expect(() => decodeNpy(unpack(npy), { name: 'a.npy' }), name).toThrow(expected[name]!);
      expect(() => decodeNpy(unpack(npy)), name).toThrow(DataError);
    }
    expect(() => decodeNpy(unpack(fixtures.objects))).toThrow(/Python objects/);
  });

  test('refuses truncated and left-over bytes, and headers that are not its own', () => {
    const bytes = unpack(fixtures.cases.f4!.npy);
    expect(() => decodeNpy(bytes.subarray(0, bytes.length - 1))).toThrow(/truncated.*needs 96 bytes, found 95/);
    expect(() => decodeNpy(new Uint8Array([...bytes, 0]))).toThrow(/left over/);
    expect(() => decodeNpy(bytes.subarray(0, 9))).toThrow(/not an NPY file/);
    expect(() => decodeNpy(bytes.subarray(0, 40))).toThrow(/truncated: the header/);
    const header = (text: string): Uint8Array =>
      new Uint8Array([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0, ...Buffer.from(text)]);
    for (const text of [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}",
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': 'yes', 'shape': (3,)}",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}",
      "__import__('os')",
    ]) {
      expect(() => decodeNpy(header(text)), text).toThrow(DataError);
    }
  });
});

test('encodeNpy is read back, element for element, and aligned to 64 bytes', () => {
  const arrays: StoredArray[] = [
    NdArray.from(
      [
        [1, 2.5],
        [-3, NaN],
      ],
      'float32',
    ),
    NdArray.from([1e300, -0, Infinity], 'float64'),
    NdArray.from([[-1], [2]], 'int32'),
    NdArray.from([4294967295], 'uint32'),
    NdArray.from([0, 1, 1], 'bool'),
    NdArray.from(7),
    NdArray.zeros([2, 0, 3], 'float32'),
    { dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(0, 127, 128, 255) },
  ];
  for (const array of arrays) {
    const bytes = encodeNpy(array);
    expect(decodeNpy(bytes)).toEqual(array);
    expect((bytes.length - array.data.byteLength) % 64).toBe(0);
  }
});

test('toNdArray widens bytes and leaves the rest alone', () => {
  expect(toNdArray({ dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 255) })).toEqual(
    NdArray.from([0, 255], 'int32'),
  );
  const array = NdArray.from([1]);
  expect(toNdArray(array)).toBe(array);
});

describe('NPZ', () => {
  test('reads savez and savez_compressed', () => {
    const plain = decodeNpz(unpack(fixtures.npz));
    expect([...plain.keys()]).toEqual(['images', 'mean']);
    expect(Array.from(plain.get('images')!.data)).toEqual(fixtures.cases.u1!.values);
    const compressed = decodeNpz(unpack(fixtures.npzCompressed));
    expect(compressed.get('images')!.shape).toEqual([50, 40]);
    expect(Array.from(compressed.get('mean')!.data)).toEqual([1, -2]);
  });

  test('is read back, compressed or not, and equal contents give equal files', () => {
    const arrays = new Map<string, StoredArray>([
      [
        'w',
        NdArray.from(
          [
            [1, 2],
            [3, 4],
          ],
          'float32',
        ),
      ],
      ['labels', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ]);
    for (const compress of [true, false]) {
      const bytes = encodeNpz(arrays, { compress });
      expect(decodeNpz(bytes)).toEqual(arrays);
      expect(encodeNpz(Object.fromEntries(arrays), { compress })).toEqual(bytes);
    }
  });

  test('names archive and member for damage', () => {
    const bytes = encodeNpz({ w: NdArray.zeros([100], 'float32') }, { compress: false });
    const flipped = bytes.slice();
    flipped[250]! ^= 1;
    expect(() => decodeNpz(flipped, { name: 'a.npz' })).toThrow(/a\.npz: 'w\.npy': checksum/);
    expect(() => decodeNpz(bytes.subarray(0, 300), { name: 'a.npz' })).toThrow(/a\.npz: not a zip archive/);
    expect(() => decodeNpz(new Uint8Array(0))).toThrow(DataError);
  });
});
