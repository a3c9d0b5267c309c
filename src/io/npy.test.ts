import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DataError, NdArray } from '../core/index.ts';
import { decodeNpy, decodeNpz, encodeNpy, encodeNpz, toNdArray } from './index.ts';
import type { StoredArray } from './index.ts';

interface Fixtures {
  cases: Record<string, { npy: string; shape: number[]; values: (number | string)[] }>;
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
    'f2 all': 'float32',
    '>i8': 'int32',
    '>i8 beyond int32': 'float64',
    '<u2': 'int32',
    '>u4': 'uint32',
    '<i1': 'int32',
    '>f8': 'float64',
  };

  for (const [name, { npy, shape, values }] of Object.entries(fixtures.cases)) {
    test(`reads what numpy wrote: ${name}`, () => {
      const array = decodeNpy(unpack(npy));
      expect(array.shape).toEqual(shape);
      const isText = typeof values[0] === 'string';
      expect(Array.from<number | string>(array.data)).toEqual(isText ? values : values.map(Number));
      if (isText) expect(array.dtype).toBe('string');
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
      complex: /a\.npy: element type '<c16' \(complex numbers\).*real and imaginary parts/,
      structured: /structured/,
      dates: /'<M8\[ns\]' \(dates\)/,
      differences: /'>m8\[s\]' \(time differences\)/,
      raw: /'\|V3' \(raw bytes\)/,
      'long double': /'<f16' \(floats of this width\)/,
      'beyond float64': /int64 element 1 is 9007199254740993, which no number here holds exactly/,
      'beyond float64, unsigned': /uint64 element 0 is 18446744073709551615/,
      latin: /a\.npy: element 0: the text is not valid UTF-8/,
    };
    for (const [name, npy] of Object.entries(fixtures.refused)) {
      expect(expected[name], name).toBeDefined();
      expect(() => decodeNpy(unpack(npy), { name: 'a.npy' }), name).toThrow(expected[name]!);
      expect(() => decodeNpy(unpack(npy)), name).toThrow(DataError);
    }
    expect(() => decodeNpy(unpack(fixtures.objects))).toThrow(/Python objects/);
  });

  test("takes versions and headers as numpy does: no minor version but 0, Python 2's sizes, other quotes and order", () => {
    const bytes = unpack(fixtures.cases.vector!.npy);
    for (const [major, minor] of [
      [1, 1],
      [2, 1],
      [3, 5],
      [4, 0],
      [0, 0],
    ] as const) {
      const other = bytes.with(6, major).with(7, minor);
      expect(() => decodeNpy(other)).toThrow(`NPY version ${major}.${minor} is unknown`);
    }
    const data = [...new Uint8Array(Uint16Array.of(0x0102, 0xffff).buffer)];
    const file = (text: string): Uint8Array =>
      new Uint8Array([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0, ...Buffer.from(text), ...data]);
    const expected = NdArray.from([0x0102, 0xffff], 'int32');
    for (const text of [
      "{'descr': '<u2', 'fortran_order': False, 'shape': (2L,), }  \n",
      ` {"shape": (2,), "descr": "<u2", "fortran_order": False}`,
      "{'descr': '=u2', 'fortran_order': True, 'shape': ( 2 , )}",
    ]) {
      expect(decodeNpy(file(text)), text).toEqual(expected);
    }
    const two = "{'descr': '<u2', 'fortran_order': False, 'shape': (1L, 2L)}";
    expect(decodeNpy(file(two)).shape).toEqual([1, 2]);
    expect(() => decodeNpy(file(two.replace('(1L, 2L)', '(2L)')))).toThrow(/no tuple as shape/);
  });

  test('texts of no width, whose number is only claimed, and numbers that are no characters', () => {
    const file = (descr: string, count: number, data: number[]): Uint8Array => {
      const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${count},)}`;
      return new Uint8Array([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0, ...Buffer.from(text), ...data]);
    };
    expect(decodeNpy(file('<U0', 0, []))).toEqual({ dtype: 'string', shape: [0], data: [] });
    expect(() => decodeNpy(file('<U0', 1e12, []))).toThrow(/1000000000000 texts of width 0/);
    expect(() => decodeNpy(file('|S0', 2, []))).toThrow(/texts of width 0/);
    expect(() => decodeNpy(file('<U1', 1, [0, 0xd8, 0, 0]))).toThrow(/text 0 holds the number 55296/);
    expect(() => decodeNpy(file('>U1', 1, [0, 0x11, 0, 0]))).toThrow(/no Unicode character/);
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
  const text = { dtype: 'string', shape: [1], data: ['a'] } as const;
  expect(() => toNdArray(text, 'a.npy')).toThrow(/^a\.npy: holds text where numbers are needed/);
});

describe('NPZ', () => {
  test('reads savez and savez_compressed', () => {
    const plain = decodeNpz(unpack(fixtures.npz));
    expect([...plain.keys()]).toEqual(['images', 'mean']);
    expect(Array.from<number | string>(plain.get('images')!.data)).toEqual(fixtures.cases.u1!.values);
    const compressed = decodeNpz(unpack(fixtures.npzCompressed));
    expect(compressed.get('images')!.shape).toEqual([50, 40]);
    expect(Array.from<number | string>(compressed.get('mean')!.data)).toEqual([1, -2]);
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
