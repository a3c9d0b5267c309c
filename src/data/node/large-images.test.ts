import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodePng } from '../../io/index.ts';
import { testDataset } from '../../testing/dataset.ts';
import { examplesOf } from '../index.ts';
import type { DatasetOptions, DatasetSplits, LoadProgress } from '../index.ts';
import { readImageFolder } from './index.ts';

let folder: string;
let photos: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-images-'));
  [photos, cache] = [join(folder, 'photos'), join(folder, 'cache')];
  for (let k = 0; k < 30; k++) put(`${['cat', 'dog'][k % 2] ?? ''}/${k}.png`, picture(k));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(photos, name)), { recursive: true });
  writeFileSync(join(photos, name), bytes);
}
const picture = (k: number): Uint8Array =>
  encodePng({ shape: [7, 5, 3], data: Uint8Array.from({ length: 105 }, (_, i) => (i * 31 + k * 17) % 256) });
const large = (options: DatasetOptions = {}, onProgress?: (progress: LoadProgress) => void): Promise<DatasetSplits> =>
  readImageFolder(photos, options, { memoryLimit: 0, cacheFolder: cache, ...(onProgress && { onProgress }) });

const forms: readonly DatasetOptions[] = [{}, { size: 4 }, { channels: 1 }, { testFraction: 0 }];
test.each(forms)('on disk as in memory, to the bit: %j', async (options) => {
  const [disk, memory] = [await large(options), await readImageFolder(photos, options)];
  expect(disk.options).toEqual(memory.options);
  for (const split of ['train', 'test'] as const) {
    const [a, b] = [disk[split], memory[split]];
    expect([a?.size, a?.name, a?.kind, a?.support]).toEqual([b?.size, b?.name, b?.kind, b?.support]);
    if (!a || !b) continue;
    expect([a.sampleShape, a.labels, a.classNames]).toEqual([b.sampleShape, b.labels, b.classNames]);
    expect(examplesOf(a)).toEqual(examplesOf(b));
    testDataset(() => a);
  }
  expect(disk.notes.filter((note) => !memory.notes.includes(note))).toEqual([
    expect.stringMatching(/is large: its pixels are read from .*images.*\.records as they are needed/),
  ]);
});

test('images are decoded once, until a file changes', async () => {
  const decoded: number[] = [];
  const once = async (): Promise<number> => {
    decoded.length = 0;
    await large({}, ({ done }) => decoded.push(done));
    return decoded.length;
  };
  expect([await once(), await once()]).toEqual([30, 0]);
  utimesSync(join(photos, 'cat', '0.png'), 1, 1);
  expect([await once(), await once()]).toEqual([30, 0]);
  rmSync(join(photos, 'dog', '1.png'));
  expect(await once()).toBe(29);
  expect(readdirSync(join(cache, 'images'))).toHaveLength(3);
});

test('what could not be read is remembered with the pixels', async () => {
  for (let k = 30; k < 200; k++) put(`${['cat', 'dog'][k % 2] ?? ''}/${k}.png`, picture(k));
  const sound = picture(0);
  put('cat/0.png', sound.subarray(0, sound.length - 20));
  const [first, again] = [await large({ testFraction: 0 }), await large({ testFraction: 0 })];
  expect(again.train.size).toBe(199);
  expect(again.notes).toEqual(first.notes);
  expect(again.notes[0]).toMatch(/1 of 200 images cannot be read, left aside:/);
  expect(examplesOf(again.train)).toEqual(examplesOf((await readImageFolder(photos, { testFraction: 0 })).train));
});

test('too many unreadable images leave nothing behind; a damaged cache says what to do', async () => {
  for (let k = 0; k < 30; k += 2) put(`cat/${k}.png`, picture(k).subarray(0, 60));
  put('dog/1.png', picture(1).subarray(0, 60));
  await expect(large()).rejects.toThrow(/16 of 30 images cannot be read\. More than half/);
  put('dog/1.png', picture(1));
  await expect(large({ unreadable: 'fail' })).rejects.toThrow(/15 of 30 images cannot be read\./);
  expect(readdirSync(join(cache, 'images'))).toEqual([]);
  await large();
  const [file = ''] = readdirSync(join(cache, 'images'));
  truncateSync(join(cache, 'images', file), 50);
  await expect(large()).rejects.toThrow(/a damaged file of the cache .*Delete it, and try again/);
});
