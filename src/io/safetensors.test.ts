import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, NdArray } from '../core/index.ts';
import { decodeSafetensors, encodeSafetensors } from './index.ts';

/** A file from a header as text (or value) and data, put together as the format's description says. */
function build(header: unknown, data: number[] = []): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = Buffer.alloc(8 + text.length + data.length);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  bytes.set(data, 8 + text.length);
  return new Uint8Array(bytes);
}

const float = [...new Uint8Array(Float32Array.of(1.5, -2).buffer)];

describe('decodeSafetensors', () => {
  test('reads the format as it is specified', () => {
    const { tensors, metadata } = decodeSafetensors(
      build(
        {
          b: { dtype: 'BOOL', shape: [3], data_offsets: [8, 11] },
          __metadata__: { format: 'pt' },
          a: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
          none: { dtype: 'I32', shape: [0, 5], data_offsets: [8, 8] },
          scalar: { dtype: 'U32', shape: [], data_offsets: [11, 15] },
        },
        [...float, 1, 0, 1, 255, 255, 255, 255],
      ),
    );
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.get('a')).toEqual(NdArray.from([[1.5], [-2]], 'float32'));
    expect(tensors.get('b')).toEqual(NdArray.from([1, 0, 1], 'bool'));
    expect(tensors.get('none')).toEqual(NdArray.zeros([0, 5], 'int32'));
    expect(tensors.get('scalar')).toEqual(NdArray.from(4294967295, 'uint32'));
  });

  test('reads a view into a larger buffer, at any alignment', () => {
    const file = build({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, float);
    for (let shift = 0; shift < 4; shift++) {
      const larger = new Uint8Array(file.length + 8);
      larger.set(file, shift);
      const { tensors } = decodeSafetensors(larger.subarray(shift, shift + file.length));
      expect(tensors.get('a')!.toNested()).toEqual([1.5, -2]);
    }
  });

  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const second = (begin: number, end: number): object => ({ a: entry, b: { ...entry, data_offsets: [begin, end] } });
  const refused: Record<string, [Uint8Array, RegExp]> = {
    'no length': [new Uint8Array(7), /truncated/],
    'header longer than the file': [build('{}').with(0, 200), /header length 200 does not fit: 2 bytes follow/],
    'huge header length': [build('{}').fill(255, 0, 8), /does not fit/],
    'not JSON': [build('{"a": '), /not JSON/],
    'not an object': [build('[1]'), /must start with '\{'/],
    'byte order mark': [build('\ufeff{}'), /must start with/],
    'not UTF-8': [new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]), /header is no text in UTF-8/],
    'duplicate tensor': [
      build(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\\u0061":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
        float,
      ),
      /key 'a' twice/,
    ],
    'duplicate field': [
      build('{"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}', float),
      /key 'dtype' twice/,
    ],
    'unknown dtype': [
      build({ a: { ...entry, dtype: 'C64' } }, float),
      /tensor 'a': dtype "C64" is not supported; supported are F64, F32/,
    ],
    'unknown key': [build({ a: { ...entry, stride: 1 } }, float), /unknown key 'stride'/],
    'no shape': [build({ a: { dtype: 'F32', data_offsets: [0, 8] } }, float), /shape nothing is not a list/],
    'negative size': [build({ a: { ...entry, shape: [-2] } }, float), /shape \[-2\] is not a list of sizes/],
    'product beyond exact integers': [
      build({ a: { ...entry, shape: [1e9, 1e9, 2] } }, float),
      /is not a list of sizes/,
    ],
    'shape and offsets differ': [
      build({ a: { ...entry, shape: [3] } }, float),
      /needs 12 bytes, data_offsets \[0, 8\] hold 8/,
    ],
    'offsets reversed': [build({ a: { ...entry, data_offsets: [8, 0] } }, float), /do not span a range/],
    'offsets not integers': [build({ a: { ...entry, data_offsets: [0, 8.5] } }, float), /not a pair of integers/],
    gap: [
      build(second(12, 20), [...float, 0, 0, 0, 0, ...float]),
      /'b' leaves a gap before it: it begins at 12, expected 8/,
    ],
    overlap: [build(second(4, 12), [...float, 0, 0, 0, 0]), /'b' overlaps .* begins at 4, expected 8/],
    'beyond the end': [build(second(8, 16), float), /'b' ends at byte 16 of the data, which has 8/],
    'trailing bytes': [build({ a: entry }, [...float, 0]), /1 bytes are left over/],
    'first tensor not at 0': [build({ a: { ...entry, data_offsets: [1, 9] } }, [0, ...float]), /gap/],
    'bool of 2': [build({ a: { dtype: 'BOOL', shape: [2], data_offsets: [0, 2] } }, [1, 2]), /boolean element 1 is 2/],
    'metadata not text': [build({ __metadata__: { step: 3 } }), /__metadata__ 'step' must be a string, found 3/],
  };
  for (const [name, [bytes, message]] of Object.entries(refused)) {
    test(`refuses: ${name}`, () => {
      const read = (): unknown => decodeSafetensors(bytes, { name: 'm.safetensors' });
      expect(read).toThrow(message);
      expect(read).toThrow(/^m\.safetensors: /);
      expect(read).toThrow(DataError);
    });
  }
});

interface Fixtures {
  headers: Record<string, { bytes: string; names: string[] | null }>;
  values: Record<string, { bytes: string; values: string[] }>;
}
const fixtures = JSON.parse(
  readFileSync(new URL('../../test/fixtures/safetensors.json', import.meta.url), 'utf8'),
) as Fixtures;
const unpack = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
/** A number as Python writes it. */
const numberOf = (text: string): number => Number(text.replace('inf', 'Infinity'));

