import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError, ValueError } from '../../core/index.ts';
import { encodePng } from '../../io/index.ts';
import type { DataConfig } from '../config.ts';
import { testDataset } from '../../testing/dataset.ts';
import { examplesOf } from '../index.ts';
import type { Dataset, LoadProgress } from '../index.ts';
import { readImageFiles, readImageFolder, resolveDataset } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-images-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const cases = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/cases/images/${name}`, import.meta.url));
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
  test('at any depth, in the order of their paths; hidden ones and litter do not count, others are counted', async () => {
    put('b.png', png(2));
    put('a/z.PNG', png(1));
    put('c/d/e.png', png(3));
    put('notes.txt', Uint8Array.of(1));
    put('a/README', Uint8Array.of(1));
    put('a/moving.gif', Uint8Array.of(1));
    put('c/new.TIFF', Uint8Array.of(1));
    put('c/other.tiff', Uint8Array.of(1));
    put('a/Thumbs.db', Uint8Array.of(1));
    put('__MACOSX/a/z.png', Uint8Array.of(1));
    put('.hidden.png', png(9));
    put('.thumbnails/x.png', png(9));
    expect(await firstValues(folder)).toEqual([1, 2, 3]);
    const { train, notes } = await readImageFolder(folder);
    expect(notes.slice(0, 2)).toEqual([
      'images of other formats than PNG, JPEG and WebP are left aside: 2 .tiff, 1 .gif. Convert them to PNG to have them.',
      'files that are no images are passed over: 1 without an ending, 1 .txt.',
    ]);
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

describe('transparency and range', () => {
  test('transparent pixels are composed on white, or on a background; said and kept', async () => {
    // RGBA 1 × 2, made with zlib: half transparent red, opaque blue.
    const bytes = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGP4z8DQwMDw/z8ADX4DfuoeFyEAAAAASUVORK5CYII=',
      'base64',
    );
    put('a.png', bytes);
    const values = ({ train }: { train: Dataset }): number[] =>
      [...examplesOf(train).data].map((value) => Math.round(255 * value));
    const white = await readImageFolder(folder);
    // 128/255 of red over white: 255, 127, 127.
    expect(values(white)).toEqual([255, 127, 127, 0, 0, 255]);
    expect(white.options).toMatchObject({ background: 255 });
    expect(white.notes[0]).toMatch(/transparent pixels \(in 1 image\) are composed on white; .*background/);
    const black = await readImageFolder(folder, { background: 0 });
    expect([values(black), black.options]).toEqual([
      [128, 0, 0, 0, 0, 255],
      expect.objectContaining({ background: 0 }),
    ]);
    const like = { kind: 'images', options: black.options } as unknown as DataConfig;
    expect(values(await readImageFolder(folder, {}, { like }))).toEqual(values(black));
  });

  test('grey with one transparent value (tRNS)', async () => {
    const { train, options } = await readImageFolder(cases('grey-transparent'), { testFraction: 0 });
    const { data } = examplesOf(train);
    const black = await readImageFolder(cases('grey-transparent'), { testFraction: 0, background: 0 });
    const onBlack = examplesOf(black.train).data;
    expect([train.sampleShape, options]).toEqual([[24, 24], expect.objectContaining({ background: 255 })]);
    // White where it is transparent, and the same elsewhere.
    const differ = Array.from(data).flatMap((value, i) => (value === onBlack[i] ? [] : [value, onBlack[i]!]));
    expect(new Set(differ)).toEqual(new Set([1, 0]));
  });

  test('12 bits in 16: the range of the folder, said, kept, and taken for other images', async () => {
    const source = cases('grey-16bit-12');
    const auto = await readImageFolder(source, { testFraction: 0 });
    expect(auto.options).toMatchObject({ range: 4095 });
    expect(auto.notes[0]).toMatch(/16-bit values \(in 12 images\) reach \d+: 4095 and more become white/);
    const values = examplesOf(auto.train).data;
    expect(Math.max(...values)).toBeGreaterThan(0.9);
    expect(new Set(values).size).toBeGreaterThan(100);
    const full = await readImageFolder(source, { testFraction: 0, range: 'full' });
    expect(Math.max(...examplesOf(full.train).data)).toBeLessThan(0.07);
    expect(full.notes[0]).toMatch(/reach \d+ of 65535 only: nearly black/);
    expect(full.options).not.toHaveProperty('range');
    for (const [made, range] of [
      [auto, 4095],
      [full, undefined],
    ] as const) {
      // prettier-ignore
      const like = { kind: 'images', options: made.options } as unknown as DataConfig;
      const again = await readImageFolder(source, {}, { like });
      expect([examplesOf(again.train), again.options!.range]).toEqual([examplesOf(made.train), range]);
    }
    const cut = await readImageFolder(source, { testFraction: 0, range: 1000 });
    expect(cut.notes).toContainEqual(expect.stringMatching(/images with values above 1000: they were cut there/));
    const cache = { memoryLimit: 0, cacheFolder: join(folder, 'cache') };
    const large = await readImageFolder(source, { testFraction: 0 }, cache);
    expect([examplesOf(large.train), large.options]).toEqual([examplesOf(auto.train), auto.options]);
    expect((await readImageFolder(source, { testFraction: 0 }, cache)).notes).toEqual(large.notes);
    for (const range of [0, 65536, 1.5, 'half']) {
      await expect(readImageFolder(source, { range: range as number })).rejects.toThrow(/range must be 'auto', 'full'/);
    }
  });
});

describe('other ways to come to images', () => {
  test('links are followed, to files and folders, but not in circles', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'rootsigma-elsewhere-'));
    try {
      put('a/1.png', png(1));
      writeFileSync(join(elsewhere, '2.png'), png(2));
      symlinkSync(elsewhere, join(folder, 'b'));
      symlinkSync(join(elsewhere, '2.png'), join(folder, 'a', '3.png'));
      symlinkSync(folder, join(folder, 'a', 'round'));
      symlinkSync(join(folder, 'nowhere.png'), join(folder, 'a', 'dead.png'));
      const { train, notes } = await readImageFolder(folder, { testFraction: 0 });
      expect(Array.from({ length: train.size }, (_, i) => train.names!.at(i))).toEqual([
        'a/1.png',
        'a/3.png',
        'b/2.png',
      ]);
      expect([train.classNames, [...train.labels!]]).toEqual([
        ['a', 'b'],
        [0, 0, 1],
      ]);
      expect(notes.slice(0, 2)).toEqual([
        `${folder}: 1 of 4 images cannot be read, left aside:`,
        expect.stringMatching(/^ {2}a\/dead\.png: cannot be read/),
      ]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('endings in any case, and contents that are of another format than the ending says', async () => {
    const jpeg = Buffer.from(fixtures.grey!.jpeg, 'base64');
    for (const name of ['a.JFIF', 'b.jpe', 'c.JPG', 'd.png']) put(name, jpeg);
    put('e.jpeg', png(1, 13, 20));
    const { train, notes } = await readImageFolder(folder, { testFraction: 0 });
    expect([train.size, train.sampleShape, notes]).toEqual([
      5,
      [13, 20],
      ['5 images as 13×20 grey.', expect.any(String)],
    ]);
  });

  test('a CMYK file among others is an image like them', async () => {
    const { train, notes } = await readImageFolder(cases('one-cmyk'), { testFraction: 0 });
    expect([train.size, notes[0]]).toEqual([4, '4 images as 24×24 RGB.']);
  });

  test('one image, or several by name, for a trained model', async () => {
    put('a.png', png(7, 10, 10));
    put('b.png', png(9, 10, 10));
    const like = { kind: 'images', options: { size: [5, 4], channels: 1, fit: 'crop' } } as unknown as DataConfig;
    const [a, b] = [join(folder, 'a.png'), join(folder, 'b.png')];
    const one = await resolveDataset(a, {}, { like });
    expect([one.train.size, one.train.sampleShape, one.train.names!.at(0)]).toEqual([1, [5, 4], a]);
    const { train } = await readImageFiles([b, a], {}, { like });
    expect(Array.from(examplesOf(train).data, (value) => Math.round(255 * value))).toEqual([...Array<number>(20).fill(9), ...Array<number>(20).fill(7)]); // prettier-ignore
    await expect(resolveDataset(a)).rejects.toThrow(/a\.png: is an image, for a trained model; name a folder/);
    put('x.gif', new TextEncoder().encode('GIF89a'));
    await expect(resolveDataset(join(folder, 'x.gif'), {}, { like })).rejects.toThrow(
      /x\.gif: a GIF image, which is not/,
    );
  });
});

describe('what is refused', () => {
  test('what cannot be read is left aside and named, all in one list', async () => {
    for (const name of ['a', 'b', 'c', 'd']) put(`${name}.png`, png(1));
    put('cut.png', png(1).subarray(0, 45));
    put('page.png', new TextEncoder().encode('<html>'));
    put('empty.jpg', new Uint8Array(0));
    put('moving.png', new TextEncoder().encode('GIF89a'));
    const { train, notes } = await readImageFolder(folder, { testFraction: 0 });
    expect(train.size).toBe(4);
    expect(notes.slice(0, 5)).toEqual([
      `${folder}: 4 of 8 images cannot be read, left aside:`,
      '  empty.jpg: the file is empty.',
      '  moving.png: a GIF image, which is not read. Convert it to PNG.',
      '  page.png: neither a PNG, a JPEG nor a WebP image: it starts with 3c 68 74 6d.',
      expect.stringMatching(/^ {2}cut\.png: the PNG is damaged/),
    ]);
    await expect(readImageFolder(folder, { unreadable: 'fail' })).rejects.toThrow(
      /4 of 8 images cannot be read\. Repair or remove them, or leave out 'unreadable=fail'\.\n {2}empty\.jpg: /,
    );
  });

  test('more than half is an error, unless they shall be skipped; nothing at all always', async () => {
    put('a.png', png(1));
    for (const name of ['b', 'c']) put(`${name}.png`, Uint8Array.of(1));
    const all = readImageFolder(folder);
    await expect(all).rejects.toThrow(/2 of 3 images cannot be read\. More than half: .*\n {2}b\.png.*\n {2}c\.png/);
    await expect(all).rejects.toThrow(DataError);
    expect((await readImageFolder(folder, { unreadable: 'skip', testFraction: 0 })).train.size).toBe(1);
    rmSync(join(folder, 'a.png'));
    await expect(readImageFolder(folder, { unreadable: 'skip' })).rejects.toThrow(/2 of 2 images cannot be read/);
    await expect(readImageFolder(folder, { unreadable: 'no' as 'skip' })).rejects.toThrow(ValueError);
  });

  test('options that make no sense', async () => {
    put('a.png', png(1));
    await expect(readImageFolder(folder, { size: 0 })).rejects.toThrow(ValueError);
    await expect(readImageFolder(folder, { size: [4, 2.5] })).rejects.toThrow(/must be a whole number in \[1, 4097\)/);
    await expect(readImageFolder(folder, { channels: 2 as 1 })).rejects.toThrow(/channels must be 1/);
    await expect(readImageFolder(folder, { background: 256 })).rejects.toThrow(ValueError);
    await expect(readImageFolder(folder, { count: 3 })).rejects.toThrow(/unknown option 'count'/);
    mkdirSync(join(folder, 'empty'));
    await expect(readImageFolder(join(folder, 'empty'))).rejects.toThrow(/holds no PNG, JPEG or WebP files/);
  });
});
