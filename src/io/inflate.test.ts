import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { gunzip } from './gzip.ts';
import { checkRatio, freelyUnpacked, inflateExactly, unzlibExactly, usualRatio } from './inflate.ts';

/** Bytes that shrink little, and bytes that shrink much. */
const noise = Uint8Array.from({ length: 300_000 }, (_, i) => ((i * 2654435761) >>> 13) & 255);
const zeros = new Uint8Array(5_000_000);

describe('inflateExactly', () => {
  test.each([
    ['nothing', new Uint8Array(0)],
    ['a byte', Uint8Array.of(7)],
    ['noise', noise],
    ['zeros', zeros],
  ])('%s: what zlib packed, at every level and by its flushes', (_, bytes) => {
    for (const level of [0, 1, 9]) {
      expect(Buffer.compare(inflateExactly(deflateRawSync(bytes, { level }), bytes.length), bytes)).toBe(0);
      expect(Buffer.compare(unzlibExactly(deflateSync(bytes, { level }), bytes.length), bytes)).toBe(0);
    }
  });

  test('one byte more or less than was promised is refused, and so is a stream that is cut', () => {
    for (const bytes of [noise, zeros]) {
      const packed = deflateRawSync(bytes);
      expect(() => inflateExactly(packed, bytes.length - 1)).toThrow(/more than/);
      expect(() => inflateExactly(packed, bytes.length + 1)).toThrow(/unpacks to \d+ of/);
      expect(() => inflateExactly(packed.subarray(0, packed.length >> 1), bytes.length)).toThrow(
        /unpacks to|cannot hold/,
      );
    }
  });

  test('a stream of 400 MB for a few bytes ends with its first piece', () => {
    // As one block of 65 kB of a bomb, 6,000 times.
    const block = deflateRawSync(new Uint8Array(2 ** 16), { finishFlush: 2 });
    const bomb = Buffer.concat(Array.from({ length: 6000 }, () => block));
    for (const size of [1, 100, 70_000]) expect(() => inflateExactly(bomb, size)).toThrow(/more than/);
  });
});

test('sizes beyond what a small file may hold are refused before anything is allocated', () => {
  const packed = gzipSync(zeros);
  new DataView(packed.buffer, packed.byteOffset).setUint32(packed.length - 4, 4_000_000, true);
  expect(() => gunzip(packed)).toThrow(/more than 4000000/);
  expect(() => {
    checkRatio('f', freelyUnpacked, 1);
  }).not.toThrow();
  expect(() => {
    checkRatio('f', 2 ** 40, 2 ** 40 / usualRatio);
  }).not.toThrow();
  expect(() => {
    checkRatio('f', freelyUnpacked + 1, 1000);
  }).toThrow(DataError);
});

test('gzip headers with a name, a comment, extra fields and a checksum of their own', () => {
  const plain = gzipSync(noise);
  const flags = (value: number, extra: readonly number[]): Uint8Array =>
    Uint8Array.from([...plain.subarray(0, 3), value, ...plain.subarray(4, 10), ...extra, ...plain.subarray(10)]);
  const cases = [
    flags(8, [97, 98, 0]),
    flags(16, [99, 0]),
    flags(4, [2, 0, 1, 1]),
    flags(2, [5, 6]),
    flags(4 + 8 + 16 + 2, [1, 0, 9, 97, 0, 98, 0, 1, 2]),
  ];
  for (const bytes of cases) expect(Buffer.compare(gunzip(bytes), noise)).toBe(0);
  const endless = Uint8Array.from(plain);
  endless[3] = 8;
  endless.fill(1, 10);
  expect(() => gunzip(endless)).toThrow(DataError);
});

test('empty blocks are taken, up to a quarter of a megabyte of them in a row', () => {
  const empty = Uint8Array.of(0, 0, 0, 255, 255);
  const behind = (count: number): Uint8Array =>
    new Uint8Array(Buffer.concat([Buffer.alloc(5 * count, empty), deflateRawSync(Uint8Array.of(7))]));
  expect(inflateExactly(behind(10_000), 1)).toEqual(Uint8Array.of(7));
  expect(() => inflateExactly(behind(100_000), 1)).toThrow('it unpacks to 0 of 1 bytes');
});
