import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { load, readArray, readTable } from '../../src/index.ts';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const path = file('run');

beforeAll(async () => {
  expect((await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '--out', path, '--quiet'])).code).toBe(0);
  const rows = Array.from(
    { length: 80 },
    (_, k) => `${(k % 20) / 10 - 1},${(k % 20) / 5 - 2},${k % 2 === 0 ? 'red' : 'blue'}`,
  );
  writeFileSync(file('table.csv'), `a,b,colour\n${rows.join('\n')}\n`);
  const argv = ['train', file('table.csv'), '--latent', '2', '--hidden', '8', '--epochs', '2', '--threads', '1', '--out', file('table'), '--quiet']; // prettier-ignore
  expect((await rootsigma(argv)).code).toBe(0);
});

describe('score', () => {
  it('writes the scores of the API', async () => {
    const argv = ['score', path, '-o', file('scores.npy'), '--method', 'elbo', '--draws', '3', '--seed', '5', '--anomalies', '3,8', '--json']; // prettier-ignore
    const { code, records } = await rootsigma(argv);
    expect(code).toBe(0);
    expect(records).toEqual([
      {
        file: file('scores.npy'),
        examples: 60,
        split: 'test',
        mostAnomalous: expect.any(Array) as unknown[],
        auroc: expect.any(Number) as number,
        auprc: expect.any(Number) as number,
      },
    ]);
    const run = await load(path);
    const { dataset } = await run.testData();
    expect(await readArray(file('scores.npy'))).toEqual(
      await run.score(dataset, { method: 'elbo', draws: 3, seed: 5 }),
    );
    await run.dispose();
  });

  it('writes a table with verdicts and contributions by column, and keeps the threshold', async () => {
    const argv = ['score', file('table'), '-o', file('scores.csv'), '--explain', '--contamination', '0.1', '--method', 'reconstruction']; // prettier-ignore
    const { code, stdout } = await rootsigma(argv);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/exceed \(kept in thresholds\.json\)/)]);
    const { columns, rowCount } = await readTable(file('scores.csv'));
    expect(columns.map(({ name }) => name)).toEqual(['row', 'index', 'score', 'anomaly', 'from a', 'from b', 'from colour']); // prettier-ignore
    expect(rowCount).toBeGreaterThan(0);
    const column = (name: string) => columns.find((candidate) => candidate.name === name)?.values ?? [];
    column('score').forEach((score, row) => {
      const sum = ['a', 'b', 'colour'].reduce((total, name) => total + Number(column(`from ${name}`)[row]), 0);
      expect(sum).toBeCloseTo(Number(score), 4);
    });
    expect(JSON.parse(readFileSync(join(file('table'), 'thresholds.json'), 'utf8'))).toHaveProperty('thresholds.reconstruction'); // prettier-ignore
  });

  it('scores a split or all examples, in the order of the file, and says where each stood', async () => {
    const scored = async (...flags: string[]): Promise<{ stderr: string; column: (name: string) => unknown[] }> => {
      const { code, stderr } = await rootsigma(['score', file('table'), '-o', file('split.csv'), ...flags]);
      expect([code, stderr]).toEqual([0, expect.any(String)]);
      const { columns } = await readTable(file('split.csv'));
      return {
        stderr,
        column: (name) => columns.find((candidate) => candidate.name === name)?.values.map(String) ?? [],
      };
    };
    const [test, train, all] = [await scored(), await scored('--split', 'train'), await scored('--split', 'all')];
    expect(test.stderr).toMatch(/The test split was taken, 8 of 80 examples; --split all takes them all\./);
    expect(all.stderr + train.stderr).not.toMatch(/split/);
    expect([train.column('row').length, all.column('row').length]).toEqual([72, 80]);
    expect((await scored('--split', 'validation')).column('row')).toHaveLength(7);
    const [scores, splits] = [all.column('score'), all.column('split')];
    for (const [part, name] of [
      [test, 'test'],
      [train, 'train'],
    ] as const) {
      // prettier-ignore
      part.column('index').forEach((index, k) => {
        expect([splits[Number(index)], Number(scores[Number(index)])]).toEqual([
          name,
          expect.closeTo(Number(part.column('score')[k]), 9),
        ]);
      });
    }
    writeFileSync(file('new.csv'), 'a,b,colour\n0.5,1,red\n');
    const argv = ['score', file('table'), '-o', file('split.csv'), '--data', file('new.csv'), '--split', 'test'];
    const { code, stderr } = await rootsigma(argv);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/new\.csv: has no test split, only train; 'all' takes/)]);
  });

  it('uses the threshold that is kept, says what is strange about a row, and what of it training never had', async () => {
    expect((await rootsigma(['score', file('table'), '-o', file('s.csv'), '--contamination', '0.1'])).code).toBe(0);
    writeFileSync(file('one.csv'), 'a,b,colour\n0.9,1e300,green\n');
    const argv = ['score', file('table'), '--data', file('one.csv'), '-o', file('one-scores.csv'), '--explain'];
    const { code, stdout, stderr } = await rootsigma(argv);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/'colour' has a category that training had not, in 1 row/),
    ]);
    expect(stdout).toMatch(/1 lie above the run's threshold of [^ ]+, which/);
    expect(stdout).toMatch(/^ {2}row 0 .* b [\d.e+]+/m);
    const { columns } = await readTable(file('one-scores.csv'));
    const values = Object.fromEntries(columns.map((column) => [column.name, column.values[0]]));
    expect(String(values.anomaly)).toBe('true');
    for (const name of ['score', 'from a', 'from b', 'from colour']) expect(Number(values[name])).toSatisfy(isFinite);
  });

  it('takes classes by name', async () => {
    const argv = ['score', path, '-o', file('x.npy'), '--draws', '2', '--json', '--anomalies'];
    const [one, both] = [await rootsigma([...argv, '3']), await rootsigma([...argv, '3, 8'])];
    expect([one.code, both.code]).toEqual([0, 0]);
    expect(one.records).not.toEqual(both.records);
  });

  it('shows the strangest images', async () => {
    expect((await rootsigma(['score', path, '-o', file('s.png'), '--limit', '3', '--draws', '2'])).code).toBe(0);
    const ofTable = await rootsigma(['score', path, '-o', file('s.csv'), '--limit', '3']);
    expect([ofTable.code, ofTable.stderr]).toEqual([2, expect.stringMatching(/--limit: how many .* a \.png shows/)]);
    expect(readFileSync(file('s.png')).readUInt32BE(20)).toBe(3 * 88 + 48);
  });

  it.each([
    [['score', path, '-o', file('x.txt')], /ending/],
    [['score', path, '-o', file('x.csv'), '--anomalies', '3,88'], /no class '88', only 0, 1, 2/],
    [['score', file('table'), '-o', file('x.npy'), '--explain'], /contributions go to a \.csv/],
    [['score', file('table'), '-o', file('x.png')], /only images have pictures/],
    [['score', file('table'), '-o', file('x.csv'), '--anomalies', '1'], /no labels/],
    [['score', path, '-o', file('x.csv'), '--contamination', '2'], /contamination must be a number in \[0, 1\), got 2/],
    [['latent', path, '-o', file('x.csv')], /a \.png file/],
  ])('%o is refused', async (argv, message) => {
    const { code, stderr } = await rootsigma(argv);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('latent', () => {
  it('draws a scatter plot and says what the codes tell', async () => {
    const { code, stdout } = await rootsigma(['latent', path, '-o', file('latent.png'), '--probe']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/right by 5 nearest neighbours, .* by a linear probe/)]);
    expect(readFileSync(file('latent.png')).readUInt32BE(20)).toBe(860);
  });
});
