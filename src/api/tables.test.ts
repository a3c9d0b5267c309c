import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { key, normal, randint } from '../random/index.ts';
import { ValueError, compareTables, load, makeDigits, readTable, tableOf, train, writeTable } from '../index.ts';
import type { Table, TrainOptions } from '../index.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'rootsigma-table-'));

/** Rows of a small company: income follows age, city has three names, some incomes and cities are missing. */
function people(count: number, seed = 0): Table {
  const draw = (stream: number) => normal(key(seed * 10 + stream), [count]).data;
  const [a, b] = [draw(0), draw(1)];
  const city = randint(key(seed * 10 + 2), [count], { high: 3 }).data;
  const rows = Array.from({ length: count }, (_, k) => k);
  const age = rows.map((k) => Math.min(80, Math.max(18, Math.round(45 + 12 * (a[k] ?? 0)))));
  return tableOf({
    id: rows.map((k) => String(1000 + k)),
    age: age.map(String),
    income: rows.map((k) => (k % 10 === 3 ? '' : (800 + 40 * (age[k] ?? 0) + 100 * (b[k] ?? 0)).toFixed(2))),
    city: rows.map((k) => (k % 15 === 7 ? '' : (['Oslo', 'Paris', 'Rome'][city[k] ?? 0] ?? ''))),
    smoker: rows.map((k) => ((b[k] ?? 0) > 0.8 ? 'yes' : 'no')),
    children: rows.map((k) => String((k * 7) % 3)),
  });
}

const small: TrainOptions = { latent: 3, hidden: [24], seed: 1, threads: 1 };

/** A column's values by its name. */
const column = (table: Table, name: string) => table.columns.find((candidate) => candidate.name === name)?.values ?? [];
const numbers = (table: Table, name: string): number[] => column(table, name).map(Number);

