import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { FolderStore } from '../../src/io/node/index.ts';
import { sparkline } from '../../src/cli/sparkline.ts';
import { newFolder, rootsigma } from './harness.ts';

const folder = newFolder();
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  const options = ['--count', '120', '--latent', '2', '--hidden', '8', '--epochs', '3', '--pictures', '0', '-q'];
  expect((await rootsigma(['train', 'digits', ...options, '--out', at('b')])).code).toBe(0);
  expect((await rootsigma(['train', 'digits', ...options, '--posterior', 'full', '--out', at('deep', 'er', 'a')])).code).toBe(0); // prettier-ignore
  // What a kill, a stranger, and a training leave or are at.
  cpSync(at('b'), at('killed'), { recursive: true });
  rmSync(at('killed', 'model.safetensors'));
  truncateSync(at('killed', 'metrics.jsonl'), readFileSync(at('killed', 'metrics.jsonl')).length - 30);
  mkdirSync(at('broken'));
  writeFileSync(at('broken', 'config.json'), '{ "half": ');
  mkdirSync(at('nothing', 'here'), { recursive: true });
  writeFileSync(at('nothing', 'metrics.jsonl'), 'no record');
  symlinkSync(at('b'), at('link'));
  cpSync(at('killed'), at('nan'), { recursive: true });
  writeFileSync(at('nan', 'metrics.jsonl'), '{"event":"epoch","epoch":1,"step":4,"training":{"elbo":-1,"kl":1,"reconstruction":0},"validation":{"elbo":null,"reconstruction":null,"kl":1,"criterion":{"metric":"elbo","direction":"max","value":null}}}\n'); // prettier-ignore
  appendFileSync(at('nan', 'metrics.jsonl'), '{"event":"non-finite","action":"stopped","failedStep":5,"step":4,"what":"loss \\u001b[31mNaN"}\n'); // prettier-ignore
});

it('has a line for each run that lies there, whatever its state, and none for what is no run', async () => {
  const { code, records } = await rootsigma(['runs', folder, '--json']);
  expect(code).toBe(0);
  expect(records.map(({ name, state, epoch, path }) => [name, state, epoch, path])).toEqual([
    ['b', 'finished', 3, at('b')],
    ['broken', 'damaged', 0, at('broken')],
    ['deep/er/a', 'finished', 3, at('deep', 'er', 'a')],
    ['killed', 'interrupted', 3, at('killed')],
    ['nan', 'failed', 1, at('nan')],
  ]);
  const last = readFileSync(at('b', 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { event: string; validation?: { elbo: number } }).filter(({ event }) => event === 'epoch').at(-1); // prettier-ignore
  expect(records[0]).toMatchObject({ elbo: last?.validation?.elbo, latent: 2, data: { source: 'digits' } });
  expect((records[0]?.trend as number[]).length).toBe(3);
});

it('says it as a table, with a curve, alarms in words and no code of the terminal', async () => {
  const { stdout } = await rootsigma(['runs', folder]);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^run +state +model +data +epoch +ELBO +time +trend$/);
  expect(lines.find((line) => line.startsWith('b '))).toMatch(/^b +finished +diagonal +digits +3\/3 +-\d+\.\d\d +[\d.]+ s +[▁▂▃▄▅▆▇█]{3}$/); // prettier-ignore
  expect(lines.find((line) => line.startsWith('nan '))).toMatch(/failed .* 1\/3 +NaN .*×$/);
  expect(stdout).toMatch(/nan: Training ended at step 5: loss .*NaN/);
  expect(stdout).not.toContain('\u001b');
});

it('colours what is bad on a terminal, and not where NO_COLOR is set', async () => {
  const line = ({ stdout }: { stdout: string }) => stdout.split('\n').find((each) => each.includes('broken'));
  expect(line(await rootsigma(['runs', folder], { isTTY: true }))).toMatch(/^\u001b\[31m/);
  expect(line(await rootsigma(['runs', folder], { isTTY: true, env: { NO_COLOR: '1' } }))).toMatch(/^broken/);
});

it('orders and chooses', async () => {
  const names = async (...flags: string[]): Promise<unknown> =>
    (await rootsigma(['runs', folder, '--json', ...flags])).records.map(({ name }) => name);
  const elbos = (await rootsigma(['runs', folder, '--json', '--sort', 'elbo'])).records.map(({ elbo }) => (elbo as number | undefined) ?? -Infinity); // prettier-ignore
  expect(elbos).toEqual([...elbos].sort((a, b) => b - a));
  expect(await names('--filter', 'FULL')).toEqual(['deep/er/a']);
  expect(await names('--state', 'damaged')).toEqual(['broken']);
  expect((await rootsigma(['runs', folder, '--filter', 'no such'])).stdout).toContain(
    'there is no run that is asked for',
  );
});

it('takes one run, refuses what is no folder, and sees who trains', async () => {
  expect((await rootsigma(['runs', at('b'), '--json'])).records.map(({ name }) => name)).toEqual(['b']);
  const { code, stderr } = await rootsigma(['runs', at('missing')]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('there is no such folder')]);
  const release = await new FolderStore(at('killed')).lock();
  try {
    const [found] = (await rootsigma(['runs', at('killed'), '--json'])).records;
    expect(found).toMatchObject({ state: 'training', owner: { host: hostname(), pid: process.pid, here: true } });
    expect((await rootsigma(['runs', at('killed')])).stdout).toContain(`training (${process.pid})`);
  } finally {
    await release();
  }
});

it('a curve is as wide as it may be, and ends with the last value', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([5, null, 5, NaN], 20)).toBe('▅×▅×');
  expect(sparkline(Array.from({ length: 100 }, (_, k) => k), 10)).toBe('▁▁▂▃▄▅▆▇██'); // prettier-ignore
  expect(sparkline([], 5)).toBe('');
});
