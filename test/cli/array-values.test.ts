// Arrays for a trained run, of which one number is outside what it was trained on: nothing is divided because of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NdArray, examplesOf, makeDigits, readArray } from '../../src/index.ts';
import { encodeNpy, zip } from '../../src/io/index.ts';
import { newFolder, rootsigma } from './harness.ts';

const folder = newFolder();
const at = (name: string): string => join(folder, name);
const clean = examplesOf(makeDigits({ count: 4, seed: 4 }));
const stray = Float32Array.from(clean.data);
stray[2 * 784 + 31] = 2;
const gappy = Float32Array.from(stray).fill(NaN, 0, 392);

beforeAll(async () => {
  const digits = ['train', 'digits', '--count', '60', '--test-count', '10', '--epochs', '1', '--latent', '2', '--hidden', '8', '--quiet']; // prettier-ignore
  expect((await rootsigma([...digits, '--out', at('bernoulli')])).code).toBe(0);
  expect((await rootsigma([...digits, '--out', at('gaussian'), '--likelihood', 'gaussian'])).code).toBe(0);
  const write = (name: string, values: Float32Array<ArrayBuffer>): void => {
    const npy = encodeNpy(new NdArray(values, [values.length / 784, 28, 28]));
    writeFileSync(at(`${name}.npy`), npy);
    writeFileSync(at(`${name}.npz`), zip(new Map([['x.npy', npy]])));
  };
  write('clean', Float32Array.from(clean.data));
  write('stray', stray);
  write('gappy', gappy);
  writeFileSync(at('one.npy'), encodeNpy(new NdArray(stray.slice(2 * 784, 3 * 784), [28, 28])));
});

const verbs: readonly (readonly [verb: string, ...rest: string[]])[] = [
  ['encode', '-o', at('out.csv')],
  ['reconstruct', '-o', at('out.npy')],
  ['score', '-o', at('score.csv')],
  ['evaluate', '--draws', '2'],
  ['interpolate', '--pairs', '2', '-o', at('paths.npy')],
];

describe('a number outside [0, 1]', () => {
  it.each(verbs)(
    '%s: is refused by its file and example where the likelihood has no density for it',
    async (verb, ...rest) => {
      for (const data of ['stray.npy', 'stray.npz']) {
        const { code, stderr } = await rootsigma([verb, at('bernoulli'), '--data', at(data), ...rest]);
        expect([code, stderr]).toEqual([
          2,
          expect.stringMatching(/example 2 holds 2\D.*trained on numbers in \[0, 1\]/),
        ]);
      }
    },
  );

  it.each(verbs)('%s: is said, and taken as it is, where it has one', async (verb, ...rest) => {
    const { code, stderr } = await rootsigma([verb, at('gaussian'), '--data', at('stray.npy'), ...rest]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/stray\.npy: example 2 holds 2, taken as it is/)]);
    expect(stderr.match(/taken as it is/g)).toHaveLength(1);
    expect((await rootsigma([verb, at('gaussian'), '--data', at('clean.npy'), ...rest])).stderr).not.toMatch(/holds/);
  });

  it('leaves the codes of the other examples as they were', async () => {
    const codes = async (data: string): Promise<string[]> => {
      expect((await rootsigma(['encode', at('gaussian'), '--data', at(data), '-o', at('codes.csv')])).code).toBe(0);
      return readFileSync(at('codes.csv'), 'utf8').trimEnd().split('\n').slice(-4);
    };
    const [before, after] = [await codes('clean.npy'), await codes('stray.npz')];
    expect(after.map((line, k) => line === before[k])).toEqual([true, true, false, true]);
  });

  it('is named in one example', async () => {
    const { code, stderr } = await rootsigma(['encode', at('bernoulli'), '--data', at('one.npy'), '-o', at('one.csv')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/example 0 holds 2\D/)]);
  });

  it('impute: beside gaps, and what is there stays as it was', async () => {
    const impute = (run: string, data: string) => rootsigma(['impute', at(run), '--data', at(data), '--sweeps', '2', '-o', at('filled.npy')]); // prettier-ignore
    for (const data of ['gappy.npy', 'gappy.npz']) {
      const refused = await impute('bernoulli', data);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/gappy\.np.*example 2 holds 2/)]);
      const taken = await impute('gaussian', data);
      expect([taken.code, taken.stderr]).toEqual([
        0,
        expect.stringMatching(/gappy\.np.: example 2 holds 2, taken as it is/),
      ]);
      const { data: filled } = await readArray(at('filled.npy'));
      expect(filled.length).toBe(gappy.length);
      expect(filled.every((value, i) => Number.isNaN(gappy[i]) || value === gappy[i])).toBe(true);
    }
  });

  it('train --from: the same', async () => {
    const train = (from: string) => rootsigma(['train', at('stray.npy'), '--from', at(from), '--epochs', '1', '--data-option', 'testFraction=0', '--out', at(`${from}-on`), '--quiet']); // prettier-ignore
    const [refused, taken] = [await train('bernoulli'), await train('gaussian')];
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/example 2 holds 2 at/)]);
    expect(taken.code).toBe(0);
  });
});
