import {
  add,
  asTensor,
  cholesky,
  concat,
  diagonalPart,
  div,
  log,
  matrixTranspose,
  mul,
  slice,
  squeeze,
  sub,
  sum,
  triangularSolve,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';

/** What one factorisation of a positive definite A [..., r, r] gives. */
export interface DefiniteSolver {
  /** log det A, [...] */
  readonly logDet: Tensor;
  /** A⁻¹ B, [..., r, k] → [..., r, k] */
  solve(b: Tensor): Tensor;
}

/** Up to this size elimination is written out as graph ops, so that no training step or export needs a host op. */
const largestUnrolled = 16;

export function definiteSolver(a: Tensor, r: number): DefiniteSolver {
  return r <= largestUnrolled ? unrolled(a, r) : onHost(a);
}

function onHost(a: Tensor): DefiniteSolver {
  const factor = cholesky(a);
  return {
    logDet: mul(sum(log(diagonalPart(factor)), -1), 2),
    solve: (b) => triangularSolve(factor, triangularSolve(factor, b), { transpose: true }),
  };
}

/**
 * A = L D Lᵀ by symmetric elimination, L unit lower triangular. Step j takes the pivot dⱼ and the column lⱼ below it,
 * and leaves the Schur complement A − dⱼ lⱼ lⱼᵀ; without pivoting it is stable because A is positive definite.
 */
function unrolled(a: Tensor, r: number): DefiniteSolver {
  const pivots: Tensor[] = []; // each [..., 1, 1]
  const columns: Tensor[] = []; // lⱼ, each [..., r − 1 − j, 1]
  let rest = a;
  for (let j = 0; j < r; j++) {
    const pivot = slice(rest, { [-2]: [0, 1], [-1]: [0, 1] });
    pivots.push(pivot);
    if (j === r - 1) break;
    const below = slice(rest, { [-2]: [1], [-1]: [0, 1] });
    const column = div(below, pivot);
    columns.push(column);
    rest = sub(slice(rest, { [-2]: [1], [-1]: [1] }), mul(column, matrixTranspose(below)));
  }
  const logDet = pivots.map((pivot) => log(squeeze(squeeze(pivot, -1), -1))).reduce((x, y) => add(x, y), asTensor(0, a.dtype)); // prettier-ignore
  return { logDet, solve: (b) => substitute(pivots, columns, b) };
}

/** L z = b downwards, then Lᵀ x = D⁻¹ z upwards. */
function substitute(pivots: readonly Tensor[], columns: readonly Tensor[], b: Tensor): Tensor {
  let rest = b;
  const scaled = pivots.map((pivot, j) => {
    const row = slice(rest, { [-2]: [0, 1] });
    const column = columns[j];
    if (column) rest = sub(slice(rest, { [-2]: [1] }), mul(column, row));
    return div(row, pivot);
  });
  let solved: Tensor | undefined;
  for (let j = scaled.length - 1; j >= 0; j--) {
    const row = scaled[j] ?? b;
    const column = columns[j];
    if (!solved || !column) solved = row;
    else solved = concat([sub(row, sum(mul(column, solved), -2, { keepDims: true })), solved], row.rank - 2);
  }
  return solved ?? b;
}
