import { usableCores } from '../../engine/index.ts';
import type { Communicator } from '../../mpi/index.ts';

/**
 * Threads of a rank's engine, so that the ranks on one host take no more than it has: for all but training steps, of which each takes its
 * part alone.
 */
export function threadsOf({ localSize }: Communicator): number {
  return Math.max(1, Math.floor(usableCores() / localSize));
}
