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

/** What a terminal shows of what was written to it: text, lines up, and clearing what is below. */
function screenOf(written: string): string[] {
  const lines = [''];
  let at = 0;
  for (const [, code, letter, text = ''] of written.matchAll(/\u001b\[([?\d]*)([A-Za-z])|([^\u001b]+)/g)) {
    if (letter === 'A') at -= Number(code);
    if (letter === 'J') lines.splice(at, Infinity, '');
    for (const piece of text.split(/(\n)/)) {
      if (piece === '\n') lines[++at] ??= '';
      else lines[at] = `${lines[at] ?? ''}${piece.replaceAll('\r', '')}`;
    }
  }
  expect(at).toBe(lines.length - 1);
  return lines.slice(0, -1);
}

const epochLine = (epoch: number): string => `{"event":"epoch","epoch":${epoch},"step":${4 * epoch},"training":{"elbo":-9,"kl":1,"reconstruction":-8},"validation":{"elbo":-9.25,"reconstruction":-8.25,"kl":1,"criterion":{"metric":"elbo","direction":"max","value":-9.25}}}\n`; // prettier-ignore

it('--watch draws the list again in its place as runs change, come and go, until it is told to end', async () => {
  const watched = newFolder();
  cpSync(at('b'), join(watched, 'one'), { recursive: true });
  const ended = new AbortController();
  let all = '';
  const screens: string[][] = [];
  // What happens after which draw: the next one is waited for, however long it takes.
  const steps = [
    () => { appendFileSync(join(watched, 'one', 'metrics.jsonl'), epochLine(7)); },
    () => { cpSync(at('killed'), join(watched, 'two'), { recursive: true }); },
    () => { rmSync(join(watched, 'one'), { recursive: true }); },
  ]; // prettier-ignore
  const isReached = [
    (screen: string[]) => screen.some((line) => /^one .* 3\/3 /.test(line)),
    (screen: string[]) => screen.some((line) => /^one .* 7\/3 /.test(line)),
    (screen: string[]) => screen.some((line) => line.startsWith('two ')),
    (screen: string[]) => !screen.some((line) => line.startsWith('one ')),
  ];
  const { code } = await rootsigma(['runs', watched, '--watch'], {
    ...{ isTTY: true, rows: 30, signal: ended.signal },
    onStdout: (text) => {
      all += text;
      const screen = screenOf(all);
      if (isReached[screens.length]?.(screen) !== true) return;
      const step = steps[screens.length];
      screens.push(screen);
      if (step) step();
      else ended.abort();
    },
  });
  expect(code).toBe(0);
  expect(screens).toHaveLength(4);
  for (const screen of screens) expect(screen.filter((line) => line.startsWith('run '))).toHaveLength(1);
  expect(screens[2]?.map((line) => line.split(' ')[0]).slice(0, 3)).toEqual(['run', 'one', 'two']);
  // Nothing of what was drawn over stays.
  expect(screens[3]?.filter((line) => line.startsWith('one'))).toEqual([]);
});

it('--watch draws no more lines than the window has', async () => {
  const ended = new AbortController();
  const { stdout } = await rootsigma(['runs', folder, '--watch'], { isTTY: true, rows: 5, signal: ended.signal, onStdout: () => { ended.abort(); } }); // prettier-ignore
  const screen = screenOf(stdout);
  expect(screen).toHaveLength(4);
  expect(screen.at(-1)).toMatch(/^… and \d+ more lines/);
});

it('--watch --json has a line for each change, and without a terminal it is refused', async () => {
  const watched = newFolder();
  cpSync(at('b'), join(watched, 'one'), { recursive: true });
  cpSync(at('b'), join(watched, 'other'), { recursive: true });
  const ended = new AbortController();
  let seen = '';
  const { code, records } = await rootsigma(['runs', watched, '--watch', '--json'], {
    signal: ended.signal,
    onStdout: (text) => {
      seen += text;
      if (text.includes('"gone":true')) ended.abort();
      else if (text.includes('"epoch":7')) rmSync(join(watched, 'one', 'config.json'));
      else if (seen.split('\n').length === 3) appendFileSync(join(watched, 'one', 'metrics.jsonl'), epochLine(7));
    },
  });
  expect(code).toBe(0);
  expect(records.map(({ name, epoch, gone }) => [name, epoch ?? gone])).toEqual([['one', 3], ['other', 3], ['one', 7], ['one', true]]); // prettier-ignore
  const refused = await rootsigma(['runs', watched, '--watch']);
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([2, '', expect.stringContaining('With --json it writes a line for each run that changed')]); // prettier-ignore
});

it('a curve is as wide as it may be, and ends with the last value', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([5, null, 5, NaN], 20)).toBe('▅×▅×');
  expect(sparkline(Array.from({ length: 100 }, (_, k) => k), 10)).toBe('▁▁▂▃▄▅▆▇██'); // prettier-ignore
  expect(sparkline([], 5)).toBe('');
});
