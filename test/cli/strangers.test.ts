// What comes from elsewhere: names with control characters, runs that name files of this machine, folders of links.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { load, train } from '../../src/index.ts';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const escape = '\u001b]0;owned\u0007\u009b31m\u202E';
const acting = /[\0-\x09\x0B-\x1F\x7F-\x9F\u202E]/;
const rows = (extra: string): string =>
  [
    'weight,"co\u001b[2Jlour"',
    ...Array.from({ length: 60 }, (_, row) => `${row},"${row % 2 ? 'red' : `blue${escape}`}"`),
    extra,
  ].join('\n');

beforeAll(async () => {
  writeFileSync(join(folder, `pa${escape}ints.csv`), rows('7,red'));
  writeFileSync(join(folder, 'new.csv'), rows(`7,"gre${escape}en"`));
  writeFileSync(join(folder, 'secret.csv'), 'a,b\n1,2\n3,4\n');
  const argv = ['train', join(folder, `pa${escape}ints.csv`), '--out', join(folder, 'run'), '--epochs', '1'];
  const { code, stdout, stderr } = await rootsigma([...argv, '--latent', '2', '--hidden', '8', '--batch-size', '10'], {
    isTTY: true,
    env: { NO_COLOR: '1' },
  });
  expect(code, stderr).toBe(0);
  // A terminal's status line is redrawn by codes of our own.
  expect((stdout + stderr).replaceAll('\r\u001b[2K', '')).not.toMatch(acting);
  expect(stderr).toContain('pa\\x1b]0;owned\\x07\\x9b31m\\u202eints.csv');
});

describe('control characters of names', () => {
  it.each<[string, readonly string[]]>([
    ['evaluate', ['--draws', '2', '--data', join(folder, 'new.csv')]],
    ['score', ['--data', join(folder, 'new.csv'), '-o', join(folder, 'scores.csv'), '--explain', '--anomalies', 'x']],
    ['score', ['--data', join(folder, 'new.csv'), '-o', join(folder, 'scores.csv'), '--explain']],
    ['evaluate', ['--data', join(folder, `no${escape}.csv`)]],
    ['evaluate', [`--${escape}`]],
    ['sample', ['-o', join(folder, `sam${escape}ples.csv`)]],
  ])('do not reach the terminal: %s %#', async (command, flags) => {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await rootsigma([command, join(folder, 'run'), ...flags, ...json]);
      expect(stderr + stdout).not.toMatch(acting);
      if (json.length > 0) for (const line of stdout.split('\n').filter(Boolean)) JSON.parse(line);
    }
  });

  it('are in the files as they were', async () => {
    const samples = join(folder, 'samples.csv');
    await rootsigma(['sample', join(folder, 'run'), '-o', samples]);
    expect(readFileSync(samples, 'utf8')).toContain(escape);
  });
});

