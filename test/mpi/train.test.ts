// `mpirun … rootsigma train`: the same run as one process makes; what becomes of it when a rank is killed, told to end, or fails.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dist, missing, modulesOn, program, rootsigmaAlone, rootsigmaOn, start } from './harness.ts';
import type { JobUnderWay } from './harness.ts';

const small = ['train', 'digits', '--count', '300', '--test-count', '20', '--latent', '2', '--hidden', '8'];
const train = [...small, '--batch-size', '70', '--clip-norm', '50'];

describe.skipIf(missing !== '')(`training on ranks${missing}`, () => {
  let cwd = '';
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'rootsigma-mpi-'));
    const { code, stderr } = rootsigmaAlone([...train, '--epochs', '4', '--out', 'alone', '--quiet'], cwd);
    expect([code, stderr]).toEqual([0, '']);
  });
  afterAll(() => {
    rmSync(cwd, { recursive: true, force: true });
  });

  /** The files of a run, without times and what was asked for. */
  const filesOf = (run: string): (string | Buffer)[] =>
    ['config.json', 'model.safetensors', 'checkpoints/last.safetensors', 'metrics.jsonl', 'samples.png'].map((name) => {
      const bytes = readFileSync(join(cwd, run, name));
      return name === 'metrics.jsonl'
        ? bytes.toString().replaceAll(/"(seconds|stepMs|meanStepMs|time|epochs|totalSteps)":[^,}]+/g, '')
        : bytes;
    });

  async function until(condition: () => boolean, { said }: JobUnderWay): Promise<void> {
    for (let k = 0; !condition(); k++) {
      if (k > 4000) throw new Error(`It never came to that: ${said.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  it('writes the files of one process, and speaks with one voice', async () => {
    const { code, stdout, stderr } = await rootsigmaOn(4, [...train, '--epochs', '4', '--out', 'four', '--json'], cwd);
    expect(code, stderr).toBe(0);
    expect(filesOf('four')).toEqual(filesOf('alone'));
    const events = stdout.trim().split('\n').map((line) => (JSON.parse(line) as { readonly event: string }).event); // prettier-ignore
    expect(events.filter((event) => event === 'epoch')).toHaveLength(4);
    expect(events.filter((event) => event === 'done')).toHaveLength(1);
    expect(stderr.match(/Training four on digits/g)).toHaveLength(1);
  });

  /** The processes of a job's ranks. */
  const processesOf = ({ pid }: JobUnderWay): number[] =>
    execFileSync('pgrep', ['-P', String(pid), '-x', 'node'], { encoding: 'utf8' }).trim().split('\n').map(Number); // prettier-ignore

  it('goes on after a rank was killed, on fewer ranks, and after one was told to end, on none', async () => {
    const often = ['--checkpoint-every', '0'];
    const killed = start(4, [program, ...train, '--epochs', '1000000', ...often, '--out', 'cut'], cwd);
    await until(() => existsSync(join(cwd, 'cut/checkpoints/previous.safetensors')), killed);
    process.kill(processesOf(killed).at(-1) ?? 0, 'SIGKILL');
    const { code } = await killed.end;
    expect([0, null]).not.toContain(code);

    const told = start(2, [program, 'train', '--resume', '--out', 'cut', '--json', ...often], cwd);
    await until(() => told.said.stdout.includes('"event":"epoch"'), told);
    process.kill(processesOf(told).at(-1) ?? 0, 'SIGTERM');
    const { code: end, stdout, stderr } = await told.end;
    // Which rank's code mpirun hands on is up to it.
    expect([130, 143], stderr).toContain(end);
    expect(stdout).toContain('"reason":"interrupted"');
    expect(existsSync(join(cwd, 'cut/model.safetensors'))).toBe(true);

    const epochs = String(readFileSync(join(cwd, 'cut/metrics.jsonl'), 'utf8').split('"event":"epoch"').length + 2);
    expect(rootsigmaAlone(['train', '--resume', '--out', 'cut', '--epochs', epochs], cwd).code).toBe(0);
    expect(rootsigmaAlone([...train, '--epochs', epochs, '--out', 'uncut'], cwd).code).toBe(0);
    expect(filesOf('cut')).toEqual(filesOf('uncut'));
  });

  it('says once what is wrong, with its exit code', async () => {
    const { code, stderr } = await rootsigmaOn(3, [...train, '--out', 'alone'], cwd);
    expect([code, stderr]).toEqual([
      2,
      'error: alone: holds a run already. Choose another folder, resume it, or ask to overwrite it.\n',
    ]);
  });

  it('ends all ranks where one fails alone, and says which have other data', async () => {
    const { code, stdout, stderr } = await modulesOn(
      2,
      `import { NdArray, train } from '${new URL('index.js', dist).href}';
      import { mpiWorld } from '${new URL('mpi/index.js', dist).href}';
      const ranks = await mpiWorld();
      const say = (text) => { if (ranks.rank === 0) console.log(text); };
      const data = (first) => new NdArray(new Float32Array(100 * 16).map((_, i) => (i === 0 ? first : i % 2)), [100, 4, 4]);
      const options = { ranks, latent: 2, hidden: [4], epochs: 2, batchSize: 40, onNotice: () => undefined };
      const run = await train(data(1), options);
      say((await run.evaluate({ draws: 2 })).elbo.value < 0 || 'evaluated');
      await train(data(ranks.rank), options).then(undefined, (error) => say(error.message));
      await train(data(1), { ...options, latent: ranks.rank + 1 }).then(undefined, (error) => say(error.message));
      const onEvent = ({ step }) => { if (ranks.rank === 1 && step === 2) throw new Error('a fault of its own'); };
      await train(data(1), { ...options, epochs: 1e6, onEvent });`,
    );
    expect(code, stderr).toBe(1);
    expect(stdout.trim().split('\n'), stderr).toEqual([
      'evaluated',
      'train: rank 1 of 2 has other data than rank 0. All hosts need the same version of rootsigma and the same data.',
      'train: rank 1 of 2 has other options than rank 0. All hosts need the same version of rootsigma and the same data.',
    ]);
    expect(stderr).toContain('error: rank 1: a fault of its own');
  });
});
