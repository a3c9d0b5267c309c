// What holds for the flags of every command.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import type { CommandRow } from '../../src/cli/command-row.ts';
import { RepeatedOption } from '../../src/cli/flags.ts';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const rows: readonly (CommandRow & { readonly path: readonly string[] })[] = commands.flatMap((row) =>
  'commands' in row
    ? row.commands.map((inner) => ({ ...inner, path: [row.name, inner.name] }))
    : [{ ...row, path: [row.name] }],
);

describe('a flag that takes one value', () => {
  it.each(rows.map((row) => ({ name: row.path.join(' '), row })))('is refused twice: $name', async ({ row }) => {
    const options = typeof row.options === 'function' ? await row.options() : row.options;
    const single = options.filter((each) => each.required && !each.variadic && !(each instanceof RepeatedOption));
    for (const { flags, long, argChoices } of single) {
      const value = argChoices?.[0] ?? '1';
      const { code, stdout, stderr } = await rootsigma([...row.path, long ?? '', value, `${long ?? ''}=${value}`]);
      // What takes no such value says so of the first.
      expect([code, stdout], stderr).toEqual([2, '']);
      if (stderr.includes('is invalid')) continue;
      expect(stderr).toBe(`error: option '${flags}' takes one value, and is given '${value}' and '${value}'.\n`);
    }
  });

  it('says both values; flags without one, and those that collect, may come again', async () => {
    const twice = await rootsigma(['train', 'digits', '--preset', 'vae', '--preset', 'beta-vae', '--out', file('no')]);
    expect([twice.code, twice.stderr]).toEqual([2, "error: option '--preset <name>' takes one value, and is given 'vae' and 'beta-vae'.\n"]); // prettier-ignore
    expect(existsSync(file('no'))).toBe(false);
    expect((await rootsigma(['datasets', '--json', '--json'])).code).toBe(0);
    const entries = ['--set', 'training.epochs=1', '--set', 'training.epochs=2'];
    const { code, stderr } = await rootsigma(['train', 'digits', ...entries]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/'training\.epochs' is given twice/)]);
  });
});

describe('flags where users look for them', () => {
  it('-o of train, -n of encode, -q of export', async () => {
    const trained = await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '-o', file('run'), '-q']);
    expect([trained.code, trained.stdout, trained.stderr]).toEqual([0, '', '']);
    const encoded = await rootsigma(['encode', file('run'), '-n', '3', '-o', file('codes.npy'), '--json']);
    expect(encoded.records[0]).toMatchObject({ count: 3 });
    const exported = await rootsigma(['export', file('run'), '-o', file('exported'), '--quiet']);
    expect([exported.code, exported.stdout, exported.stderr]).toEqual([0, '', '']);
    expect(existsSync(file('exported/encoder.onnx'))).toBe(true);
  });
});

describe('presets', () => {
  it.each([undefined, 60, 80, 300])('fit the width of the terminal: %s', async (columns) => {
    const { run } = await import('../../src/cli/index.ts');
    let text = '';
    const sink = { write: (more: string) => (text += more) };
    for (const argv of [['presets'], ['presets', 'beta-tc-vae']]) {
      const stdout = { ...sink, ...(columns !== undefined && { columns }) };
      const stdin = (async function* () {
        yield await Promise.resolve(new Uint8Array());
      })();
      const signal = new AbortController().signal;
      expect(await run(argv, { stdout, stderr: sink, stdin, env: {}, program: 'rootsigma', signal })).toBe(0);
    }
    const longest = Math.max(...text.split('\n').map(({ length }) => length));
    expect(longest).toBeLessThanOrEqual(Math.min(columns ?? 100, 100));
    expect(longest).toBeGreaterThan(Math.min(columns ?? 100, 100) - 20);
  });
});