describe('as the reference implementation', () => {
  test.each(Object.entries(fixtures.headers))('header: %s', (_, { bytes, names }) => {
    const read = (): string[] => [...decodeSafetensors(unpack(bytes)).tensors.keys()].sort();
    if (names) expect(read()).toEqual(names);
    else expect(read).toThrow(DataError);
  });

  test.each(Object.entries(fixtures.values))('values: %s', (name, { bytes, values }) => {
    const array = decodeSafetensors(unpack(bytes)).tensors.get('x')!;
    expect(Array.from(array.data)).toEqual(values.map(numberOf));
    const integer = name === 'U32' ? 'uint32' : name.includes('beyond') ? 'float64' : 'int32';
    expect(array.dtype).toBe(name.includes('F') ? 'float32' : integer);
  });

  test('64 bits that float64 would round are refused', () => {
    const data = new Uint8Array(BigInt64Array.of(1n, 2n ** 53n + 1n).buffer);
    const file = build({ n: { dtype: 'I64', shape: [2], data_offsets: [0, 16] } }, [...data]);
    expect(() => decodeSafetensors(file)).toThrow(/tensor 'n': int64 element 1 is 9007199254740993/);
  });
});

describe('encodeSafetensors', () => {
  const tensors = {
    'decoder.bias': NdArray.from([1, NaN, -0], 'float32'),
    mask: NdArray.from([1, 0, 1], 'bool'),
    'a "quoted" name\n': NdArray.from([[1e300]], 'float64'),
    step: NdArray.from(12, 'uint32'),
    empty: NdArray.zeros([0], 'int32'),
    __proto__x: NdArray.from([-5], 'int32'),
  };

  test('is read back, names, metadata and every bit', () => {
    const bytes = encodeSafetensors(tensors, { metadata: { note: 'Σ^{1/2}' } });
    const file = decodeSafetensors(bytes);
    expect(Object.fromEntries(file.tensors)).toEqual(tensors);
    expect(file.metadata).toEqual({ note: 'Σ^{1/2}' });
  });

  test('aligns every tensor, and the order of the input does not matter', () => {
    const bytes = encodeSafetensors(tensors);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { dtype: string; data_offsets: number[] }
    >;
    for (const { dtype, data_offsets } of Object.values(header)) {
      expect(data_offsets[0]! % (dtype === 'F64' ? 8 : dtype === 'BOOL' ? 1 : 4)).toBe(0);
    }
    expect(encodeSafetensors(new Map(Object.entries(tensors).reverse()))).toEqual(bytes);
  });

  test('no tensors at all, and a name that the format keeps for itself', () => {
    expect(decodeSafetensors(encodeSafetensors({})).tensors.size).toBe(0);
    expect(() => encodeSafetensors({ __metadata__: NdArray.from(1) })).toThrow(DataError);
  });

  test('what it could not read again is refused, and all else is read again', () => {
    const one = { a: NdArray.from(1) };
    for (const metadata of [
      { step: 3 },
      { note: undefined },
      { note: null },
      ['x'],
      null,
      'x',
      { ok: 'a', '\ud800': '' },
    ]) {
      const write = (): unknown => encodeSafetensors(one, { metadata: metadata as unknown as Record<string, string> });
      expect(write, JSON.stringify(metadata)).toThrow(/^encodeSafetensors: __metadata__/);
      expect(write).toThrow(DataError);
    }
    expect(() => encodeSafetensors({ 'a\udc00': NdArray.from(1) })).toThrow(/half a surrogate pair/);
    expect(() => encodeSafetensors({ m: new NdArray(Uint8Array.of(0, 2), [2], 'bool') })).toThrow(/boolean 1 is 2/);
    const text = 'x\n'.repeat(2 ** 22);
    expect(decodeSafetensors(encodeSafetensors(one, { metadata: { text } })).metadata.text).toBe(text);
    const long = { text: 'x'.repeat(1e8) };
    expect(() => encodeSafetensors(one, { metadata: long })).toThrow(
      /take 100000\d{3} bytes; the format allows 100000000/,
    );
  });

  test('hostile names and metadata: read again, or refused where half a surrogate pair is in them', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ maxLength: 6 }),
      fc.constantFrom('__proto__', '__metadata__', 'constructor', '"', '\\', '\ud83d', '\u2028', '\0', '\ufeff', '}'),
    );
    const tensor = fc.constantFrom(
      NdArray.from([1, NaN]),
      NdArray.zeros([0, 3], 'int32'),
      NdArray.from([0, 1], 'bool'),
    );
    const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(words, tensor)), fc.array(fc.tuple(words, words)), (tensors, texts) => {
        const [map, metadata] = [new Map(tensors), Object.fromEntries(texts)];
        const written = [...map.keys(), ...Object.entries(metadata).flat()];
        if (map.has('__metadata__') || written.some((text) => /\p{Surrogate}/u.test(text))) {
          expect(() => encodeSafetensors(map, { metadata })).toThrow(DataError);
          return;
        }
        const file = decodeSafetensors(encodeSafetensors(map, { metadata }));
        expect(Object.entries(file.metadata).sort(byName)).toEqual(Object.entries(metadata).sort(byName));
        expect([...file.tensors].sort(byName)).toEqual([...map].sort(byName));
      }),
      { numRuns: 500, seed: 22 },
    );
  });
});
