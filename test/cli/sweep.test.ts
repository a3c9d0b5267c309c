// Sweeps over trainings in processes, as `npm run build` made them.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePng } from '../../src/io/index.ts';
import { rootsigma } from './harness.ts';

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const isBuilt = existsSync(new URL('../../dist/sweep/trial-process.js', import.meta.url));

const settings = {
  data: 'digits',
  dataOptions: { count: 100, testCount: 10 },
  options: { hidden: [4], batchSize: 25 },
  space: { latent: { from: 1, to: 4 }, learningRate: { from: 1e-3, to: 1e-1, scale: 'log' } },
  strategy: { name: 'halving', trials: 3, leastEpochs: 20, mostEpochs: 60, factor: 3 },
  objective: { metric: 'nll', draws: 4 },
};

/** The program in a folder of its own, until it ends or `kill` says when it has said enough. */
async function run(
  cwd: string,
  argv: readonly string[],
  kill?: { readonly after: string; readonly by: 'SIGKILL' | 'SIGINT' },
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child: ChildProcess = spawn(process.execPath, [program, ...argv], { cwd });
  let [stdout, stderr, isSent] = ['', '', false];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (!kill || isSent || !stdout.includes(kill.after)) return;
    isSent = true;
    child.kill(kill.by);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

type Row = Record<string, unknown>;
const rowsOf = (text: string): Row[] => text.trim().split('\n').map((line) => JSON.parse(line) as Row); // prettier-ignore
const ended = (cwd: string): Row[] =>
  rowsOf(readFileSync(join(cwd, 'sweeps/sweep/trials.jsonl'), 'utf8'))
    .filter(({ event }) => event === 'ended')
    .map((row): Row => ({ ...row, seconds: 0 }))
    .sort((a, b) => Number(a.job) - Number(b.job));

describe.skipIf(!isBuilt)(`rootsigma sweep${isBuilt ? '' : ' (dist is not built: run npm run build)'}`, () => {
  it('goes on after kill -9 and after Ctrl-C to the same trials and values; then it is ranked, drawn and done', async () => {
    const [whole, parted] = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'rootsigma-sweep-'))) as [string, string];
    for (const cwd of [whole, parted]) writeFileSync(join(cwd, 'sweep.json'), JSON.stringify(settings));
    const flags = ['--workers', '2', '--json'];
    const expected = await run(whole, ['sweep', 'sweep.json', ...flags]);
    expect(expected.code, expected.stderr).toBe(0);
    const killed = await run(parted, ['sweep', 'sweep.json', ...flags], { after: '"job":1', by: 'SIGKILL' });
    // On a machine that starves this process, it may end before.
    expect([null, 0]).toContain(killed.code);
    const refused = await run(parted, ['sweep', 'sweep.json', '--quiet']);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/holds a sweep already/);
    const goOn = ['sweep', '--resume', '--out', 'sweeps/sweep', ...flags];
    const stopped = await run(parted, goOn, { after: '"event":"ended"', by: 'SIGINT' });
    expect([130, 0], stopped.stderr).toContain(stopped.code);
    if (stopped.code === 130) expect(stopped.stderr).toMatch(/Go on with: .*sweep --resume --out sweeps\/sweep/);
    const resumed = await run(parted, goOn);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(ended(parted)).toHaveLength(4);
    expect(ended(parted)).toEqual(ended(whole));
    const done = rowsOf(resumed.stdout).at(-1) as { readonly trials: Row[]; readonly best: Row };
    expect(done).toMatchObject({ event: 'done', metric: 'nll', direction: 'min', reason: 'finished', open: 0 });
    expect(done.trials.map(({ epochs }) => epochs)).toEqual([60, 20, 20]);
    // The first went on from its checkpoint: its run has all epochs once.
    const { run: best } = done.best as { readonly run: string };
    const epochs = rowsOf(readFileSync(join(parted, best, 'metrics.jsonl'), 'utf8')).filter((row) => row.event === 'epoch'); // prettier-ignore
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    const picture = decodePng(readFileSync(join(parted, 'sweeps/sweep/parallel-coordinates.png')));
    expect(picture.shape).toHaveLength(3);
    expect(readFileSync(join(parted, 'sweeps/sweep/README.md'), 'utf8')).toMatch(/^# A sweep by NLL\n\n3 trials have ended, less is better\. It is finished\./); // prettier-ignore
    const merged = await rootsigma(['sweep', '--merge', join(parted, 'sweeps/sweep'), '--top', '2']);
    expect(merged.code).toBe(0);
    expect(merged.stdout).toMatch(/^3 trials by NLL; less is better\n\n +trial +NLL .*\n1 .*\n2 .*\n… and 1 more/);
    // It takes several folders, as of shards; these are of one sweep that was done twice.
    const both = await rootsigma(['sweep', '--merge', join(parted, 'sweeps/sweep'), join(whole, 'sweeps/sweep')]);
    expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/both have trial \d: of one sweep/)]);
  });

  it('has failed where every trial did, and says why below the table', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'rootsigma-sweep-'));
    // A file that is there, so that only the trials find what it lacks.
    writeFileSync(join(cwd, 'empty.csv'), 'a,b\n');
    const one = { data: 'empty.csv', space: { latent: [2] }, strategy: 'grid', objective: 'nll' };
    writeFileSync(join(cwd, 'sweep.json'), JSON.stringify(one));
    const { code, stdout } = await run(cwd, ['sweep', 'sweep.json']);
    expect(code, stdout).toBe(1);
    expect(stdout).toMatch(
      /^1 trial by NLL.*; 1 failed\n\n.*\n +0 +failed +2 .*\n\ntrial 0 failed: empty\.csv: holds no rows/m,
    );
  });
});

describe('rootsigma sweep', () => {
  it('says what is wrong with its arguments', async () => {
    const say = async (...argv: string[]) => {
      const { code, stderr } = await rootsigma(['sweep', ...argv]);
      return `${code} ${stderr}`;
    };
    expect(await say()).toMatch(/^2 error: name a sweep\.json, or with --resume the folder/);
    expect(await say('--out', 'x')).toMatch(/^2 error: name a sweep\.json, or go on with the sweep of --out: --resume/);
    expect(await say('nowhere.json')).toMatch(/^2 error: nowhere\.json: cannot be read/);
    expect(await say('a.json', '--shard', '4/3')).toMatch(/^2 .*Expected i\/n with i from 1 to n/);
    expect(await say('a.json', '--merge', 'x')).toMatch(/^2 error: --merge reads sweeps and begins none/);
    expect(await say('--merge', 'nowhere')).toMatch(/^2 error: nowhere: holds no sweep/);
    const file = join(mkdtempSync(join(tmpdir(), 'rootsigma-sweep-')), 'sweep.json');
    writeFileSync(file, JSON.stringify({ ...settings, strategi: 'grid' }));
    expect(await say(file)).toMatch(/unknown option 'strategi'; did you mean 'strategy'/);
  });
});
