import { broadcastTo, concat, slice } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

// A condition c stands beside what it belongs to as further numbers of the same row: [x | c] in data, before the encoder and
// in what threads hand around, [z | c] before the decoder. So batches, threads and checkpoints need not know of it.

/** [..., n] and the condition [..., k] of each, broadcast to its batch axes: [..., n + k]. */
export function beside(value: Tensor, condition: Tensor): Tensor {
  const batch = value.shape.slice(0, -1);
  return concat([value, broadcastTo(condition, [...batch, condition.shape.at(-1) ?? 0])], -1);
}

/** The two parts of rows [..., n + k] again. */
export function apart(rows: Tensor, conditionSize: number): { readonly value: Tensor; readonly condition: Tensor } {
  const size = Number(rows.shape.at(-1)) - conditionSize;
  return { value: slice(rows, { [-1]: [0, size] }), condition: slice(rows, { [-1]: [size] }) };
}
