import { whyAlone } from '#threads';
import { usableCores } from '../../engine/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { StepGraph } from '../step-graph.ts';
import { checkReplicaCount, opThreads, powerOfTwo, replicaCount } from './count.ts';
import { mostReplicas } from './row-blocks.ts';
import type { RowStep } from './row-step.ts';

/** How many threads take a step, and what they part among them: its rows, or each of its operations. */
export interface Sharing {
  readonly count: number;
  readonly by: 'rows' | 'ops';
}

export interface SharingOptions {
  readonly step: StepGraph;
  /** The same step by rows; undefined where it cannot be parted. */
  readonly parted: RowStep | undefined;
  /** How many numbers are learned. */
  readonly parameters: number;
  /** How many threads are asked for. */
  readonly count?: number | undefined;
  /** How a training that goes on has shared all its steps so far, where that makes a difference. */
  readonly fixed?: Sharing | undefined;
}

/** How steps may be shared: as is asked for, as they were before, or as is worth it here. @throws ValueError for a number that cannot be */
export function sharingOf(engine: Engine, options: SharingOptions): Sharing {
  const { step, parted, parameters, count, fixed } = options;
  if (count !== undefined) checkReplicaCount(count, parted, step.shape[0]);
  else if (fixed && canShare(engine, options, fixed)) return fixed;
  const most = count ?? Math.min(replicaCount(engine, parted, parameters), powerOfTwo(usableCores()));
  return most > 1 ? { count: most, by: 'rows' } : { count: opThreads(engine, step), by: 'ops' };
}

/** Whether steps can be shared in a way, be it worth it or not. */
export function canShare(engine: Engine, { step, parted }: SharingOptions, { count, by }: Sharing): boolean {
  if (count === 1) return true;
  if (count > engine.threads) return false;
  if (by === 'ops') return engine.name === 'onnxruntime-node';
  const most = parted && whyAlone(engine.name) === undefined ? mostReplicas(step.shape[0]) : 1;
  return count <= most && count === powerOfTwo(count);
}
