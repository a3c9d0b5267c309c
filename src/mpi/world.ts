import type * as koffiModule from 'koffi';
import { UnsupportedError, importHidden } from '../core/index.ts';
import type { Communicator } from './communicator.ts';
import { OpenMpi } from './open-mpi.ts';
import { failureSeconds, isTogether } from './together.ts';

/** Variables of a process's environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

let joined: Promise<OpenMpi | undefined> | undefined;

/**
 * The ranks of the job that this process was started in by Open MPI (`mpirun`, or `srun --mpi=pmix`): MPI_COMM_WORLD. Undefined where it
 * is the only one, or was started by nobody; then no MPI is loaded.
 *
 * MPI is left when the process ends. One that ends in the middle of common work, or with an error, takes the others with it.
 *
 * @throws UnsupportedError where it is one of several and Open MPI or koffi does not load, or the job is another MPI's
 */
export async function mpiWorld(env: Environment = process.env): Promise<Communicator | undefined> {
  if (!isRank(env)) return undefined;
  const world = await (joined ??= join(env));
  return world && world.size > 1 ? world : undefined;
}

/** Whether the environment says that this process is one of several ranks of Open MPI. */
function isRank(env: Environment): boolean {
  const { OMPI_COMM_WORLD_SIZE: size, PMIX_RANK: rank, PMI_RANK: other, PMI_SIZE: others } = env;
  if (size !== undefined) return Number(size) > 1;
  if (rank !== undefined) return true;
  if (other !== undefined && Number(others) > 1) {
    throw new UnsupportedError(
      `this process is one of ${others ?? ''} that another MPI's launcher has started (PMI_RANK, PMI_SIZE): ranks are joined by Open MPI only. Use its mpirun, or 'srun --mpi=pmix'; for processes that have nothing to do with each other, 'srun --mpi=none' or no PMI_SIZE in the environment.`,
    );
  }
  return false;
}

/**
 * How many processes Slurm's `srun` has started with this one that Open MPI knows nothing of: each does all of the work by itself. Told to
 * the first of them alone; undefined where there are no others, or they are ranks.
 */
export function strangersOf({
  SLURM_STEP_NUM_TASKS: tasks,
  SLURM_PROCID: number,
  OMPI_COMM_WORLD_SIZE: size,
  PMIX_RANK: rank,
}: Environment): number | undefined {
  const isJoined = size !== undefined || rank !== undefined;
  return !isJoined && number === '0' && Number(tasks) > 1 ? Number(tasks) : undefined;
}

async function join(env: Environment): Promise<OpenMpi> {
  const world = new OpenMpi(await loadKoffi(env), libraryName());
  process.on('exit', (code) => {
    // Whoever ends while others count on it would leave them waiting for ever; so would one that fails alone.
    const seconds = code === 0 ? Infinity : failureSeconds;
    if (isTogether(world) || !world.leave(seconds)) world.abort(code === 0 ? 1 : code);
  });
  return world;
}

async function loadKoffi({ OMPI_COMM_WORLD_SIZE: size }: Environment): Promise<typeof koffiModule> {
  try {
    return await importHidden<typeof koffiModule>('koffi');
  } catch (error) {
    throw new UnsupportedError(
      `this process is one of ${size ?? 'several'} that Open MPI has started, and to join them it needs the package koffi, which does not load: npm install koffi. For one process, start it without mpirun.`,
      { cause: error },
    );
  }
}

function libraryName(): string {
  if (process.platform === 'linux') return 'libmpi.so.40';
  if (process.platform === 'darwin') return 'libmpi.40.dylib';
  throw new UnsupportedError(`ranks are joined by Open MPI, which there is not for ${process.platform}.`);
}
