import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError, sizeOf } from '../core/index.ts';
import { decodeImage, readImageHeader } from './index.ts';
import type { DecodedImage } from './index.ts';

const read = (bytes: Uint8Array, background?: number): Promise<DecodedImage> =>
  decodeImage(bytes, { name: 'image.webp', ...(background !== undefined && { background }) });
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

// Made by cwebp: noise of 5 × 4 with alpha 0, ¼, … 1 from left to right, lossless (its PNG's bytes below) and lossy; red to blue.
const lossless = bytesOf('UklGRqAAAABXRUJQVlA4TJMAAAAvBMAAEJ+gNrZtKBIS6eBXQQ/qFYsoYqeEfe1DTSRbDTnVWEAHZjCBKSpk/Y4ch1EkSYpiX8wkgZ2swbNxevgE3GsFTBiIJOMk+9eMZE+z+B+bMYh1/8Z3SEGHlGm+BhVQmfyB7Y7edqReIJO1ePob4UoXgN9CAzSc60RagcK2jdTQMT5/RP/jLRoWt/9JKEbfUxQA'); // prettier-ignore
const alpha = bytesOf('UklGRqAAAABXRUJQVlA4WAoAAAAQAAAABAAAAwAAQUxQSBUAAAAAAECAv/8AQIC//wBAgL//AECAv/8AVlA4IGQAAAAwAgCdASoFAAQAAUAmJbACdLoAkwAFDu5GoAD9ti31iO7e0b+/twfr/Tf/T3/cLai9RXPtAjK+X5vAQx4XoniP5kHnr/1N8APqmXYv+P9rRM55r0bfDv6OTFR8T+XV8Wt53AAA'); // prettier-ignore
const lossy = bytesOf('UklGRnAAAABXRUJQVlA4IGQAAABQBACdASoUAAwAPjEUiEKiISEYBAAgAwS2AE6XQCTAf4DCAPX/AeSAWKIMAP78V0wrH/clVOE9yq8KpHcuFUl/+6DZwSf+6DZwSf/nGx9W//nGx9Wcf5kdxXFnh9dlLwo58AAA'); // prettier-ignore
const rgba = Buffer.from('cf76b5003b3938402712f180bd4624bffcfb6aff9cb64b00d453d940b341fe807dc3a7bf703fdbffb0c3fb00fefd0740aa8a0c8024f2cbbf023605ffe8ee6b00311c4440c23e3a8010b3f5bf03c13fff', 'hex'); // prettier-ignore

test('lossless with alpha: the pixels that it was made from, mixed with white or the background', async () => {
  for (const background of [undefined, 0, 100]) {
    const image = await read(lossless, background);
    const expected = Array.from({ length: 60 }, (_, i) => {
      const a = rgba[4 * Math.floor(i / 3) + 3]! / 255;
      return Math.round(a * rgba[4 * Math.floor(i / 3) + (i % 3)]! + (1 - a) * (background ?? 255));
    });
    expect(image).toEqual({ dtype: 'uint8', shape: [4, 5, 3], data: Uint8Array.from(expected), transparent: true });
  }
});

test('lossy: size and colours; headers of all three kinds', async () => {
  const { shape, data, transparent } = await read(lossy);
  expect([shape, transparent]).toEqual([[12, 20, 3], undefined]);
  const pixel = (y: number, x: number): number[] => [...data.subarray((y * 20 + x) * 3, (y * 20 + x) * 3 + 3)];
  expect(pixel(0, 9)[0]! - pixel(0, 9)[2]!).toBeGreaterThan(200);
  expect(pixel(11, 9)[2]! - pixel(11, 9)[0]!).toBeGreaterThan(200);
  const about = { format: 'webp', colors: 3 };
  expect(readImageHeader(lossy)).toEqual({ ...about, height: 12, width: 20 });
  for (const bytes of [lossless, alpha]) expect(readImageHeader(bytes)).toEqual({ ...about, height: 4, width: 5 });
  expect((await read(alpha)).transparent).toBe(true);
});

test('animations, sizes beyond the file and every truncation are refused', async () => {
  const animated = alpha.slice();
  animated[20]! |= 2;
  await expect(read(animated)).rejects.toThrow(/image\.webp: an animated WebP, which is no single image/);
  const huge = alpha.slice();
  huge.fill(0xff, 24, 30);
  await expect(read(huge)).rejects.toThrow(/claims 16777216×16777216 pixels in 168 bytes/);
  for (let length = 0; length < lossless.length; length += 7) {
    await expect(read(lossless.subarray(0, length))).rejects.toThrow(DataError);
  }
});

test('damaged bytes give an image or a DataError, and a sound image decodes afterwards', async () => {
  const edit = fc.tuple(fc.nat(), fc.nat(255));
  const damaged = fc.asyncProperty(
    fc.constantFrom(lossless, lossy, alpha),
    fc.array(edit, { minLength: 1, maxLength: 5 }),
    async (sound, edits) => {
      const bytes = sound.slice();
      for (const [at, value] of edits) bytes[at % bytes.length] = value;
      try {
        const image = await read(bytes);
        expect(image.data.length).toBe(sizeOf(image.shape));
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    },
  );
  await fc.assert(damaged, { numRuns: 200 });
  expect((await read(lossless)).shape).toEqual([4, 5, 3]);
});
