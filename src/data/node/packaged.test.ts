import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataError } from '../../core/index.ts';
import { encodeIdx, gzip } from '../../io/index.ts';
import { idxFileNames, idxSplits } from '../idx-files.ts';
import { resolveDataset } from './index.ts';
import { findPackaged, packagedDatasetsFolder } from './packaged.ts';

const { images, labels } = idxFileNames.train;
const pixels = encodeIdx({ shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) });
const classes = encodeIdx({ shape: [3], data: Uint8Array.of(2, 0, 1) });
const wanted = [
  { name: images, contents: createHash('md5').update(pixels).digest('hex') },
  { name: labels, contents: createHash('md5').update(classes).digest('hex') },
];

let folder: string;
const write = (name: string, bytes: Uint8Array): void => {
  writeFileSync(join(folder, name), bytes);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-packaged-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('what a package brought', () => {
  it.each([
    ['compressed', `${images}.gz`, gzip(pixels)],
    ['plain', images, pixels],
    ['by the other name', `${images.replace('-idx', '.idx')}.gz`, gzip(pixels)],
  ])('is read: %s', (_, name, bytes) => {
    write(name, bytes);
    write(`${labels}.gz`, gzip(classes));
    const { files, problem } = findPackaged(folder, wanted);
    expect(problem).toBeUndefined();
    const { train } = idxSplits(files!);
    expect([train.size, [...train.labels!]]).toEqual([3, [2, 0, 1]]);
    const out = new Float32Array(4);
    train.gather(Uint32Array.of(2), out);
    expect(out[3]).toBeCloseTo(220 / 255, 6);
  });

  it('is the file that is whole, where a damaged one lies beside it', () => {
    write(images, pixels.subarray(1));
    write(`${images}.gz`, gzip(pixels));
    write(labels, classes);
    expect(findPackaged(folder, wanted).files).toBeDefined();
  });

  it.each([
    ['missing', () => undefined, `has no ${images}[.gz].`],
    [
      'other contents',
      () => {
        write(images, classes);
      },
      /train-images-idx3-ubyte: the MD5 of its contents is .*, expected/,
    ],
    [
      'cut',
      () => {
        write(`${images}.gz`, gzip(pixels).subarray(0, 30));
      },
      /ubyte\.gz: .*The file is damaged/,
    ],
    [
      'empty',
      () => {
        write(images, new Uint8Array(0));
      },
      /expected .*not the file \(0 bytes\)/,
    ],
    [
      'a folder',
      () => {
        mkdirSync(join(folder, images));
      },
      /train-images-idx3-ubyte: cannot be read \(.*EISDIR/,
    ],
    [
      'a dangling link',
      () => {
        symlinkSync('nowhere', join(folder, images));
      },
      `has no ${images}[.gz].`,
    ],
  ])('is left aside, and what is wrong said: %s', (_, make, message) => {
    make();
    write(labels, classes);
    const { files, problem } = findPackaged(folder, wanted);
    expect(files).toBeUndefined();
    expect(problem).toMatch(message instanceof RegExp ? message : new RegExp(message.replace(/[[\].]/g, '\\$&')));
  });

  it('is nothing where there is no such folder', () => {
    expect(findPackaged(join(folder, 'none'), wanted)).toEqual({});
  });
});

it('a damaged package is said with its remedy where a download fails too', async () => {
  vi.stubEnv('ROOTSIGMA_MIRROR', 'http://127.0.0.1:1');
  mkdirSync(join(folder, 'fashion-mnist'));
  write(join('fashion-mnist', images), pixels);
  const failed = resolveDataset('fashion-mnist', {}, { packagedFolder: folder, cacheFolder: join(folder, 'cache') });
  await expect(failed).rejects.toThrow(DataError);
  await expect(failed).rejects.toThrow(
    /MD5 of its contents is [^]*--reinstall dataset-fashion-mnist` mends it\.\n[^]*could not be downloaded/,
  );
});

const debian = join(packagedDatasetsFolder, 'fashion-mnist');
const isInstalled = existsSync(join(debian, `${images}.gz`));
if (!isInstalled) console.log(`${debian}: the package dataset-fashion-mnist is not installed: its test skips.`);

describe.skipIf(!isInstalled)("Debian's dataset-fashion-mnist", () => {
  it('is fashion-mnist, with no network and no cache', async () => {
    vi.stubEnv('ROOTSIGMA_MIRROR', 'http://127.0.0.1:1');
    const { train, test, notes } = await resolveDataset('fashion-mnist', {}, { cacheFolder: join(folder, 'cache') });
    expect([train.size, test?.size, train.sampleShape]).toEqual([60_000, 10_000, [28, 28]]);
    expect(train.classNames![train.labels![0]!]).toBe('ankle boot');
    const counts = new Uint32Array(10);
    for (const label of train.labels!) counts[label]!++;
    expect([...counts]).toEqual(Array.from({ length: 10 }, () => 6000));
    // Published statistics of the training pixels: mean 0.2860, standard deviation 0.3530.
    const out = new Float32Array(60_000 * 784);
    train.gather(
      Uint32Array.from({ length: 60_000 }, (_, i) => i),
      out,
    );
    let sum = 0;
    let squares = 0;
    for (const value of out) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / out.length;
    expect(mean).toBeCloseTo(0.286, 3);
    expect(Math.sqrt(squares / out.length - mean ** 2)).toBeCloseTo(0.353, 3);
    expect(notes).toEqual([`fashion-mnist: taken from ${debian}, where its package put it.`]);
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  }, 60_000);
});
