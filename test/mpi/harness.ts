// Processes that Open MPI starts together. They run what is built into dist.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const dist = new URL('../../dist/', import.meta.url);
export const program = new URL('cli/main.js', dist).pathname;

const isBuilt = existsSync(program);
const hasMpi = spawnSync('mpirun', ['--version']).status === 0;
/** Why there is nothing to test, where that is so: behind the name of what would be. */
export const missing = !isBuilt
  ? ' (dist is not built: run npm run build)'
  : hasMpi
    ? ''
    : ' (mpirun of Open MPI is missing: apt install openmpi-bin)';

/** As many processes as are asked for, on whatever cores there are, by whatever user; and no direct copies, which containers forbid. */
const environment = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_btl_vader_single_copy_mechanism: 'none',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_hwloc_base_binding_policy: 'none',
};

export interface Job {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A job under way: what it has said so far, and its end. */
export interface JobUnderWay {
  readonly pid: number;
  readonly said: { stdout: string; stderr: string };
  readonly end: Promise<Job>;
}

export function start(ranks: number, argv: readonly string[], cwd?: string): JobUnderWay {
  const command = ['-q', '-np', String(ranks), process.execPath, ...argv];
  const child = spawn('mpirun', command, {
    cwd,
    env: { ...process.env, ...environment, ROOTSIGMA_THREADS: '1' },
    timeout: 240_000,
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const end = new Promise<Job>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, ...said });
    });
  });
  return { pid: child.pid ?? 0, said, end };
}

/** The ranks of a job run the command line. */
export function rootsigmaOn(ranks: number, argv: readonly string[], cwd: string): Promise<Job> {
  return start(ranks, [program, ...argv], cwd).end;
}

/** The ranks of a job run this text as a module. */
export function modulesOn(ranks: number, text: string): Promise<Job> {
  return start(ranks, ['--input-type=module', '-e', text]).end;
}

/** The same without MPI. */
export function rootsigmaAlone(argv: readonly string[], cwd: string): Job {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ROOTSIGMA_THREADS: '1' },
  });
  return { code: status, stdout, stderr };
}
