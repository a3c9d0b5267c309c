import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError, ValueError } from '../../core/index.ts';
import { encodeIdx, gzip } from '../../io/index.ts';
import { examplesOf, grayFraction, listDatasets } from '../index.ts';
import { readIdxFolder, resolveDataset } from './index.ts';

const glyphs = process.env.ROOTSIGMA_GLYPHS ?? '../shared/data/glyphs';
const images = (count: number, size = 2): Uint8Array =>
  encodeIdx({ shape: [count, size, size], data: Uint8Array.from({ length: count * size * size }, (_, i) => i % 256) });
const labels = (count: number): Uint8Array =>
  encodeIdx({ shape: [count], data: Uint8Array.from({ length: count }, (_, i) => i % 3) });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-data-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const put = (name: string, bytes: Uint8Array): void => {
  writeFileSync(join(folder, name), bytes);
};

describe('readIdxFolder', () => {
  test('reads both splits, compressed or not, with labels', () => {
    put('train-images-idx3-ubyte.gz', gzip(images(5)));
    put('train-labels-idx1-ubyte', labels(5));
    put('t10k-images.idx3-ubyte', images(2));
    put('t10k-labels-idx1-ubyte.gz', gzip(labels(2)));
    const { source, train, test: held, notes } = readIdxFolder(folder);
    expect(source).toBe(folder);
    expect(notes).toEqual([]);
    expect(train).toMatchObject({ kind: 'idx', size: 5, sampleShape: [2, 2], labels: Uint8Array.of(0, 1, 2, 0, 1) });
    expect(held).toMatchObject({ size: 2, labels: Uint8Array.of(0, 1) });
    expect(examplesOf(train).data).toEqual(Float32Array.from({ length: 20 }, (_, i) => i / 255));
  });

  test('labels and test split may be missing, and that is noted', () => {
    put('train-images-idx3-ubyte', images(3));
    const { train, test: held, notes } = readIdxFolder(folder);
    expect(train.labels).toBeUndefined();
    expect(held).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining('no labels'), expect.stringContaining('no test split')]);
  });

  const broken: Record<string, [Record<string, Uint8Array>, RegExp]> = {
    'no images': [{}, /has no train-images-idx3-ubyte\[\.gz\]/],
    'fewer labels': [
      { 'train-images-idx3-ubyte': images(5), 'train-labels-idx1-ubyte': labels(4) },
      /train-labels-idx1-ubyte: expected 5 labels, .* found 4/,
    ],
    'labels named as images': [
      { 'train-images-idx3-ubyte': labels(5) },
      /train-images-idx3-ubyte: expected 3 dimensions \(images\), found 1 \(labels\)/,
    ],
    'images named as labels': [
      { 'train-images-idx3-ubyte': images(5), 'train-labels-idx1-ubyte': images(5) },
      /train-labels-idx1-ubyte: expected 1 dimension \(labels\), found 3/,
    ],
    'other sizes in the test split': [
      { 'train-images-idx3-ubyte': images(5), 't10k-images-idx3-ubyte': images(5, 3) },
      /training images are \[2, 2\], test images \[3, 3\]/,
    ],
    truncated: [
      { 'train-images-idx3-ubyte': images(5).subarray(0, 30) },
      /train-images-idx3-ubyte: truncated.*needs 20 bytes of elements, found 14/,
    ],
    'damaged gzip': [
      { 'train-images-idx3-ubyte.gz': gzip(images(5)).subarray(0, 20) },
      /ubyte\.gz: .*(damaged|truncated|checksum|claims)/,
    ],
    empty: [{ 'train-images-idx3-ubyte': images(0) }, /holds no pixels/],
    'not IDX': [
      { 'train-images-idx3-ubyte': new TextEncoder().encode('<!DOCTYPE html>') },
      /not an IDX file: expected magic 0x000008NN.*found 0x3c21444f/,
    ],
  };
  for (const [name, [files, message]] of Object.entries(broken)) {
    test(`refuses: ${name}`, () => {
      for (const [file, bytes] of Object.entries(files)) put(file, bytes);
      expect(() => readIdxFolder(folder)).toThrow(message);
      expect(() => readIdxFolder(folder)).toThrow(DataError);
    });
  }
});

describe('resolveDataset', () => {
  test('built-in names, with options that config.json can keep', async () => {
    const { source, train, test: held, options } = await resolveDataset('digits', { count: 20, testCount: 10 });
    expect([source, train.size, held!.size]).toEqual(['digits', 20, 10]);
    expect(options).toEqual({ seed: 0, count: 20, testCount: 10 });
    expect(examplesOf((await resolveDataset('digits', options)).train)).toEqual(examplesOf(train));
    expect(examplesOf(train, Uint32Array.of(0))).not.toEqual(examplesOf(held!, Uint32Array.of(0)));
    await expect(resolveDataset('digits', { size: 3 })).rejects.toThrow(
      /unknown option 'size'; known are seed, count, testCount/,
    );
  });

  test('folders', async () => {
    put('train-images-idx3-ubyte', images(3));
    expect((await resolveDataset(folder)).train.size).toBe(3);
    await expect(resolveDataset(folder, { count: 2 })).rejects.toThrow(ValueError);
  });

  test('anything else: what there is, and what a folder must contain', async () => {
    const message =
      /Built in: 'digits', 'sprites', 'mnist', 'fashion-mnist'.*PNG, JPEG or WebP.*must contain train-images-idx3-ubyte/;
    mkdirSync(join(folder, 'empty'));
    put('file', Uint8Array.of(1));
    for (const source of ['digit', join(folder, 'empty'), join(folder, 'file')]) {
      await expect(resolveDataset(source)).rejects.toThrow(message);
      await expect(resolveDataset(source)).rejects.toThrow(DataError);
    }
    await expect(resolveDataset('digit')).rejects.toThrow(/digit: no such data set, folder or file/);
    await expect(resolveDataset(join(folder, 'file'))).rejects.toThrow(/is a file of a kind that is not read/);
  });

  test('every data set that is drawn by code can be made', async () => {
    const drawn = listDatasets().filter(({ download }) => download === undefined);
    expect(drawn.map(({ name }) => name)).toEqual(['digits', 'sprites']);
    for (const { name, sampleShape, options } of drawn) {
      const { train } = await resolveDataset(name, { ...options, count: 10, testCount: 10 });
      expect(train.sampleShape).toEqual(sampleShape);
    }
  });
});

describe.skipIf(!existsSync(glyphs))(`real data in IDX files${existsSync(glyphs) ? '' : ` (no ${glyphs})`}`, () => {
  test('is read with counts, labels and grey values', async () => {
    const { train, test: held, notes } = await resolveDataset(glyphs);
    expect([train.size, held!.size, ...train.sampleShape]).toEqual([22320, 3968, 28, 28]);
    expect(notes).toEqual([]);
    expect(train.labels!.length).toBe(22320);
    expect(grayFraction(train, { limit: 100 })).toBeGreaterThan(0.05);
  });
});
