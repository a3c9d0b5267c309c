// Under Slurm: the guides' batch scripts with stand-ins for Slurm's programs, and processes that srun has started without MPI.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { strangersOf } from '../../src/mpi/world.ts';
import { rootsigma } from '../cli/harness.ts';

const scriptsOf = (guide: string): string[] =>
  [...readFileSync(guide, 'utf8').matchAll(/^```bash\n(#!\/bin\/bash\n.*?)^```/gms)].map(([, script = '']) => script);
const [bySrun = '', byMpirun = ''] = scriptsOf('docs/distributed.md');
const [byArray = ''] = scriptsOf('docs/sweeps.md');
const hasPkill = spawnSync('pkill', ['--version']).status === 0;

/** Each writes down how it was called; srun ends as it is told to, mpirun as its rank does, a rank when it is told to. */
const programs = {
  srun: 'echo "srun $*" >> calls; exit $SRUN_CODE',
  scontrol: 'echo "scontrol $*" >> calls',
  mpirun: 'echo "mpirun $*" >> calls; "$@" & wait $!',
  rootsigma: 'trap "kill $!; exit 143" TERM; sleep 600 & trap "kill $!; exit 143" TERM; touch begun; wait',
};

describe("the guides' batch scripts", () => {
  let folder = '';
  let env: Record<string, string | undefined> = {};
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rootsigma-slurm-'));
    mkdirSync(join(folder, 'bin'));
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${text}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    const slurm = { SLURM_JOB_ID: '18', SLURM_ARRAY_JOB_ID: '11', SLURM_ARRAY_TASK_ID: '3', SLURM_CPUS_PER_TASK: '4' };
    env = { ...process.env, ...slurm, PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}` };
  });
  beforeEach(() => {
    for (const name of ['calls', 'begun', 'runs']) rmSync(join(folder, name), { recursive: true, force: true });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  const run = (script: string, code: number): number | null =>
    spawnSync('bash', ['-c', script], { cwd: folder, env: { ...env, SRUN_CODE: String(code) } }).status;
  const keepRun = (): void => {
    mkdirSync(join(folder, 'runs/mnist'), { recursive: true });
    writeFileSync(join(folder, 'runs/mnist/config.json'), '{}');
  };

  it('begin a run, go on with one, and go back into the queue when they were told to stop and have saved', () => {
    const begin = 'srun --mpi=pmix rootsigma train /data/mnist --batch-size 512 --epochs 100 --out runs/mnist';
    expect(run(bySrun, 143)).toBe(143);
    expect(calls()).toEqual([begin, 'scontrol requeue 18']);
    for (const code of [0, 1, 137]) {
      expect(run(bySrun, code)).toBe(code);
      expect(calls().at(-1)).toBe(begin);
    }
    keepRun();
    expect(run(bySrun, 0)).toBe(0);
    expect(calls().at(-1)).toBe('srun --mpi=pmix rootsigma train --resume --out runs/mnist');
  });

  it('of an array put back the task alone', () => {
    const shard = 'srun rootsigma sweep sweep.json --shard 3/8 --resume';
    expect([run(byArray, 143), run(byArray, 0)]).toEqual([143, 0]);
    expect(calls()).toEqual([shard, 'scontrol requeue 11_3', shard]);
  });

  it.skipIf(!hasPkill)(`hand a signal on to the ranks of mpirun${hasPkill ? '' : ' (pkill is missing)'}`, async () => {
    keepRun();
    const job = spawn('bash', ['-c', byMpirun], { cwd: folder, env, stdio: 'ignore' });
    const ended = new Promise((resolve) => job.once('exit', resolve));
    while (!existsSync(join(folder, 'begun'))) await new Promise((resolve) => setTimeout(resolve, 10));
    job.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(calls()).toEqual(['mpirun rootsigma train --resume --out runs/mnist', 'scontrol requeue 18']);
  });
});

describe('processes that srun has started without MPI', () => {
  const env = { SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '0' };
  const line = /srun has started 2 processes that know nothing of each other.*'train'.*srun --mpi=pmix/;

  it('are told by the first of them, by commands that ranks would part', async () => {
    expect((await rootsigma(['train', 'nowhere'], { env })).stderr).toMatch(line);
    expect((await rootsigma(['runs', 'nowhere'], { env })).stderr).not.toMatch(/srun/);
    expect((await rootsigma(['train', 'nowhere'], { env: { ...env, SLURM_PROCID: '1' } })).stderr).not.toMatch(/srun/);
  });

  it('are none where there is one, or they are ranks', () => {
    expect(strangersOf({ ...env, SLURM_STEP_NUM_TASKS: '1' })).toBeUndefined();
    expect(strangersOf({ ...env, PMIX_RANK: '0' })).toBeUndefined();
    expect(strangersOf({ ...env, OMPI_COMM_WORLD_SIZE: '2' })).toBeUndefined();
    expect(strangersOf({})).toBeUndefined();
  });
});
