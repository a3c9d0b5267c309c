// Codes of a VQ-VAE by their numbers, and labels that M2 infers, through the command line.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { load, readArray, readTable } from '../../src/index.ts';
import { newFolder, rootsigma } from './harness.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const small = ['--count', '100', '--test-count', '12', '--hidden', '8', '--epochs', '1', '--quiet'];

beforeAll(async () => {
  for (const [name, ...flags] of [
    ['vq', '--preset', 'vq-vae', '--latent', '4', '--codes', '6', '--code-size', '2'],
    ['m2', '--preset', 'm2', '--labelled', '40', '--latent', '2'],
  ] as const) {
    const { code, stderr } = await rootsigma(['train', 'digits', ...small, ...flags, '--out', file(name)]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  }
});

describe('codes of a VQ-VAE', () => {
  it('are decoded by their numbers, as they were written', async () => {
    for (const name of ['codes.csv', 'codes.npy']) {
      expect((await rootsigma(['encode', file('vq'), '--what', 'codes', '-o', file(name)])).code).toBe(0);
      const decoded = await rootsigma(['decode', file('vq'), '--data', file(name), '--codes', '-o', file('x.npy')]);
      expect([decoded.code, decoded.stderr]).toEqual([0, '']);
      const run = await load(file('vq'));
      const { codes } = await run.encode(await run.examples());
      expect(await readArray(file('x.npy'))).toEqual(await run.decode(codes!, { codes: true }));
    }
    const other = await rootsigma(['decode', file('m2'), '--data', file('codes.npy'), '--codes', '-o', file('x.npy')]);
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/the posterior 'diagonal' has none/)]);
  });

  it('have no spread to be written', async () => {
    for (const what of ['stddev', 'covariance']) {
      const { code, stderr } = await rootsigma(['encode', file('vq'), '--what', what, '-o', file('s.npy')]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/'vector-quantized' gives each example one point/)]);
    }
  });
});

describe('labels that are inferred', () => {
  it('are written with how probable each is', async () => {
    const { code, records } = await rootsigma(['classify', file('m2'), '-o', file('labels.csv'), '--json']);
    const run = await load(file('m2'));
    const { probabilities, classes } = await run.classify(await run.examples());
    expect([code, records[0]]).toMatchObject([0, { count: 12, classes, split: 'test' }]);
    const { columns } = await readTable(file('labels.csv'));
    expect(columns.map(({ name }) => name)).toEqual(['index', 'label', ...classes.map((name) => `p(${String(name)})`)]);
    for (let row = 0; row < 12; row++) {
      const given = columns.slice(2).map(({ values }) => Number(values[row]));
      const own = probabilities.data.subarray(10 * row, 10 * row + 10);
      expect(given).toEqual([...own]);
      expect(Math.abs(given.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-5);
      expect(String(columns[1]?.values[row])).toBe(classes[given.indexOf(Math.max(...given))]);
    }
    expect((await rootsigma(['classify', file('m2'), '-o', file('p.npy'), '-n', '5'])).code).toBe(0);
    expect(await readArray(file('p.npy'))).toEqual(expect.objectContaining({ shape: [5, 10], data: probabilities.data.slice(0, 50) })); // prettier-ignore
  });

  it('are not of a model that infers none', async () => {
    const { code, stderr } = await rootsigma(['classify', file('vq'), '-o', file('labels.csv')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/infers no label: train .*--preset m2/)]);
  });
});
