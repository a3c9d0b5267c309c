import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder, rootsigma } from './harness.ts';
import type { CliResult } from './harness.ts';

const folder = newFolder();
const [data, run] = [join(folder, 'people.csv'), join(folder, 'run')];
const cities = ['Oslo', 'Paris', 'Rome'];
const line = (k: number): string =>
  `${k + 1},${20 + ((k * 37) % 50)},${cities[k % 3] ?? ''},${k % 4 === 0 ? 'yes' : 'no'}`;
let trained: CliResult;

beforeAll(async () => {
  writeFileSync(data, ['id,age,city,smoker', ...Array.from({ length: 120 }, (_, k) => line(k)), ''].join('\n'));
  trained = await rootsigma(['train', data, '--epochs', '2', '--out', run, '--threads', '1']);
});

describe('a table', () => {
  it('is trained on as it is; what its columns were taken for is said', () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/numeric: age\ncategorical: city \(3 levels\)\nboolean: smoker\nset aside: id/);
    expect(trained.stdout + trained.stderr).not.toContain('samples.png');
  });

  it('is found above the run from anywhere, and asked for when it is not', async () => {
    const config = join(run, 'config.json');
    const text = readFileSync(config, 'utf8');
    const evaluateAs = (source: string): Promise<CliResult> => {
      writeFileSync(config, text.replace(JSON.stringify(data), JSON.stringify(source)));
      return rootsigma(['evaluate', run, '--draws', '2']);
    };
    const [there, gone] = [await evaluateAs('people.csv'), await evaluateAs('gone.csv')];
    writeFileSync(config, text);
    expect(there.code, there.stderr).toBe(0);
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringMatching(/gone\.csv: .* not found .*--data/)]);
  });

  it('gets scores beside its ids, in their places; without ids it is scored as well', async () => {
    const scores = join(folder, 'scores.csv');
    const read = (): string[] => readFileSync(scores, 'utf8').trim().split('\n');
    const { code, stderr } = await rootsigma(['score', run, '-o', scores, '--method', 'reconstruction']);
    expect(code, stderr).toBe(0);
    const [head, ...rows] = read();
    expect(head).toBe('row,index,id,score');
    expect(rows.length).toBe(12);
    // The id of the row that was held out: one more than its place in the file.
    for (const row of rows) expect(Number(row.split(',')[2])).toBe(Number(row.split(',')[1]) + 1);
    const bare = join(folder, 'bare.csv');
    writeFileSync(bare, 'age,city,smoker\n30,Oslo,no\n30,Lima,no\n');
    const other = await rootsigma(['score', run, '--data', bare, '-o', scores, '--method', 'reconstruction']);
    expect(other.code, other.stderr).toBe(0);
    expect(other.stderr).toMatch(/'city' has a category that training had not/);
    const [names, usual, odd] = read().map((row) => row.split(','));
    expect(names).toEqual(['row', 'score']);
    // Of 108 training rows none was from Lima.
    expect(Number(odd?.[1])).toBeGreaterThan(Number(usual?.[1]) + Math.log(109) - 3);
  });

  it('comes back as rows of its form: sampled, reconstructed, decoded', async () => {
    const row = /^\d+,(Oslo|Paris|Rome),(yes|no)$/;
    const codes = join(folder, 'codes.npy');
    await rootsigma(['encode', run, '-o', codes]);
    for (const [name, ...options] of [
      ['sample', '--count', '7'],
      ['reconstruct', '--count', '7'],
      ['decode', '--data', codes],
    ]) {
      const file = join(folder, `${name ?? ''}.csv`);
      const { code, stderr } = await rootsigma([name ?? '', run, '-o', file, ...options]);
      expect(code, stderr).toBe(0);
      const [header, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
      expect(header).toBe('age,city,smoker');
      expect(rows).toHaveLength(name === 'decode' ? 12 : 7);
      for (const text of rows) expect(text).toMatch(row);
    }
  });

  it('is evaluated with categories that training had not, and says so', async () => {
    const other = join(folder, 'other.csv');
    writeFileSync(other, readFileSync(data, 'utf8').replaceAll('Oslo', 'Atlantis'));
    const { code, stderr, stdout } = await rootsigma(['evaluate', run, '--data', other, '--draws', '2']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/'city' has a category that training had not, in 40 rows \(such as 'Atlantis'\)/);
    expect(stdout).toMatch(/are of densities of standardised numbers and probabilities of categories/);
  });
});
