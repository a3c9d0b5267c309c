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

  it('says off a terminal what it is at, a line a stage; --quiet says nothing', async () => {
    const argv = [...evaluate, '--metrics', 'active-units,kl-per-dimension'];
    const { stderr } = await rootsigma(argv);
    const lines = stderr.split('\n').filter((line) => line.endsWith('…'));
    expect(lines).toEqual(['ELBO …', 'NLL, by importance sampling …', 'active-units …', 'kl-per-dimension …']);
    const quiet = await rootsigma([...argv, '--quiet', '--json']);
    expect([quiet.stderr, quiet.records.length]).toEqual(['', 1]);
    const live = await rootsigma(argv, { isTTY: true });
    expect(live.stderr).not.toContain('…');
  });

  it('keeps what is measured when it is interrupted', async () => {
    const argv = [...evaluate, '--metrics', 'active-units,kl-per-dimension,latent-clusters', '--json'];
    const [whole] = (await rootsigma(argv)).records as unknown as [RunEvaluation];
    const stop = new AbortController();
    const onStderr = (text: string): void => {
      if (text.startsWith('kl-per-dimension')) stop.abort();
    };
    const { code, records, stderr } = await rootsigma(argv, { signal: stop.signal, onStderr });
    expect(code).toBe(130);
    const { 'latent-clusters': last, ...metrics } = whole.metrics ?? {};
    expect(last).toBeDefined();
    expect(records).toEqual([{ ...whole, metrics, interrupted: true }]);
    expect(stderr).toMatch(/active-units +count[^]*Interrupted: what was measured until then is above/);

    const early = new AbortController();
    const before = await rootsigma(argv, { signal: early.signal, onStderr: () => { early.abort(); } }); // prettier-ignore
    expect([before.code, before.stdout, before.stderr]).toEqual([130, '', expect.stringMatching(/\nInterrupted\.\n$/)]);
  });

  it('finds a slip of the hand before data are read', async () => {
    const flags = ['--data', join(folder, 'missing.npy')];
    const known = await rootsigma([...evaluate, ...flags, '--metrics', 'active-units']);
    expect(known.stderr).toMatch(/missing\.npy/);
    for (const metrics of [
      ['--metrics', 'active-unit'],
      ['--metrics', 'active-units', '--set', 'active-units.x=1'],
    ]) {
      const { code, stderr } = await rootsigma([...evaluate, ...flags, ...metrics]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: metric/)]);
      expect(stderr).not.toContain('missing');
    }
  });

  it.each([
    [
      'a metric that there is not',
      ['--metrics', 'mgi'],
      /metrics: there is no 'mgi'; known are kl-per-dimension, .*Did you mean 'mig'\?/,
    ],
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
