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
    'leading blank': [build(' {}'), /must start with/],
    'not UTF-8': [new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]), /not valid UTF-8/],
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
      build({ a: { ...entry, dtype: 'BF16' } }, float),
      /tensor 'a': dtype "BF16" is not supported; supported are F64, F32/,
    ],
    'unknown key': [build({ a: { ...entry, stride: 1 } }, float), /unknown key 'stride'/],
    'no shape': [build({ a: { dtype: 'F32', data_offsets: [0, 8] } }, float), /shape undefined is not a list/],
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
    'bool of 2': [build({ a: { dtype: 'BOOL', shape: [2], data_offsets: [0, 2] } }, [1, 2]), /BOOL element 1 is 2/],
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
});
