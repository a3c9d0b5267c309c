import { whyAlone } from '#threads';
import { ValueError } from '../../core/index.ts';
import type { Engine } from '../../engine/index.ts';
import { multiplications } from '../../graph/index.ts';
import type { StepGraph } from '../step-graph.ts';

/** Multiplications. With less to do in a step, threads cost more than they gain: to start, or to wait for each other. */
const leastWork = 2e7;
/** Exchanging gradients and parameters costs as much as this many multiplications for each of them. */
const leastWorkPerParameter = 128;

/**
 * How many threads share a step: the most that the batch divides into evenly, as long as each has enough to do. One where
 * the engine has one thread, or where the examples of a batch depend on each other (running statistics).
 *
 * @param step the whole batch's
 * @param parameters how many numbers are learned
 */
export function replicaCount(engine: Engine, step: StepGraph, parameters: number): number {
  if (engine.threads === 1 || whyAlone(engine.name) !== undefined || isCoupled(step)) return 1;
  const work = workOf(step);
  const least = Math.max(leastWork, leastWorkPerParameter * parameters);
  const [batchSize] = step.shape;
  let count = Math.min(engine.threads, batchSize, Math.floor(work / least));
  while (count > 1 && batchSize % count !== 0) count--;
  return Math.max(1, count);
}

/** How many of the engine's threads a step that is not shared may use: each op is parted among them. */
export function opThreads(engine: Engine, step: StepGraph): number {
  return workOf(step) < leastWork ? 1 : engine.threads;
}

/** @throws ValueError when a step cannot be shared among `count` */
export function checkReplicaCount(count: number, step: StepGraph): void {
  const [batchSize] = step.shape;
  if (!Number.isInteger(count) || count < 1 || batchSize % count !== 0) {
    throw new ValueError(`train: a batch of ${batchSize} does not divide among ${count} replicas.`);
  }
  if (count > 1 && isCoupled(step)) {
    throw new ValueError('train: batch normalisation needs the whole batch in one place: use one replica.');
  }
}

function workOf({ outputs }: StepGraph): number {
  return multiplications(Object.values(outputs));
}

/** Whether examples of a batch depend on each other. */
function isCoupled({ state }: StepGraph): boolean {
  return Object.keys(state).length > 0;
}
