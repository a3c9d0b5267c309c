import type { Engine } from '../../engine/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { TrainingObjective } from '../../objectives/index.ts';
import { Replicas } from './replicas.ts';
import type { ReplicasOptions } from './replicas.ts';
import type { Steps } from './steps.ts';

export interface StepsOptions extends ReplicasOptions {
  readonly objective: TrainingObjective;
  /** The processes that take steps together, each by one thread or several; default: this one alone. */
  readonly ranks?: Communicator | undefined;
  readonly wantsState?: (() => boolean) | undefined;
}

/** @throws ValueError for a number of threads or ranks that cannot share such steps */
export async function startSteps(engine: Engine, options: StepsOptions): Promise<Steps> {
  const { ranks } = options;
  if (!ranks) return Replicas.start(engine, options);
  // Pages have no ranks, and need not load what takes their steps.
  const { RankSteps } = await import('./rank-steps.ts');
  return RankSteps.start(engine, { ...options, ranks });
}
