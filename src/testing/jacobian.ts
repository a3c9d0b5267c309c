import { evaluateAll } from '../engine/reference/index.ts';
import { grad, slice, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

/** ∂y/∂x of one point x [n], row by row, by automatic differentiation of y = f(x), [m]. */
export function jacobian(f: (x: Tensor) => Tensor, x: Tensor): number[][] {
  const y = f(x);
  const [size] = y.shape as readonly number[];
  const rows = Array.from({ length: size ?? 0 }, (_, k) => [`${k}`, grad(sum(slice(y, { 0: [k, k + 1] })), [x])[0] ?? x] as const); // prettier-ignore
  return Object.values(evaluateAll(Object.fromEntries(rows))).map(({ data }) => [...data]);
}

/** log|det A| by elimination with pivots. */
export function logAbsDet(matrix: readonly (readonly number[])[]): number {
  let rows: readonly (readonly number[])[] = matrix;
  let total = 0;
  while (rows.length > 0) {
    const [pivot = [], ...others] = rows.toSorted((a, b) => Math.abs(b[0] ?? 0) - Math.abs(a[0] ?? 0));
    const [head = NaN, ...tail] = pivot;
    total += Math.log(Math.abs(head));
    rows = others.map(([first = NaN, ...rest]) => rest.map((x, k) => x - (first / head) * (tail[k] ?? NaN)));
  }
  return total;
}
