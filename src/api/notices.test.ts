import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readTable } from '../index.ts';
import { load, train } from './index.ts';
import type { Run } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-notices-'));
const out = join(folder, 'run');
const rows = Array.from({ length: 60 }, (_, row) => `${row},${(row * 7) % 13},${row % 2 ? 'red' : 'blue'}`);
const training = join(folder, 'paints.csv');
const fresh = join(folder, 'fresh.csv');
const options = { latent: 2, hidden: [4], epochs: 1, batchSize: 16, threads: 1 };

/** What the notes of `fresh.csv` say. */
const unseen = "'colour' has a category that training had not, in 1 row";
const missing = "'size' is missing in 1 row";

beforeAll(async () => {
  writeFileSync(training, ['weight,size,colour', ...rows].join('\n'));
  writeFileSync(fresh, ['weight,size,colour', '1,2,red', '2,,blue', '3,4,green'].join('\n'));
  await train(training, { ...options, out, onNotice: 'silent' });
});

describe('what a person should know', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const said = (): string[] => warn.mock.calls.map(([line]) => String(line));
  beforeEach(() => void warn.mockClear());
  afterEach(() => void warn.mockClear());

  it('reaches stderr where nobody listens', async () => {
    await train(training, options);
    expect(said().length).toBeGreaterThan(1);
    expect(said().every((line) => line.startsWith('rootsigma: '))).toBe(true);
    expect(new Set(said()).size).toBe(said().length);
  });

  it('reaches whoever listens, and then not stderr', async () => {
    const lines: string[] = [];
    await train(training, { ...options, onNotice: (line) => lines.push(line) });
    expect(lines.length).toBeGreaterThan(1);
    await train(training, { ...options, onNotice: 'silent' });
    expect(said()).toEqual([]);
  });

  it.each<[string, (run: Run) => Promise<unknown>]>([
    ['evaluate', (run) => run.evaluate({ data: fresh, draws: 1 })],
    ['score', (run) => run.score(fresh)],
    ['explain', (run) => run.explain(fresh)],
    ['fitThreshold', (run) => run.fitThreshold(fresh, { contamination: 0.1 })],
    ['examples', (run) => run.examples({ data: fresh })],
    ['testReconstructions', (run) => run.testReconstructions(2, { data: fresh })],
    ['splits', (run) => run.splits(fresh)],
    ['testData', (run) => run.testData(fresh)],
    ['a table in memory', async (run) => run.score(await readTable(fresh))],
    ['fromTable', async (run) => run.fromTable(await readTable(fresh))],
  ])('tells of new rows in %s, once a call', async (_, read) => {
    const lines: string[] = [];
    const run = await load(out, { engine: 'reference', onNotice: (line) => lines.push(line) });
    for (let call = 1; call <= 2; call++) {
      await read(run);
      expect(lines.filter((line) => line.includes(unseen))).toHaveLength(call);
      expect(lines.filter((line) => line.includes(missing))).toHaveLength(call);
    }
    expect(said()).toEqual([]);
    await read(await load(out, { engine: 'reference' }));
    expect(said().filter((line) => line.includes(unseen))).toHaveLength(1);
  });

  it('tells of a former name', async () => {
    const lines: string[] = [];
    const run = await load(out, { engine: 'reference', onNotice: (line) => lines.push(line) });
    const { draws, samples, nll } = await run.evaluate({ data: training, samples: 2 });
    expect([draws, samples, nll.draws, nll.samples]).toEqual([2, 2, 2, 2]);
    expect(lines.filter((line) => line.includes("'samples' is called 'draws' now"))).toHaveLength(1);
    await expect(run.evaluate({ data: training, samples: 2, draws: 2 })).rejects.toThrow(/former name of 'draws'/);
    await expect(run.evaluate({ data: training, samples: 0 })).rejects.toThrow(/samples must be a whole number/);
  });

  it('says nothing of what was said before: data that were resolved, and those it was trained on', async () => {
    const lines: string[] = [];
    const run = await load(out, { engine: 'reference', onNotice: (line) => lines.push(line) });
    const { dataset } = await run.testData(fresh);
    lines.length = 0;
    await run.evaluate({ data: dataset, draws: 1 });
    await run.evaluate({ data: training, draws: 1 });
    expect(lines).toEqual([]);
  });
});
