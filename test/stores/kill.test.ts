// `kill -9` at moments drawn by a fixed seed: at the start, within steps, at the end of an epoch, while the last files are written.
// ROOTSIGMA_KILLS=500 does it so often. Runs what `npm ci` built into dist.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { key, uniform } from '../../src/random/index.ts';

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const isBuilt = existsSync(program);
const kills = Number(process.env.ROOTSIGMA_KILLS ?? 25);

const epochs = 20;
const tiny = ['--count', '300', '--test-count', '20', '--latent', '2', '--hidden', '8', '--batch-size', '50'];
const flags = ['--checkpoint-every', '0.01', '--threads', '1', '--json', '--quiet'];
const begin = ['train', 'digits', ...tiny, '--epochs', String(epochs), ...flags, '--out', 'run'];
const goOn = ['train', '--resume', ...flags, '--out', 'run'];

/** Kills it after so many lines of output and some milliseconds, where it lives so long. */
async function runUntil(cwd: string, { lines, delay }: { readonly lines: number; readonly delay: number }) {
  const argv = existsSync(join(cwd, 'run', 'config.json')) ? goOn : begin;
  const child = spawn(process.execPath, [program, ...argv], { cwd });
  let [seen, said, planned] = [0, '', false];
  const killSoon = (): void => {
    if (planned) return;
    planned = true;
    setTimeout(() => child.kill('SIGKILL'), delay).unref();
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text.split('\n').length - 1;
    if (seen >= lines || text.includes(`"event":"epoch","epoch":${epochs}`)) killSoon();
  });
  if (lines === 0) killSoon();
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect([0, null], said).toContain(code);
  return code === null ? 'killed' : 'ended';
}

/** The files that must be the same, and what else there is. */
function filesOf(cwd: string): Record<string, string> {
  const run = join(cwd, 'run');
  const names = readdirSync(run, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map(({ parentPath, name }) => join(parentPath, name).slice(run.length + 1));
  const contents = (name: string): string => {
    if (name.includes('previous')) return '';
    const bytes = readFileSync(join(run, name));
    if (name.endsWith('.jsonl')) return bytes.toString().replaceAll(/"(seconds|stepMs|meanStepMs|time)":[^,}]+/g, '');
    if (name === 'README.md') return bytes.toString().replace(/in [\d.]+ s( \(.*?\))?;/, '');
    return createHash('md5').update(bytes).digest('hex');
  };
  return Object.fromEntries(paths.sort().map((name) => [name, contents(name)]));
}

describe.skipIf(!isBuilt)(`kill -9${isBuilt ? '' : ' (dist is not built: run npm run build)'}`, () => {
  it(
    `at ${kills} moments: every run goes on to the same bytes`,
    async () => {
      const [whole, parted] = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'rootsigma-kill-'))) as [string, string];
      const { status, stderr } = spawnSync(process.execPath, [program, ...begin], { cwd: whole, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      const expected = filesOf(whole);
      const moments = uniform(key(12), [kills, 3]).data;
      let [killed, ended] = [0, 0];
      const finish = (): void => {
        expect(filesOf(parted)).toEqual(expected);
        ended++;
        rmSync(join(parted, 'run'), { recursive: true });
      };
      while (killed < kills) {
        const [which, where, after] = moments.subarray(3 * killed, 3 * killed + 3) as unknown as [
          number,
          number,
          number,
        ];
        // A sixth while it starts.
        const lines = which < 1 / 6 ? 0 : 1 + Math.floor(40 * where);
        const delay = lines === 0 ? 400 * after : 25 * after;
        if ((await runUntil(parted, { lines, delay })) === 'ended') finish();
        else killed++;
      }
      expect(await runUntil(parted, { lines: Infinity, delay: 1e6 })).toBe('ended');
      finish();
      expect(ended).toBeGreaterThan(kills / 25);
      for (const folder of [whole, parted]) rmSync(folder, { recursive: true });
    },
    12_000 * Math.max(kills, 25),
  );
});