describe('a run from elsewhere', () => {
  const run = join(folder, 'elsewhere', 'run');
  const configOf = (change: (config: { data: Record<string, unknown> }) => void): void => {
    const path = join(run, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as { data: Record<string, unknown> };
    change(config);
    writeFileSync(path, JSON.stringify(config));
  };

  beforeAll(async () => {
    const { code, stderr } = await rootsigma([
      'train',
      'digits',
      ...tiny,
      '--epochs',
      '1',
      '--out',
      join(folder, 'digits'),
      '--quiet',
    ]);
    expect(code, stderr).toBe(0);
  });
  beforeEach(() => {
    mkdirSync(run, { recursive: true });
    cpSync(join(folder, 'digits'), run, { recursive: true });
    // Whoever reads the network fails at once.
    vi.stubGlobal('fetch', () => {
      throw new Error('the network was reached');
    });
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it.each(['/etc/passwd', '../../secret.csv', 'secret.csv', 'mnist'])(
    'that names %j is asked for its data',
    async (source) => {
      configOf(({ data }) => (data.source = source));
      const commands = [
        ['evaluate', run, '--draws', '1'],
        ['compare', run, '--draws', '1'],
        ['score', run, '-o', join(folder, 'x.csv'), '--method', 'elbo'],
        ['score', run, '-o', join(folder, 'x.csv')],
        ['encode', run, '-o', join(folder, 'x.npy')],
        ['reconstruct', run, '-o', join(folder, 'x.npy')],
        ['interpolate', run, '-o', join(folder, 'x.npy')],
        ['latent', run, '-o', join(folder, 'x.png')],
        ['traverse', run, '-o', join(folder, 'x.png')],
        ['train', '--resume', '--out', run, '--epochs', '3'],
        ['train', '--config', join(run, 'config.json'), '--out', join(folder, 'copy')],
      ];
      for (const argv of commands) {
        const { code, stderr } = await rootsigma(argv);
        expect([code, stderr], argv.join(' ')).toEqual([2, expect.stringContaining(`--data ${source}`)]);
        expect(stderr).not.toMatch(/network was reached/);
      }
      // What needs no data does without.
      expect((await rootsigma(['sample', run, '-o', join(folder, 's.npy')])).code).toBe(0);
      const loaded = await load(run, { engine: 'reference' });
      await expect(loaded.evaluate({ draws: 1 })).rejects.toThrow(/only when you name it too/);
    },
  );

  it('reads what it is given', async () => {
    configOf(({ data }) => (data.source = 'mnist'));
    const { code, stderr } = await rootsigma(['evaluate', run, '--draws', '1', '--limit', '5', '--data', 'digits']);
    expect(code, stderr).toBe(0);
  });

  it('reads no schema from a path that its configuration names', async () => {
    configOf(({ data }) => (data.options = { schema: '/etc/passwd' }));
    const { code, stderr } = await rootsigma(['evaluate', run, '--draws', '1']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/schema: expected the schema itself/)]);
  });

  it.each(['config.json', 'model.safetensors', 'thresholds.json', 'metrics.jsonl', 'checkpoints'])(
    'whose %s is a link out of its folder is refused, and what it leads to stays',
    async (name) => {
      const target = join(folder, `target-of-${name}`);
      if (name === 'thresholds.json') writeFileSync(target, '{}');
      else cpSync(join(folder, 'digits', name), target, { recursive: true });
      const linked = join(folder, `linked-${name}`);
      cpSync(join(folder, 'digits'), linked, { recursive: true, filter: (path) => !path.endsWith(name) });
      symlinkSync(target, join(linked, name));
      const before = name === 'checkpoints' ? undefined : readFileSync(target);
      const argv =
        name === 'thresholds.json'
          ? ['score', linked, '-o', join(folder, 'x.csv')]
          : ['train', '--resume', '--out', linked, '--epochs', '2'];
      const { code, stderr } = await rootsigma(
        name === 'model.safetensors' ? ['sample', linked, '-o', join(folder, 's.npy')] : argv,
      );
      expect([code, stderr]).toEqual([2, expect.stringMatching(/is a link to .*, outside the folder/)]);
      if (before) expect(readFileSync(target)).toEqual(before);
    },
  );
});

describe('a run of one’s own', () => {
  it('finds its data from anywhere, and notes it in the cache alone', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => [row, row % 7, row % 3]);
    const data = join(folder, 'own.json.csv');
    writeFileSync(data, ['a,b,c', ...rows.map((row) => row.join(','))].join('\n'));
    const out = join(folder, 'own');
    await train(data, { out, latent: 2, hidden: [4], epochs: 1, batchSize: 8, threads: 1, onNotice: 'silent' });
    const { code, stderr } = await rootsigma(['evaluate', out, '--draws', '1']);
    expect(code, stderr).toBe(0);
    expect(existsSync(join(process.env.ROOTSIGMA_CACHE ?? '', 'own-data'))).toBe(true);
  });
});
