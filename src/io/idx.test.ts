import { describe, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { decodeIdx, encodeIdx, gunzip, gzip } from './index.ts';

const images = { shape: [2, 2, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };
const labels = { shape: [2], data: Uint8Array.of(7, 3) };

describe('decodeIdx', () => {
  test('reads the format as it is specified', () => {
    // MNIST's description: magic 0x00000803, then sizes as big-endian int32, then bytes.
    const bytes = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 10, 20, 30, 40);
    expect(decodeIdx(bytes)).toEqual({ dtype: 'uint8', shape: [1, 2, 2], data: Uint8Array.of(10, 20, 30, 40) });
  });

  test('reads back what encodeIdx wrote, gzip or not', () => {
    const bytes = encodeIdx(images);
    expect(decodeIdx(bytes, { rank: 3 })).toEqual({ dtype: 'uint8', ...images });
    expect(decodeIdx(gzip(bytes), { rank: 3 })).toEqual({ dtype: 'uint8', ...images });
    expect(decodeIdx(encodeIdx({ shape: [0, 4, 4], data: new Uint8Array(0) })).shape).toEqual([0, 4, 4]);
  });

  test('gzip files of several members, each checked', () => {
    // The middle one's contents hold what looks like the beginning of a member.
    const parts = [
      Uint8Array.of(1, 2, 3),
      new Uint8Array(0),
      Uint8Array.of(0x1f, 0x8b, 8, 4, 5, 6, 7, 8),
      new Uint8Array(70_000),
    ];
    const files = parts.map(gzip);
    const bytes = Uint8Array.from(files.flatMap((file) => [...file]));
    const all = Uint8Array.from(parts.flatMap((part) => [...part]));
    expect(gunzip(bytes)).toEqual(all);
    expect(gunzip(Uint8Array.from(Array.from({ length: 300 }, () => [...files[1]!, ...files[0]!]).flat())).length).toBe(
      900,
    );
    // A flipped bit of a member's checksum, and an end that is missing.
    const inSecond = files[0]!.length + files[1]!.length - 6;
    expect(() => gunzip(bytes.with(inSecond, bytes[inSecond]! ^ 1), { name: 't' })).toThrow(DataError);
    expect(() => gunzip(bytes.subarray(0, -1), { name: 't' })).toThrow(/^t: .*damaged/);
    const idx = encodeIdx(images);
    const halves = [...gzip(idx.subarray(0, 20)), ...gzip(idx.subarray(20))];
    expect(decodeIdx(Uint8Array.from(halves), { rank: 3 })).toEqual({ dtype: 'uint8', ...images });
  });

  test('each error names the file, what was expected and what was found', () => {
    const bytes = encodeIdx(images);
    const at = (index: number, value: number): Uint8Array => bytes.with(index, value);
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array(0), /^t: truncated.*found 0 bytes/],
      [bytes.subarray(0, 10), /^t: truncated: the header of 3 dimensions takes 16 bytes, found 10/],
      [bytes.subarray(0, bytes.length - 2), /^t: truncated: shape \[2, 2, 3\] needs 12 bytes of elements, found 10/],
      [new Uint8Array([...bytes, 0]), /^t: bytes left over: shape \[2, 2, 3\] needs 12 bytes of elements, found 13/],
      [at(0, 1), /^t: not an IDX file: expected magic 0x000008NN.*found 0x01000803/],
      [at(2, 0x0d), /^t: expected elements of type unsigned byte \(0x08\), found float32 \(0x00000d03\)/],
      [encodeIdx(labels), /^t: expected 3 dimensions \(images\), found 1 \(labels\)\. Were .* swapped/],
      [at(4, 255), /^t: truncated: shape \[4278190082, 2, 3\] needs 25669140492 bytes/],
    ];
    for (const [broken, message] of cases) {
      expect(() => decodeIdx(broken, { name: 't', rank: 3 })).toThrow(message);
      expect(() => decodeIdx(broken, { name: 't', rank: 3 })).toThrow(DataError);
    }
    expect(() => decodeIdx(bytes, { name: 't', rank: 1 })).toThrow(
      /expected 1 dimension \(labels\), found 3 \(images\)/,
    );
  });
});

test('encodeIdx refuses a shape that does not fit', () => {
  expect(() => encodeIdx({ shape: [3], data: new Uint8Array(2) })).toThrow(DataError);
});

describe('gunzip', () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);

  test('unpacks and checks length and checksum', () => {
    const packed = gzip(bytes);
    expect(gunzip(packed)).toEqual(bytes);
    expect(() => gunzip(packed.subarray(0, packed.length - 30), { name: 'a.gz' })).toThrow(/^a\.gz: /);
    const flipped = packed.slice();
    flipped[packed.length - 6]! ^= 1;
    expect(() => gunzip(flipped)).toThrow(/checksum/);
    expect(() => gunzip(bytes)).toThrow(/not a gzip file/);
  });

  test('refuses a claimed size that its bytes cannot hold, without allocating it', () => {
    const packed = gzip(new Uint8Array(100));
    packed.set([0xff, 0xff, 0xff, 0xff], packed.length - 4);
    expect(() => gunzip(packed)).toThrow(/claims 4294967295 bytes/);
  });
});
