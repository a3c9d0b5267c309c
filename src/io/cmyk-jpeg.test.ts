import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { decodeCmykJpeg } from './index.ts';
import { orientImage } from './orient-image.ts';

const path = new URL('../../test/fixtures/cmyk-jpegs.json', import.meta.url);
const fixtures = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { jpeg: string; rgb: string }>;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('CMYK and YCCK JPEGs', () => {
  for (const [name, { jpeg, rgb }] of Object.entries(fixtures)) {
    test(`${name}: as ImageMagick converts it`, () => {
      const { shape, data } = decodeCmykJpeg(bytesOf(jpeg), name);
      expect(shape).toEqual([19, 27, 3]);
      const differences = Array.from(bytesOf(rgb), (value, i) => Math.abs(value - data[i]!));
      expect(differences).toHaveLength(data.length);
      // libjpeg rounds after the cosines, the upsampling and the colours: ±1 each.
      expect(Math.max(...differences)).toBeLessThanOrEqual(3);
      expect(differences.reduce((a, b) => a + b) / differences.length).toBeLessThan(0.7);
    });
  }

  test('every truncation is refused, damage gives an image or a DataError', () => {
    for (const { jpeg } of Object.values(fixtures)) {
      const bytes = bytesOf(jpeg);
      for (let length = 0; length < bytes.length; length += 41) {
        expect(() => decodeCmykJpeg(bytes.subarray(0, length), 'cut')).toThrow(DataError);
      }
    }
    const damaged = fc.property(
      fc.constantFrom(...Object.values(fixtures)),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      ({ jpeg }, edits) => {
        const bytes = bytesOf(jpeg);
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        try {
          decodeCmykJpeg(bytes, 'damaged');
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
      },
    );
    fc.assert(damaged, { numRuns: 300, seed: 5 });
  });
});

test('orientImage: what EXIF says is where the first row and column are', () => {
  // 0 1 2
  // 3 4 5
  const image = { dtype: 'uint8' as const, shape: [2, 3], data: Uint8Array.of(0, 1, 2, 3, 4, 5) };
  const expected: Record<number, [number[], number[]]> = {
    1: [[2, 3], [0, 1, 2, 3, 4, 5]], // prettier-ignore
    2: [[2, 3], [2, 1, 0, 5, 4, 3]], // prettier-ignore
    3: [[2, 3], [5, 4, 3, 2, 1, 0]], // prettier-ignore
    4: [[2, 3], [3, 4, 5, 0, 1, 2]], // prettier-ignore
    5: [[3, 2], [0, 3, 1, 4, 2, 5]], // prettier-ignore
    6: [[3, 2], [3, 0, 4, 1, 5, 2]], // prettier-ignore
    7: [[3, 2], [5, 2, 4, 1, 3, 0]], // prettier-ignore
    8: [[3, 2], [2, 5, 1, 4, 0, 3]], // prettier-ignore
  };
  for (const [orientation, [shape, data]] of Object.entries(expected)) {
    const turned = orientImage(image, Number(orientation));
    expect([orientation, turned.shape, [...turned.data]]).toEqual([orientation, shape, data]);
  }
});
