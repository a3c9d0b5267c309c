import { whyAlone } from '#threads';
import { ValueError } from '../../core/index.ts';
import type { Engine } from '../../engine/index.ts';
import { multiplications } from '../../graph/index.ts';
import type { TrainingObjective } from '../../objectives/index.ts';
import type { StepGraph } from '../step-graph.ts';
import { mostReplicas } from './row-blocks.ts';
import type { RowStep } from './row-step.ts';

/** Multiplications. With less to do in a step, threads cost more than they gain: to start, or to wait for each other. */
const leastWork = 2e7;
/** Exchanging gradients and parameters costs as much as this many multiplications for each of them. */
const leastWorkPerParameter = 128;

/**
 * How many threads may share a step: a power of two that the batch has enough blocks for, as long as each has enough to do.
 * One where the engine has one thread, or where the examples of a batch depend on each other.
 *
 * @param step undefined where it cannot be parted
 * @param parameters how many numbers are learned
 * @param ranks each of which takes its part of the step, and whose threads share that
 */
export function replicaCount(engine: Engine, step: RowStep | undefined, parameters: number, ranks = 1): number {
  if (!step || engine.threads === 1 || whyAlone(engine.name) !== undefined) return 1;
  const least = Math.max(leastWork, leastWorkPerParameter * parameters);
  const most = mostReplicas(step.graph.shape[0], ranks);
  return powerOfTwo(Math.min(engine.threads, most, workOf(step.graph) / ranks / least));
}

/** The largest that is not above `limit`, and 1 at least. */
export function powerOfTwo(limit: number): number {
  return limit < 2 ? 1 : 2 ** Math.floor(Math.log2(limit));
}

/** How many of the engine's threads a step that is not shared may use: each op is parted among them. */
export function opThreads(engine: Engine, step: StepGraph): number {
  return workOf(step) < leastWork ? 1 : engine.threads;
}

/** @throws ValueError when a step cannot be shared among `count` */
export function checkReplicaCount(count: number, step: RowStep | undefined, batchSize: number, ranks = 1): void {
  if (count === 1) return;
  if (!step) {
    throw new ValueError('train: the examples of a batch depend on each other (batch normalisation): use one replica.');
  }
  const most = mostReplicas(batchSize, ranks);
  if (powerOfTwo(count) !== count || count > most) {
    const each = ranks > 1 ? ` on each of ${ranks} ranks` : '';
    throw new ValueError(
      `train: a batch of ${batchSize} has blocks for 1, 2, 4, … ${most} replicas${each}, not ${count}.`,
    );
  }
}

/** Whether steps of an objective may be shared: each example has its own loss, and every parameter is the model's. */
export function isShareable({ couplesExamples, parameters }: TrainingObjective): boolean {
  return !couplesExamples && parameters.length === 0;
}

function workOf({ outputs }: StepGraph): number {
  return multiplications(Object.values(outputs));
}
