// Results that cannot be handed on: every command fails with exit code 1 and says why, before it reads data where it can.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const run = join(folder, 'run');
const matrix = join(folder, 'matrix.json');
const codes = join(folder, 'codes.json');

beforeAll(async () => {
  writeFileSync(matrix, '[[2, 1], [1, 2]]');
  writeFileSync(codes, '[[0, 0, 0]]');
  mkdirSync(join(folder, 'taken.csv'));
  mkdirSync(join(folder, 'taken.png'));
  writeFileSync(join(folder, 'file'), '');
  expect((await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '--out', run, '--quiet'])).code).toBe(0);
});

/** Every command with `-o`, and the ending it takes. */
const writers: readonly (readonly [command: readonly string[], ending: string])[] = [
  [['sample'], '.csv'],
  [['reconstruct'], '.csv'],
  [['interpolate'], '.csv'],
  [['traverse'], '.csv'],
  [['latent'], '.png'],
  [['score'], '.csv'],
  [['encode'], '.csv'],
  [['decode', '--data', codes], '.csv'],
  [['export'], ''],
  [['sqrt'], '.csv'],
  [['gaussian', 'sample'], '.csv'],
];

/** Of these, one for each function that writes: they compute first. */
const slow = ['sample', 'reconstruct', 'latent', 'score'];

describe.each(writers)('%s -o', (command, ending) => {
  const [name = '', ...rest] = command;
  const of = name === 'sqrt' || name === 'gaussian' ? matrix : run;
  const write = (path: string) => rootsigma([name, ...(name === 'gaussian' ? rest : []), of, ...(name === 'gaussian' ? [] : rest), '-o', path]); // prettier-ignore

  it('a place below a file', async () => {
    const path = join(folder, 'file', `x${ending}`);
    const { code, stderr, stdout } = await write(path);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `error: ${path}: cannot be written: a file stands in the way, ${join(folder, 'file')} (ENOTDIR). Name a path below a folder.\n`,
    );
  });

  it.skipIf(ending === '')('a folder', async () => {
    const { code, stderr } = await write(join(folder, `taken${ending}`));
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be written: a folder has that name \(EISDIR\)\. Name a file\.\n$/);
  });

  it.skipIf(!slow.includes(name) || !existsSync('/dev/full'))('a full disk', async () => {
    const path = join(folder, `full${ending}`);
    if (!existsSync(path)) symlinkSync('/dev/full', path);
    const { code, stderr, stdout } = await write(path);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/cannot be written: no space is left there \(ENOSPC\)/);
  });
});

it('nothing is read, or left, for a place that cannot be written', async () => {
  const path = join(folder, 'file', 'x.csv');
  const { code, stderr } = await rootsigma(['sample', join(folder, 'no-run'), '-o', path]);
  expect([code, stderr.includes('a file stands in the way')]).toEqual([1, true]);
  const inFile = ['train', 'no-such-data', '--out', join(folder, 'file')];
  expect((await rootsigma(inFile)).stderr).toMatch(/file: is a file/);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

const program = process.env.ROOTSIGMA_CLI ?? new URL('../../dist/cli/main.js', import.meta.url).pathname;
const isBuilt = existsSync(program);

/** Runs a line of the shell in which `rs` is the program. */
function shell(line: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const script = `rs() { '${process.execPath}' '${program}' "$@"; }; ${line}`;
  return spawnSync('bash', ['-o', 'pipefail', '-c', script], { cwd: folder, encoding: 'utf8' });
}

describe.skipIf(!isBuilt || !existsSync('/dev/full'))('standard output that cannot be written', () => {
  it.each(['datasets --json', '--help', 'sqrt matrix.json'])('rs %s > /dev/full', (line) => {
    const { status, stderr } = shell(`rs ${line} > /dev/full`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: standard output: cannot be written: no space is left there \(ENOSPC\)\. Free some/);
  });

  it('ends a training in order: what was learned is saved', () => {
    const train = `rs train digits ${tiny.join(' ')} --epochs 100000 --json --quiet --out`;
    const full = shell(`${train} full > /dev/full`);
    expect([full.status, full.stderr.includes('standard output: cannot be written')]).toEqual([1, true]);
    const closed = shell(`${train} closed | head -n 1`);
    expect([closed.status, closed.stdout.split('\n').length]).toEqual([130, 2]);
    for (const name of ['full', 'closed']) expect(existsSync(join(folder, name, 'model.safetensors'))).toBe(true);
  });

  it('standard error that cannot be written takes nothing away', () => {
    const { status, stdout } = shell(`rs evaluate run --json --draws 2 2> /dev/full`);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ examples: 60 });
  });
});