describe('compare, of tables', () => {
  const evaluate = ['--draws', '2', '--json', '--quiet'];

  beforeAll(async () => {
    const rowsOf = (count: number, shift: number): string =>
      ['size,colour,weight', ...Array.from({ length: count }, (_, k) => `${1 + ((k * 7) % 13)},${['red', 'blue'][(k * 5) % 2] ?? ''},${(10 + shift * ((k * 37) % 50)).toFixed(1)}`), ''].join('\n'); // prettier-ignore
    writeFileSync(file('a.csv'), rowsOf(120, 1));
    writeFileSync(file('b.csv'), rowsOf(150, 3));
    const small = ['--latent', '2', '--hidden', '8', '--batch-size', '30', '--epochs', '1', '--quiet'];
    for (const [name, data, ...flags] of [
      ['a', 'a.csv'],
      ['b', 'b.csv'],
      ['whole', 'a.csv', '--data-option', 'schema={"size":"categorical"}'],
      ['less', 'a.csv', '--data-option', 'schema={"size":"ignored"}'],
    ] as const) {
      // prettier-ignore
      const { code, stderr } = await rootsigma(['train', file(data), ...flags, ...small, '--out', file(name)]);
      expect(code, stderr).toBe(0);
    }
  });

  it('reads the rows as each run takes its columns, in the units of the first', async () => {
    const both = await rootsigma(['compare', file('a'), file('b'), ...evaluate]);
    expect(both.code, both.stderr).toBe(0);
    const [, second] = both.records as unknown as { elbo: number; examples: number; nll: { value: number } }[];

    // By hand: the same test rows in a file of their own, for the second run alone, and the log-Jacobian of its units.
    const { load, writeTable } = await import('../../src/index.ts');
    const [a, b] = [await load(file('a')), await load(file('b'))];
    const rows = a.toTable(await a.examples());
    await writeTable(file('rows.csv'), rows);
    const [alone] = (await rootsigma(['evaluate', file('b'), '--data', file('rows.csv'), ...evaluate])).records as unknown as typeof both.records & { elbo: number; nll: { value: number } }[]; // prettier-ignore
    const stddevOf = (run: typeof a, name: string): number => {
      const column = run.config.data.table?.columns.find((each) => each.name === name);
      return column && 'transform' in column && column.transform.name === 'standard' ? column.transform.stddev : NaN;
    };
    const shift =
      Math.log(stddevOf(a, 'weight') / stddevOf(b, 'weight')) + Math.log(stddevOf(a, 'size') / stddevOf(b, 'size'));
    expect(Math.abs(shift)).toBeGreaterThan(0.5);
    expect(second?.examples).toBe(rows.rowCount);
    expect(second?.elbo).toBeCloseTo((alone?.elbo ?? NaN) + shift, 4);
    expect(second?.nll.value).toBeCloseTo((alone?.nll.value ?? NaN) - shift, 4);
    const { stderr } = await rootsigma(['compare', file('a'), file('b'), '--draws', '2']);
    expect(stderr).toMatch(/b has other units of its columns: its log densities are brought to those of .*a \(-/);
  });

  it('shows the prior, and refuses runs of other quantities', async () => {
    const { stdout } = await rootsigma(['compare', file('a'), file('a'), '--draws', '1']);
    expect(stdout).toMatch(/run +posterior +prior +ELBO/);
    expect(stdout).toMatch(/a +diagonal +standard-normal +-/);
    for (const [other, why] of [
      ['whole', "'size' is (ordinal|numeric) to one|categorical to"],
      ['less', "one models the column 'size' and the other does not"],
    ] as const) {
      // prettier-ignore
      const { code, stdout: none, stderr } = await rootsigma(['compare', file(other), file('a'), '--draws', '1', '--quiet']);
      expect([code, none]).toEqual([2, '']);
      expect(stderr).toMatch(new RegExp(`are models of other quantities: .*(${why})`));
    }
  });
});

it('what a wrong --given refuses keeps no threshold', async () => {
  const path = file('label');
  const { code, stderr } = await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '--condition', 'label', '--out', path, '--quiet']); // prettier-ignore
  expect(code, stderr).toBe(0);
  const score = ['score', path, '-o', file('scores.csv'), '--contamination', '0.1', '--method', 'elbo', '--quiet'];
  const before = existsSync(join(path, 'thresholds.json'));
  for (const given of ['label=11', 'colour=red']) {
    const refused = await rootsigma([...score, '--given', given]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/^error: given/)]);
    expect(existsSync(join(path, 'thresholds.json'))).toBe(before);
    expect(existsSync(file('scores.csv'))).toBe(false);
  }
  expect((await rootsigma([...score, '--given', 'label=3'])).code).toBe(0);
  expect(JSON.parse(readFileSync(join(path, 'thresholds.json'), 'utf8'))).toMatchObject({ thresholds: { elbo: {} } });
});
