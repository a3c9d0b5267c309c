import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEvaluation } from '../../src/api/index.ts';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const path = join(folder, 'run');
const evaluate = ['evaluate', path, '--draws', '1', '--limit', '30'];
const number = expect.any(Number) as number;

beforeAll(async () => {
  const { code, stderr } = await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '--out', path]);
  expect(code, stderr).toBe(0);
});

describe('evaluate --metrics', () => {
  it('adds what they came to, and leaves the rest as it is', async () => {
    const { records, stderr } = await rootsigma([...evaluate, '--metrics', 'active-units,kl-per-dimension', '--json']);
    const [plain] = (await rootsigma([...evaluate, '--json'])).records;
    expect(records[0]).toEqual({
      ...plain,
      metrics: {
        'active-units': { count: number, varianceOfMeans: [number, number, number] },
        'kl-per-dimension': { perDimension: [number, number, number], total: number },
      },
      skippedMetrics: {},
    });
    const [record] = records as unknown as [RunEvaluation];
    expect(record.metrics?.['active-units']?.count).toBe(record.activeUnits);
    const perDimension = record.metrics?.['kl-per-dimension']?.perDimension as number[];
    expect(perDimension.map((value) => value.toFixed(4))).toEqual(record.klPerDimension?.map((value) => value.toFixed(4))); // prettier-ignore
    expect(stderr).toMatch(/kl-per-dimension +perDimension +[\d. e-]+ +mean KL.*\[0, ∞\) nats/);
  });

  it('takes options of metrics', async () => {
    const set = [...evaluate, '--metrics', 'active-units', '--set', 'active-units.threshold=1e9', '--json'];
    const [record] = (await rootsigma(set)).records as unknown as [RunEvaluation];
    expect(record.metrics?.['active-units']?.count).toBe(0);
  });

  it('says of all why some cannot be had', async () => {
    const { code, records, stderr } = await rootsigma([...evaluate, '--metrics', 'all', '--json']);
    expect(code).toBe(0);
    const { metrics, skippedMetrics } = records[0] as Record<string, Record<string, string>>;
    expect(Object.keys(metrics!)).toEqual(expect.arrayContaining(['kl-per-dimension', 'active-units']));
    for (const [name, reason] of Object.entries(skippedMetrics!)) {
      const lines = stderr.split('\n').filter((line) => line.startsWith('left out: ') && line.endsWith(reason));
      expect(
        lines.some((line) => line.includes(name)),
        name,
      ).toBe(true);
    }
  });

  it.each([
    ['a metric that there is not', ['--metrics', 'mgi'], /metrics: there is no 'mgi'; known are kl-per-dimension, /],
    ['no names', ['--metrics', ','], /Expected all, or names with commas between/],
    ['an option without its metric', ['--set', 'active-units.threshold=1'], /--set active-units\.threshold: expected metric\.option=value/], // prettier-ignore
    ['an option that there is not', ['--metrics', 'all', '--set', 'active-units.treshold=1'], /unknown option 'treshold'; did you mean 'threshold'/], // prettier-ignore
    ['a value out of range', ['--metrics', 'all', '--set', 'active-units.threshold=-1'], /threshold must be a number of at least 0, got -1/], // prettier-ignore
  ])('refuses %s', async (_, flags, message) => {
    const { code, stdout, stderr } = await rootsigma([...evaluate, ...flags]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  it('has them in the help, from the rows', async () => {
    const { stdout } = await rootsigma(['evaluate', '--help']);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('active-units: how many latent dimensions say something of the example');
    expect(text).toContain('active-units: threshold, variance over the examples');
  });
});
