import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError, ValueError } from '../../core/index.ts';
import { encodePng } from '../../io/index.ts';
import type { DataConfig } from '../../io/index.ts';
import { testDataset } from '../../testing/dataset.ts';
import { examplesOf } from '../index.ts';
import { readImageFolder, resolveDataset } from './index.ts';
import type { LoadProgress } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-images-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const put = (name: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
};
const png = (value: number, height = 4, width = 6, channels: 1 | 3 = 1): Uint8Array =>
  encodePng({ shape: [height, width, channels], data: new Uint8Array(height * width * channels).fill(value) });
const firstValues = async (source: string): Promise<number[]> => {
  const { train } = await readImageFolder(source, { testFraction: 0 });
  const { data } = examplesOf(train);
  const size = data.length / train.size;
  return Array.from({ length: train.size }, (_, i) => Math.round(data[i * size]! * 255));
};
interface Fixture {
  readonly jpeg: string;
}
const fixtures = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/jpegs.json', import.meta.url), 'utf8'),
) as Record<string, Fixture>;

describe('which files', () => {
  test('PNG and JPEG at any depth, in the order of their paths; hidden ones and others do not count', async () => {
    put('b.png', png(2));
    put('a/z.PNG', png(1));
    put('c/d/e.png', png(3));
    put('notes.txt', Uint8Array.of(1));
    put('a/moving.gif', Uint8Array.of(1));
    put('c/new.WEBP', Uint8Array.of(1));
    put('c/other.webp', Uint8Array.of(1));
    put('.hidden.png', png(9));
    put('.thumbnails/x.png', png(9));
    expect(await firstValues(folder)).toEqual([1, 2, 3]);
    const { train, notes } = await readImageFolder(folder);
    expect(notes[0]).toBe('images of other formats than PNG and JPEG are left aside: 1 .gif, 2 .webp.');
    expect(train).toMatchObject({ kind: 'images', support: 'unit-interval', size: 3, sampleShape: [4, 6] });
    expect(train.labels).toBeUndefined();
  });

  test('class folders are labels', async () => {
    put('cat/1.png', png(10));
    put('cat/more/2.png', png(20));
    put('ape/1.png', png(30));
    const { train, notes } = await readImageFolder(folder, { testFraction: 0 });
    expect([train.classNames, train.labels]).toEqual([['ape', 'cat'], Uint32Array.of(0, 1, 1)]);
    expect(notes[0]).toBe('3 images as 4×6 grey, 2 classes by folder.');
    testDataset(() => train);
  });

  test('folders train, val and test are splits, with common classes below', async () => {
    for (const path of ['train/a/1', 'train/b/1', 'train/b/2', 'val/a/1', 'test/b/1']) put(`${path}.png`, png(5));
    const { train, validation, test: held, options } = await readImageFolder(folder);
    expect([train.size, validation?.size, held?.size]).toEqual([3, 1, 1]);
    expect([...train.labels!, ...held!.labels!]).toEqual([0, 1, 1, 1]);
    expect(options).toEqual({ size: [4, 6], channels: 1, fit: 'crop' });
    await expect(readImageFolder(folder, { testFraction: 0.5 })).rejects.toThrow(/its folders make the splits/);
  });

  test('else a share is held out by the seed, and the options give the same again', async () => {
    for (let i = 0; i < 20; i++) put(`${i}.png`, png(i));
    const { train, test: held, options, notes } = await readImageFolder(folder, { testFraction: 0.25, seed: 3 });
    expect([train.size, held!.size]).toEqual([15, 5]);
    expect(notes[1]).toBe('5 of 20 examples are held out as the test split.');
    const again = await resolveDataset(folder, options);
    expect(examplesOf(again.test!)).toEqual(examplesOf(held!));
    const other = await readImageFolder(folder, { testFraction: 0.25, seed: 4 });
    expect(examplesOf(other.test!)).not.toEqual(examplesOf(held!));
    expect((await readImageFolder(folder)).test!.size).toBe(2);
  });
});

