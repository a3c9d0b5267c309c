import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, ShapeError, ValueError, sizeOf } from '../core/index.ts';
import { decodeImage, encodePng, readImageHeader, resizeImage } from './index.ts';
import type { ByteArray } from './index.ts';
import { keptCoefficients } from './jpeg-memory.ts';
import { checkImageSize } from './limits.ts';

type Pixels = (number | number[])[][];
const path = new URL('../../test/fixtures/jpegs.json', import.meta.url);
const fixtures = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { jpeg: string; pixels: Pixels }>;
const jpegOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(fixtures[name]!.jpeg, 'base64'));

const read = (bytes: Uint8Array): Promise<ByteArray> => decodeImage(bytes, { name: 'image' });

describe('JPEG', () => {
  for (const [name, { pixels }] of Object.entries(fixtures)) {
    if (name === 'arithmetic') continue;
    test(`${name}: size and pixels of the picture it was made from`, async () => {
      const image = await read(jpegOf(name));
      const gray = typeof pixels[0]![0] === 'number';
      const sides = [pixels.length, pixels[0]!.length];
      expect(image.shape).toEqual(gray ? sides : [...sides, 3]);
      const header = readImageHeader(jpegOf(name));
      expect(header).toEqual({ format: 'jpeg', height: sides[0], width: sides[1], colors: gray ? 1 : 3 });
      const expected = pixels.flat(2);
      const worst = Math.max(...image.data.map((value, i) => Math.abs(value - expected[i]!)));
      // At quality 100 coefficients are rounded to integers, ±0.5 each; in YCbCr and back, 8-bit rounding adds ±1 twice.
      expect(worst).toBeLessThanOrEqual(3);
    });
  }

  test('refuses arithmetic coding, and goes on after it', async () => {
    await expect(read(jpegOf('arithmetic'))).rejects.toThrow(
      /image: the JPEG is damaged or unsupported \(.*arithmetic/,
    );
    expect((await read(jpegOf('grey'))).shape).toEqual([13, 20]);
  });

  test('refuses a truncated image, wherever it ends', async () => {
    const bytes = jpegOf('baseline');
    for (const share of [0.001, 0.1, 0.5, 0.8, 0.95]) {
      await expect(read(bytes.subarray(0, Math.floor(share * bytes.length)))).rejects.toThrow(DataError);
    }
  });

  test('refuses two components and a size beyond the file, before it decodes', async () => {
    const bytes = jpegOf('baseline');
    const frame = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xc0);
    const two = bytes.slice();
    two[frame + 9] = 2;
    await expect(read(two)).rejects.toThrow(/a JPEG of 2 colours; grey, RGB and CMYK are read/);
    const huge = bytes.slice();
    huge.fill(0xff, frame + 5, frame + 9);
    await expect(read(huge)).rejects.toThrow(/claims 65535×65535 pixels in \d+ bytes/);
  });

  /** Of other sides, as its header claims, and with as many bytes as they may take. */
  const claiming = (name: string, side: number): Uint8Array => {
    const jpeg = jpegOf(name);
    const bytes = new Uint8Array(jpeg.length + side ** 2 / 500);
    bytes.set(jpeg);
    const frame = jpeg.findIndex((byte, at) => byte === 0xff && [0xc0, 0xc2].includes(jpeg[at + 1]!));
    new DataView(bytes.buffer).setUint32(frame + 5, (side << 16) | side);
    return bytes;
  };

  test('counts what the decoder keeps until its end, before it decodes', async () => {
    await expect(read(claiming('baseline', 8200))).rejects.toThrow(
      /image: 8200×8200 pixels are more than the 67 million .* megapixels=68, for which decoding takes up to 590 MB/,
    );
    expect(keptCoefficients(jpegOf('progressive'), 'image')).toBe(3);
    expect(keptCoefficients(jpegOf('baseline'), 'image')).toBe(0);
    await expect(read(claiming('progressive', 5200))).rejects.toThrow(/more than the 26 million/);
    // A scan of its own for each component: the first names one of three.
    const parted = jpegOf('baseline');
    parted[parted.findIndex((byte, at) => byte === 0xff && parted[at + 1] === 0xda) + 4] = 1;
    expect(keptCoefficients(parted, 'image')).toBeGreaterThan(0);
  });

  test('takes another limit, for smaller and for larger images', async () => {
    for (const bytes of [jpegOf('grey'), encodePng({ shape: [13, 20], data: new Uint8Array(260) })]) {
      await expect(decodeImage(bytes, { megapixels: 2.5e-4 })).rejects.toThrow(
        /more than the 0\.00025 million that megap/,
      );
      expect((await decodeImage(bytes, { megapixels: 2.6e-4 })).shape).toEqual([13, 20]);
    }
    const large = { width: 10_000, height: 10_000, bytesPerPixel: 4, kept: 6 };
    expect(() => {
      checkImageSize('x', large, {});
    }).toThrow(/the 26 million .* megapixels=100, for which decoding takes up to 1\.5 GB/);
    checkImageSize('x', large, { megapixels: 100 });
  });

  test('damaged bytes give an image or a DataError, and a sound image decodes afterwards', async () => {
    const sound = await read(jpegOf('progressive'));
    const edit = fc.tuple(fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(fixtures)),
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        async (name, edits) => {
          const bytes = jpegOf(name);
          for (const [at, value] of edits) bytes[at % bytes.length] = value;
          try {
            const image = await read(bytes);
            expect(image.data.length).toBe(sizeOf(image.shape));
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(await read(jpegOf('progressive'))).toEqual(sound);
  });
});

test('what is no image is named', async () => {
  await expect(read(new TextEncoder().encode('GIF89a'))).rejects.toThrow(
    /image: a GIF image, which is not read\. Convert it to PNG/,
  );
  await expect(read(new Uint8Array(0))).rejects.toThrow(/image: the file is empty/);
  const png = encodePng({ shape: [3, 5], data: new Uint8Array(15) });
  expect(readImageHeader(png)).toEqual({ format: 'png', height: 3, width: 5, colors: 1 });
  expect(() => readImageHeader(png.subarray(0, 20))).toThrow(DataError);
});

describe('resizeImage', () => {
  const gray = (rows: number[][]): ByteArray => ({
    dtype: 'uint8',
    shape: [rows.length, rows[0]!.length],
    data: Uint8Array.from(rows.flat()),
  });

  test('the same size changes nothing', () => {
    const image = gray([
      [0, 255, 3],
      [7, 9, 200],
    ]);
    expect(resizeImage(image, { height: 2, width: 3 })).toEqual(image);
  });

  test('halves by the mean of four, and thirds by shares of a pixel', () => {
    const image = gray([
      [0, 100, 10, 20],
      [50, 50, 30, 40],
    ]);
    expect([...resizeImage(image, { height: 1, width: 2 }).data]).toEqual([50, 25]);
    // Two pixels of width 2/3: (0 + 30/2) / 1.5 and (30/2 + 90) / 1.5.
    expect([...resizeImage(gray([[0, 30, 90]]), { height: 1, width: 2, fit: 'stretch' }).data]).toEqual([10, 70]);
  });

  test('grows into blocks', () => {
    expect([...resizeImage(gray([[10, 20]]), { height: 2, width: 4 }).data]).toEqual([10, 10, 20, 20, 10, 10, 20, 20]);
  });

  test('crops the middle unless told to stretch', () => {
    const wide = gray([
      [1, 1, 100, 100, 3, 3],
      [1, 1, 100, 100, 3, 3],
    ]);
    expect([...resizeImage(wide, { height: 1, width: 1 }).data]).toEqual([100]);
    expect([...resizeImage(wide, { height: 1, width: 1, fit: 'stretch' }).data]).toEqual([35]);
  });

  test('keeps the mean when it stretches, whatever the sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (height, width, seed) => {
        const source = gray(
          Array.from({ length: 17 }, (_, y) => Array.from({ length: 23 }, (_, x) => (x * 91 + y * 57 + seed) % 256)),
        );
        const mean = (values: Uint8Array): number => values.reduce((a, b) => a + b) / values.length;
        const { data } = resizeImage(source, { height, width, fit: 'stretch' });
        // Each pixel is rounded by at most 0.5.
        expect(Math.abs(mean(data) - mean(source.data))).toBeLessThanOrEqual(0.5 + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test('grey from RGB and RGB from grey', () => {
    const colors: ByteArray = { dtype: 'uint8', shape: [1, 2, 3], data: Uint8Array.of(200, 100, 50, 255, 255, 255) };
    // 0.299 · 200 + 0.587 · 100 + 0.114 · 50 = 124.2
    expect([...resizeImage(colors, { height: 1, width: 2, channels: 1 }).data]).toEqual([124, 255]);
    expect([...resizeImage(gray([[7, 9]]), { height: 1, width: 2, channels: 3 }).data]).toEqual([7, 7, 7, 9, 9, 9]);
  });

  test('refuses what is no image or no size', () => {
    const one = gray([[1]]);
    expect(() => resizeImage({ ...one, shape: [1] }, { height: 1, width: 1 })).toThrow(ShapeError);
    for (const side of [0, 1.5, NaN]) expect(() => resizeImage(one, { height: side, width: 1 })).toThrow(ValueError);
  });
});
