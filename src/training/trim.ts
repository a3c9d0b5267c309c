import type { TrainingConfig } from '../io/index.ts';
import { batchesInOrder } from '../objectives/index.ts';
import type { ElboProgram, Examples } from '../objectives/index.ts';
import type { Key } from '../random/index.ts';

type TrimConfig = TrainingConfig['trim'];

/** How many examples an epoch leaves out, epochs counted from 0. */
export function trimmedCount(size: number, trim: TrimConfig, epoch: number): number {
  return trim && epoch >= trim.warmupEpochs ? Math.floor(trim.fraction * size) : 0;
}

/**
 * The `count` examples that the model explains worst: those of lowest ELBO, by one draw each. Trained on the others, and asked
 * again in every epoch, a model gives up what does not go with the rest (iterative trimmed loss minimisation, Shen and
 * Sanghavi 2019).
 *
 * @returns their indices, rising
 */
export async function worstExamples(
  program: ElboProgram,
  examples: Examples,
  options: { readonly count: number; readonly key: Key; readonly batchSize: number },
): Promise<number[]> {
  const elbo = new Float64Array(examples.size);
  for (const { x, start, key } of batchesInOrder(examples, options)) {
    const { reconstruction, kl } = await program.run(x, key);
    reconstruction.data.forEach((value, row) => {
      const own = value - (kl.data[row] ?? 0);
      // What cannot be explained at all is explained worst.
      elbo[start + row] = Number.isNaN(own) ? -Infinity : own;
    });
  }
  const order = Array.from(elbo, (_, index) => index).sort((a, b) => compare(elbo[a] ?? 0, elbo[b] ?? 0));
  return order.slice(0, options.count).sort((a, b) => a - b);
}

/** Infinities have no difference. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The indices below `size` but for `left`, which rises. */
export function without(left: readonly number[], size: number): Uint32Array {
  const dropped = new Set(left);
  return Uint32Array.from({ length: size }, (_, index) => index).filter((index) => !dropped.has(index));
}
