import { add, div, mul, square, sub } from './elementwise.ts';
import { sum } from './reductions.ts';
import type { Tensor } from './tensor.ts';

/** Beside ‖v‖²: only a v of zeros notices, whose reflection is the identity. */
const least = 1e-30;

/**
 * H x = x − 2 v (vᵀ x) / ‖v‖²: the reflection at the hyperplane that v stands upright on, orthogonal, symmetric and its own inverse.
 *
 * @param v [..., n] @param x [..., n], or with `axis` −2 the columns of [..., n, k]
 */
export function reflect(v: Tensor, x: Tensor, axis: -1 | -2 = -1): Tensor {
  const along = sum(mul(v, x), axis, { keepDims: true });
  const share = div(mul(along, 2), add(sum(square(v), axis, { keepDims: true }), least));
  return sub(x, mul(v, share));
}
