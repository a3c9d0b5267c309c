import type { Engine } from '../../engine/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { TrainingObjective } from '../../objectives/index.ts';
import { RankSteps } from './rank-steps.ts';
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
  return ranks ? RankSteps.start(engine, { ...options, ranks }) : Replicas.start(engine, options);
}