describe('a table, from its file', () => {
  it('trains with no further option, says what it took the columns for, and gives rows of the same form', async () => {
    const [path, out] = [join(folder(), 'people.csv'), join(folder(), 'run')];
    await writeTable(path, people(200));
    const notices: string[] = [];
    const run = await train(path, { ...small, epochs: 3, out, onNotice: (line) => notices.push(line) });
    expect(notices.join('\n')).toMatch(/numeric: age, income \(some missing\)[^]*categorical: city \(3 levels, some missing\)[^]*boolean: smoker[^]*set aside: id/); // prettier-ignore
    const { config } = run;
    expect(config).toMatchObject({
      data: { kind: 'table', support: 'table', binarize: 'none', count: 180 },
      model: { likelihood: { name: 'mixed' } },
      training: { batchSize: 32 },
    });
    expect(config.data.table?.columns.map(({ name }) => name)).toContain('income');

    const rows = await run.sampleTable(300);
    expect(rows.rowCount).toBe(300);
    expect(rows.columns.map(({ name }) => name)).toEqual(['age', 'income', 'city', 'smoker', 'children']);
    expect(new Set(column(rows, 'city'))).toEqual(new Set(['Oslo', 'Paris', 'Rome', null]));
    expect(new Set(column(rows, 'smoker'))).toEqual(new Set(['yes', 'no']));
    const real = people(200);
    for (const name of ['age', 'income']) {
      const known = numbers(real, name).filter((value) => value > 0);
      for (const value of column(rows, name)) {
        if (value === null) continue;
        expect(value).toBeGreaterThanOrEqual(Math.min(...known));
        expect(value).toBeLessThanOrEqual(Math.max(...known));
      }
    }
    expect(numbers(rows, 'age').every(Number.isInteger)).toBe(true);
    expect(numbers(rows, 'income').every((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6)).toBe(true);
    expect(await run.sampleTable(300)).toEqual(rows);

    // What was written is the same model, and its samples a table that can be read.
    const loaded = await load(out, { threads: 1 });
    expect(await loaded.sampleTable(5)).toEqual(await run.sampleTable(5));
    expect((await loaded.evaluate({ draws: 2 })).elbo).toBe((await run.evaluate({ draws: 2 })).elbo);
    expect((await readTable(join(out, 'samples.csv'))).rowCount).toBe(1000);
    expect(existsSync(join(out, 'samples.png'))).toBe(false);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toMatch(/likelihood \| mixed; stddev per-dimension; ELBO and NLL are of densities of standardised numbers/); // prettier-ignore
    const { InferenceSession } = await import('onnxruntime-node');
    const decoder = await InferenceSession.create(join(out, 'model/decoder.onnx'));
    expect([...decoder.outputNames].sort()).toEqual(['mean', 'missing', 'stddev']);
    await Promise.all([run.dispose(), loaded.dispose()]);
  });

  it('scores rows that have what training had not: other categories, missing values, other text', async () => {
    const run = await train(people(150), { ...small, epochs: 2 });
    const odd = tableOf({
      age: ['30', '', 'unknown'],
      income: ['1e3', '', '2000'],
      city: ['Atlantis', '', 'Rome'],
      smoker: ['no', 'yes', ''],
      children: ['0', '1', '17'],
      extra: ['a', 'b', 'c'],
    });
    const { examples, elbo } = await run.evaluate({ data: odd, draws: 3 });
    expect(examples).toBe(3);
    expect(Number.isFinite(elbo)).toBe(true);
    expect((await run.encode(run.fromTable(odd))).mean.shape).toEqual([3, 3]);
    await expect(run.evaluate({ data: tableOf({ age: ['3'] }) })).rejects.toThrow(/needs the columns 'income'/);
    await run.dispose();
  });
});

describe('synthetic rows', () => {
  it('have the associations and the marginals of the real ones', async () => {
    const real = people(600, 3);
    const run = await train(real, { seed: 1, threads: 1, latent: 4, hidden: [32], epochs: 120, learningRate: 3e-3 });
    const rows = await run.sampleTable(2000);
    const correlation = (table: Table): number => {
      const pairs = numbers(table, 'age').flatMap((age, k) => {
        const cell = column(table, 'income')[k];
        const income = cell === '' ? NaN : Number(cell ?? NaN);
        return Number.isNaN(income) ? [] : [[age, income] as const];
      });
      const mean = (at: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
      const [x, y] = [mean(0), mean(1)];
      const moment = (f: (pair: readonly [number, number]) => number): number => pairs.reduce((sum, pair) => sum + f(pair), 0); // prettier-ignore
      return (
        moment(([a, b]) => (a - x) * (b - y)) /
        Math.sqrt(moment(([a]) => (a - x) ** 2) * moment(([, b]) => (b - y) ** 2))
      );
    };
    expect(correlation(real)).toBeGreaterThan(0.95);
    expect(correlation(rows)).toBeGreaterThan(0.85);
    const share = (table: Table): number => column(table, 'smoker').filter((cell) => cell === 'yes').length / table.rowCount; // prettier-ignore
    expect(Math.abs(share(rows) - share(real))).toBeLessThan(0.08);

    // Missing as often, where it is: of the training rows 10 % and 6.7 %, at three errors of 2,000 draws and what was learned.
    const missing = (table: Table, name: string): number => column(table, name).filter((cell) => cell === null || cell === '').length / table.rowCount; // prettier-ignore
    for (const name of ['age', 'income', 'city', 'smoker', 'children']) {
      expect(Math.abs(missing(rows, name) - missing(real, name)), name).toBeLessThan(0.05);
    }
    expect(missing(rows, 'income')).toBeGreaterThan(0.04);
    const whole = await run.sampleTable(2000, { missing: false });
    for (const { name } of whole.columns) expect(missing(whole, name)).toBe(0);
    const reconstructed = run.toTable(await run.reconstruct(run.fromTable(real)));
    for (const { name } of reconstructed.columns) expect(missing(reconstructed, name), name).toBe(0);

    // And of the same distributions.
    const kinds = {
      age: 'numeric',
      income: 'numeric',
      city: 'category',
      smoker: 'category',
      children: 'category',
    } as const;
    const matched = compareTables(real, rows, kinds).columns;
    const plain = compareTables(real, await run.sampleTable(2000, { matchMarginals: false }), kinds).columns;
    // KS of 2,000 draws exceeds 1.63/√n = 0.036 once in a hundred; those that the match was made by are 8,192.
    for (const name of ['age', 'income']) expect(matched[name]).toBeLessThan(0.06);
    expect(matched.age! + matched.income!).toBeLessThan(plain.age! + plain.income!);
    await run.dispose();
  });
});

describe('what is no table', () => {
  it('has no rows to give', async () => {
    const run = await train(makeDigits({ seed: 0, count: 60 }), { ...small, epochs: 1, batchSize: 16 });
    await expect(run.sampleTable(2)).rejects.toThrow(ValueError);
    expect(() => run.toTable([[0]])).toThrow(/which is no table/);
    await run.dispose();
  });

  it('is no likelihood for a table either', async () => {
    await expect(Promise.resolve(train(people(60), { ...small, likelihood: 'gaussian' }))).rejects.toThrow(/go with 'mixed'/); // prettier-ignore
  });
});

describe('values that training never had', () => {
  it('raise the score by log (n + 1) beside what the model makes of them, and are named', async () => {
    const rows = 200;
    const cells = (of: (k: number) => string): string[] => Array.from({ length: rows }, (_, k) => of(k));
    const table = tableOf({
      id: cells((k) => `c${k}`),
      a: cells((k) => Math.sin(k).toFixed(3)),
      colour: cells((k) => ['red', 'blue'][k % 2]!),
      fast: cells((k) => ['yes', 'no'][k % 2]!),
      level: cells((k) => String(1 + (k % 3))),
      const: cells(() => '7'),
    });
    const run = await train(table, { ...small, epochs: 2, dataOptions: { testFraction: 0 } });
    expect(run.columns).toEqual(['a', 'colour', 'fast', 'level', 'const']);
    const usual = { id: 'n', a: '0.5', colour: 'red', fast: 'yes', level: '2', const: '7' };
    const changes = [{}, { const: '99999' }, { const: '7.0' }, { fast: 'perhaps' }, { a: '' }, { level: '9' }, { colour: 'green' }]; // prettier-ignore
    const made = tableOf(
      Object.keys(usual).map((name) => ({
        name,
        values: changes.map((change) => ({ ...usual, ...change })[name as 'id']),
      })),
    );
    const options = { method: 'reconstruction' } as const;
    const [scores, contributions] = [await run.score(made, options), await run.explain(made)];
    const surprise = Math.log(rows + 1);
    expect(scores.data[1]! - scores.data[0]!).toBeCloseTo(surprise, 6);
    expect(scores.data[2]).toBe(scores.data[0]);
    expect(contributions.shape).toEqual([changes.length, 5]);
    const named = [undefined, 'const', undefined, 'fast', 'a', 'level', 'colour'];
    // The model alone, which takes what it does not know for something else.
    const model = await run.score(run.fromTable(made), options);
    named.forEach((name, row) => {
      expect(scores.data[row]! - model.data[row]!).toBeCloseTo(name === undefined ? 0 : surprise, 6);
      const parts = [...contributions.data.subarray(5 * row, 5 * row + 5)];
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(scores.data[row]!, 3);
      if (name !== undefined) expect(run.columns?.[parts.indexOf(Math.max(...parts))]).toBe(name);
    });
    const { notes, dataset } = await run.testData(made);
    expect(notes.join('\n')).toMatch(
      /'const' was the same in all training rows, and is not in 1 row \(such as '99999'\)/,
    );
    expect(notes.join('\n')).toMatch(/'level' is none of its levels in 1 row \(such as '9'\)/);
    expect([dataset.rows?.ids, dataset.rows?.id(0, 'id')]).toEqual([['id'], 'n']);
    // Without ids and constants rows are scored as well.
    const fewer = tableOf(made.columns.filter(({ name }) => name !== 'id' && name !== 'const'));
    expect((await run.score(fewer, options)).data[0]).toBe(scores.data[0]);
    await run.dispose();
  });
});
