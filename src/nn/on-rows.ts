import { expandDims, squeeze } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

/** A function of rows, [..., n] → [..., m], of a single vector too: products of matrices want two axes. */
export function onRows(x: Tensor, f: (rows: Tensor) => Tensor): Tensor {
  return x.rank === 1 ? squeeze(f(expandDims(x, 0)), 0) : f(x);
}