describe('what they become', () => {
  test('images of one size up to 64 keep it; others become 32 × 32; RGB when any has colours', async () => {
    put('a.png', png(7, 64, 3));
    put('b.png', png(7, 64, 3));
    expect((await readImageFolder(folder)).train.sampleShape).toEqual([64, 3]);
    put('c.jpg', Buffer.from(fixtures.baseline!.jpeg, 'base64'));
    const { train, options } = await readImageFolder(folder);
    expect(train.sampleShape).toEqual([32, 32, 3]);
    expect(options).toMatchObject({ size: [32, 32], channels: 3, fit: 'crop' });
    testDataset(() => train);
    const asked = await readImageFolder(folder, { size: [8, 9], channels: 1, testFraction: 0 });
    expect(asked.train.sampleShape).toEqual([8, 9]);
    rmSync(join(folder, 'a.png'));
    rmSync(join(folder, 'c.jpg'));
    put('d.png', png(7, 65, 65));
    expect((await readImageFolder(folder)).train.sampleShape).toEqual([32, 32]);
  });

  test('the sides of a turned photograph are those that are seen', async () => {
    put('a.jpg', Buffer.from(fixtures['orientation 6']!.jpeg, 'base64'));
    expect((await readImageFolder(folder)).train.sampleShape).toEqual([20, 13, 3]);
  });

  test('for a trained model: as its images were, and nothing held out', async () => {
    for (let i = 0; i < 20; i++) put(`${i}.png`, png(i, 10, 10));
    const like = { kind: 'images', options: { size: [5, 4], channels: 3, fit: 'crop' } } as unknown as DataConfig;
    const { train, test: held } = await readImageFolder(folder, {}, { like });
    expect([train.sampleShape, train.size, held]).toEqual([[5, 4, 3], 20, undefined]);
  });

  test('progress is told, and it can be interrupted', async () => {
    for (let i = 0; i < 3; i++) put(`${i}.png`, png(i));
    const seen: LoadProgress[] = [];
    await readImageFolder(folder, {}, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3].map((done) => ({ what: folder, unit: 'files', done, total: 3 })));
    await expect(readImageFolder(folder, {}, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
  });
});

describe('what is refused', () => {
  test('one unreadable image of a few, by its name', async () => {
    put('good.png', png(1));
    put('bad.png', png(1).subarray(0, 45));
    await expect(readImageFolder(folder)).rejects.toThrow(/an image is unreadable: .*bad\.png: the PNG is damaged/);
    await expect(readImageFolder(folder)).rejects.toThrow(DataError);
    put('bad.png', new TextEncoder().encode('<html>'));
    await expect(readImageFolder(folder)).rejects.toThrow(/bad\.png: neither a PNG nor a JPEG image/);
  });

  test('up to one in a hundred is left out and named', async () => {
    for (let i = 0; i < 199; i++) put(`${1000 + i}.png`, png(i));
    put('0.png', png(0).subarray(0, 45));
    const { train, notes } = await readImageFolder(folder, { testFraction: 0 });
    expect(train.size).toBe(199);
    expect(notes[0]).toMatch(/^1 unreadable image is left out: .*0\.png: the PNG is damaged/);
    for (let i = 1; i < 4; i++) put(`${i}.png`, Uint8Array.of(1));
    await expect(readImageFolder(folder)).rejects.toThrow(
      /more than 2 of 203 images are unreadable, the first: .*1\.png/,
    );
  });

  test('transparency, unless there is a background', async () => {
    // RGBA 1 × 2, made with zlib: half transparent red, opaque blue.
    const bytes = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGP4z8DQwMDw/z8ADX4DfuoeFyEAAAAASUVORK5CYII=',
      'base64',
    );
    put('a.png', bytes);
    await expect(readImageFolder(folder)).rejects.toThrow(/a\.png: has transparent pixels/);
    const { train, options } = await readImageFolder(folder, { background: 255 });
    // 128/255 of red over white: 255, 127, 127.
    expect([...examplesOf(train).data].map((value) => Math.round(255 * value))).toEqual([255, 127, 127, 0, 0, 255]);
    expect(options).toMatchObject({ background: 255 });
  });

  test('options that make no sense', async () => {
    put('a.png', png(1));
    await expect(readImageFolder(folder, { size: 0 })).rejects.toThrow(ValueError);
    await expect(readImageFolder(folder, { size: [4, 2.5] })).rejects.toThrow(/must be a whole number in \[1, 4097\)/);
    await expect(readImageFolder(folder, { channels: 2 as 1 })).rejects.toThrow(/channels must be 1/);
    await expect(readImageFolder(folder, { background: 256 })).rejects.toThrow(ValueError);
    await expect(readImageFolder(folder, { count: 3 })).rejects.toThrow(/unknown option 'count'/);
    mkdirSync(join(folder, 'empty'));
    await expect(readImageFolder(join(folder, 'empty'))).rejects.toThrow(/holds no PNG or JPEG files/);
  });
});
