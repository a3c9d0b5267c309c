import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError, NdArray } from '../core/index.ts';
import {
  decodeCmykJpeg,
  decodeIdx,
  decodeNpy,
  decodeNpz,
  decodePng,
  decodeSafetensors,
  encodeIdx,
  encodeNpy,
  encodeNpz,
  encodePng,
  encodeSafetensors,
  gzip,
  parseCsv,
  parseJsonLines,
  parseTableCsv,
  readImageHeader,
  readNpyHeader,
} from './index.ts';

// Damaged files must give a DataError or, where the damage is not seen, a value: never another error, never memory
// beyond what the file could hold.

const image = {
  dtype: 'uint8' as const,
  shape: [3, 4, 5],
  data: Uint8Array.from({ length: 60 }, (_, i) => (i * 37) % 256),
};
const matrix = NdArray.from(
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  'float32',
);
const fixtures = JSON.parse(readFileSync(new URL('../../test/fixtures/npy.json', import.meta.url), 'utf8')) as {
  npzLong: string;
};
const longArchive = new Uint8Array(Buffer.from(fixtures.npzLong, 'base64'));
const cases = new URL('../../test/fixtures/cases/images/', import.meta.url);
const cmyk = new Uint8Array(readFileSync(new URL('one-cmyk/003.jpg', cases)));
const deepPng = new Uint8Array(readFileSync(new URL('grey-16bit-12/000.png', cases)));
// Grey of 4 bits, 11 × 9, by ImageMagick.
const interlaced = new Uint8Array(Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJBAAAAAFz+FRmAAAAVUlEQVQI12M4w8DAcAGIQwsY7l5gCC9gEGJg6Fq9m8GIxZjh7p0DDFWrFjC4pCcwKCkbMAgIMDCsufvm9uoDDKXtGTNmTGAICXEJK0tgEBJkYBRgAAB7OBdJ/yj86gAAAABJRU5ErkJggg==', 'base64')); // prettier-ignore
const formats: Record<string, { bytes: Uint8Array; decode: (bytes: Uint8Array) => unknown }> = {
  safetensors: {
    bytes: encodeSafetensors({ a: matrix, b: NdArray.from([1, 0], 'bool') }, { metadata: { k: 'v' } }),
    decode: (b) => decodeSafetensors(b),
  },
  npy: { bytes: encodeNpy(matrix), decode: (b) => decodeNpy(b) },
  'npz, compressed': { bytes: encodeNpz({ a: matrix, b: image }), decode: (b) => decodeNpz(b) },
  'npz, zip64': { bytes: longArchive, decode: (b) => decodeNpz(b) },
  'npz, stored': { bytes: encodeNpz({ a: matrix, b: image }, { compress: false }), decode: (b) => decodeNpz(b) },
  idx: { bytes: encodeIdx(image), decode: (b) => decodeIdx(b) },
  'idx.gz': { bytes: gzip(encodeIdx(image)), decode: (b) => decodeIdx(b) },
  png: { bytes: encodePng({ shape: [4, 5, 3], data: image.data }), decode: (b) => decodePng(b) },
  'png, interlaced': { bytes: interlaced, decode: (b) => decodePng(b) },
  'png, 16 bits': { bytes: deepPng, decode: (b) => decodePng(b, { range: 4095 }) },
  'jpeg, cmyk': { bytes: cmyk, decode: (b) => decodeCmykJpeg(b, 'cmyk') },
  csv: { bytes: new TextEncoder().encode('1,2.5\n-3e4,nan\n'), decode: (b) => parseCsv(new TextDecoder().decode(b)) },
  'csv table': {
    bytes: new TextEncoder().encode('a,"b ""c""",d\r\n1,"x\ny",\n2,z,-3e4\n'),
    decode: (b) => parseTableCsv(new TextDecoder().decode(b)),
  },
  'npy header': { bytes: encodeNpy(matrix), decode: (b) => readNpyHeader(b) },
  'image header': { bytes: encodePng({ shape: [4, 5, 3], data: image.data }), decode: (b) => readImageHeader(b) },
  jsonl: {
    bytes: new TextEncoder().encode('{"a":1}\n{"b":[2]}\n'),
    decode: (b) => parseJsonLines(new TextDecoder().decode(b)),
  },
};

/** Bytes put down anywhere (small and extreme values more often), then a cut. */
const damage = fc.record({
  edits: fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 127, 128, 255), fc.nat(255))), { maxLength: 6 }),
  cut: fc.option(fc.nat(), { freq: 3 }),
});

for (const [name, { bytes, decode }] of Object.entries(formats)) {
  const survives = (input: Uint8Array): void => {
    try {
      decode(input);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  };

  test(`${name}: damaged bytes`, () => {
    decode(bytes);
    fc.assert(
      fc.property(damage, ({ edits, cut }) => {
        const broken = bytes.slice();
        for (const [at, value] of edits) broken[at % bytes.length] = value;
        survives(cut === null ? broken : broken.subarray(0, cut % (bytes.length + 1)));
      }),
      { numRuns: 1000, seed: 20 },
    );
  });

  test(`${name}: every truncation is refused or, for text and headers, read as what is left`, () => {
    for (let length = 0; length < bytes.length; length++) {
      if (/csv|jsonl|header/.test(name)) survives(bytes.subarray(0, length));
      else expect(() => decode(bytes.subarray(0, length)), `${length} bytes`).toThrow(DataError);
    }
  });

  test(`${name}: noise`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 300, seed: 21 });
  });
}
