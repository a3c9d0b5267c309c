import { ValueError } from '../core/index.ts';
import type { ArrayOf } from '../core/index.ts';
import { matrixKernels } from './matrix-kernels.ts';
import type { MatrixKernels } from './matrix-kernels.ts';
import { KernelMemory } from './memory.ts';

/** Bytes of matrices worked on in one pass: they and the scratch then share the second-level cache. */
const passBytes = 262_144;

interface Workspace {
  readonly kernels: MatrixKernels;
  /** All the memory there is to hand out. */
  readonly space: ArrayOf['float64'];
}

let shared: Workspace | undefined;

/** A workspace of at least `length` float64 values, kept for the next call; it never shrinks. */
function workspace(length: number): Workspace {
  if (shared === undefined || shared.space.length < length) {
    const capacity = Math.max(length, passBytes / 4);
    const memory = new KernelMemory(8 * capacity, matrixKernels);
    shared = { kernels: memory.kernels, space: memory.allocate('float64', capacity) };
  }
  return shared;
}

/** One array that a batched kernel reads, writes or both: `length` values for each matrix, stored one after another. */
export interface BatchArray {
  readonly name: string;
  readonly data: Float64Array;
  readonly length: number;
  readonly use: 'in' | 'out' | 'both';
}

export interface BatchPlan {
  readonly count: number;
  readonly arrays: readonly BatchArray[];
  /** Values read by every matrix alike. */
  readonly constants?: Float64Array;
  /** Float64 slots of scratch. */
  readonly scratch: (kernels: MatrixKernels) => number;
}

export interface BatchPass {
  readonly kernels: MatrixKernels;
  /** Number of the first matrix of this pass, and how many there are. */
  readonly first: number;
  readonly size: number;
  /** Byte offsets of the arrays, in the plan's order. */
  readonly offsets: readonly number[];
  readonly constants: number;
  readonly scratch: number;
}

/**
 * Copies a batch through the kernels' workspace a few matrices at a time and calls `run` on each pass. Outputs are zero
 * before the kernel and copied back after it; matrices do not see each other, so the cut leaves no trace.
 *
 * @throws ValueError when an array does not hold `count` times its length
 */
export function runBatch(operation: string, plan: BatchPlan, run: (pass: BatchPass) => void): void {
  const { count, arrays, constants = new Float64Array(0) } = plan;
  for (const { name, data, length } of arrays) {
    if (data.length !== count * length) {
      throw new ValueError(
        `${operation}: '${name}' has ${data.length} values, ${count} matrices need ${count * length}.`,
      );
    }
  }
  const perMatrix = arrays.reduce((sum, array) => sum + array.length, 0);
  const perPass = Math.max(1, Math.min(count, Math.floor(passBytes / 8 / Math.max(1, perMatrix))));
  const scratchLength = plan.scratch(workspace(0).kernels);
  const { kernels, space } = workspace(perPass * perMatrix + constants.length + scratchLength);
  let next = 0;
  const take = (length: number): Float64Array => space.subarray(next, (next += length));
  const views = arrays.map((array) => take(perPass * array.length));
  const constantView = take(constants.length);
  constantView.set(constants);
  const scratch = take(scratchLength).byteOffset;
  const offsets = views.map((view) => view.byteOffset);
  for (let first = 0; first < count; first += perPass) {
    const size = Math.min(perPass, count - first);
    arrays.forEach(({ data, length, use }, k) => {
      if (use === 'out') views[k]!.fill(0, 0, size * length);
      else views[k]!.set(data.subarray(first * length, (first + size) * length));
    });
    run({ kernels, first, size, offsets, constants: constantView.byteOffset, scratch });
    arrays.forEach(({ data, length, use }, k) => {
      if (use !== 'in') data.set(views[k]!.subarray(0, size * length), first * length);
    });
  }
}
