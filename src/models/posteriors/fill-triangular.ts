import { constant, reshape, scatterAdd } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';

/** How many entries lie strictly below the diagonal of an n × n matrix. */
export function strictlyLowerSize(n: number): number {
  return (n * (n - 1)) / 2;
}

/**
 * Vectors [..., n(n−1)/2] as strictly lower triangular matrices [..., n, n], filled row by row. Each entry has one place, so
 * this and its gradient are gathers, with n² indices that all rows share.
 */
export function fillStrictlyLower(entries: Tensor, n: number): Tensor {
  const places = new Int32Array(strictlyLowerSize(n));
  for (let row = 1, entry = 0; row < n; row++) {
    for (let column = 0; column < row; column++, entry++) places[entry] = row * n + column;
  }
  const flat = scatterAdd(entries, constant(places), entries.rank - 1, n * n);
  return reshape(flat, [...entries.shape.slice(0, -1), n, n]);
}
