import { NdArray, epsilonOf, sizeOf } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import type { CovarianceRoot } from '../gaussian/index.ts';
import { constant, matmul, square, sum, verifyGraph } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { inverse, logDet } from '../linalg/index.ts';
import { key, normal } from '../random/index.ts';
import { expectAllClose } from './matchers.ts';

export interface TestCovarianceRootOptions {
  /** Σ, dense, [...batch, n, n], positive definite: computed without the root. */
  readonly covariance: ArrayLikeInput;
  /** Roots of the same size to take trace ratios with. */
  readonly others?: readonly CovarianceRoot[];
}

/**
 * Compares every verb of a root with the dense Σ it stands for, on the reference engine. Allowed is 8 n ε κ of the largest
 * element of each result, κ = ‖Σ‖ ‖Σ⁻¹‖ the condition number: what a backward stable solve may lose.
 *
 * @throws Error naming the verb and the worst element
 */
export function testCovarianceRoot(root: CovarianceRoot, options: TestCovarianceRootOptions): void {
  const { others = [] } = options;
  const sigma = NdArray.from(options.covariance, 'float64');
  const precision = inverse(sigma);
  const condition = largestNorm(sigma) * largestNorm(precision);
  const tolerance = 8 * root.size * epsilonOf.float64 * condition;
  const same = (verb: string, actual: Tensor, expected: NdArray | Tensor): void => {
    verifyGraph([actual]);
    const wanted = expected instanceof NdArray ? expected : evaluate(expected);
    const largest = Array.from<number>(wanted.data).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expectAllClose(evaluate(actual), wanted, { atol: tolerance * Math.max(largest, 1) }, `${root.kind}.${verb}`);
  };

  const matrix = root.matrix();
  same('covariance', root.covariance(), sigma);
  same('matrix', matmul(matrix, matrix, { transposeB: true }), sigma);
  same('logAbsDet', root.logAbsDet(), halved(logDet(sigma)));
  same('diagonal', root.diagonal(), diagonalOf(sigma));
  same('traceCovariance', root.traceCovariance(), sum(constant(diagonalOf(sigma)), -1));

  const batch = sigma.shape.slice(0, -2);
  for (const lead of [[], [3], [2, 3]]) {
    const noise = drawn(1, [...lead, ...batch, root.noiseSize]);
    const points = drawn(2, [...lead, ...batch, root.size]);
    same('unwhiten', root.unwhiten(noise), apply(matrix, noise));
    const whitened = root.whiten(points);
    same('unwhiten(whiten)', root.unwhiten(whitened), points);
    const expected = quadratic(precision, points);
    same('quadratic', root.quadratic(points), expected);
    same('‖whiten‖²', sum(square(whitened), -1), expected);
    const centered = root.unwhiten(noise);
    same('quadraticOfDraw', root.quadraticOfDraw({ noise, centered }), root.quadratic(centered));
  }
  for (const other of [root, ...others]) {
    const product = matmul(constant(precision), other.covariance());
    same(`traceRatio(${other.kind})`, root.traceRatio(other), sum(diagonalTensor(product), -1));
  }
}

function drawn(seed: number, shape: readonly number[]): Tensor {
  return constant(normal(key(seed), shape, { dtype: 'float64' }));
}

/** M x for every x, written out as a sum. */
function apply(matrix: Tensor, x: Tensor): Tensor {
  const column = constant(evaluate(x).reshape([...numbers(x), 1]));
  return sum(matmul(matrix, column), -1);
}

function quadratic(precision: NdArray, x: Tensor): Tensor {
  const column = constant(evaluate(x).reshape([...numbers(x), 1]));
  return sum(matmul(column, matmul(constant(precision), column), { transposeA: true }), [-2, -1]);
}

function numbers(x: Tensor): number[] {
  return x.shape.map((size) => {
    if (typeof size === 'string') throw new Error(`testCovarianceRoot: the size '${size}' must be a number.`);
    return size;
  });
}

function diagonalTensor(x: Tensor): Tensor {
  return constant(diagonalOf(evaluate(x)));
}

function diagonalOf({ data, shape }: NdArray): NdArray<'float64'> {
  const n = shape.at(-1) ?? 0;
  const batch = shape.slice(0, -2);
  const diagonal = Float64Array.from({ length: sizeOf(batch) * n }, (_, k) => {
    const matrix = Math.floor(k / n);
    return data[matrix * n * n + (k % n) * (n + 1)] ?? NaN;
  });
  return new NdArray(diagonal, [...batch, n]);
}

/** The largest Frobenius norm of the batch. */
function largestNorm(matrices: NdArray): number {
  const norms = evaluate(sum(square(constant(matrices)), [-2, -1]));
  return Math.sqrt(Math.max(...norms.data));
}

function halved({ data, shape }: NdArray): NdArray<'float64'> {
  return new NdArray(
    Float64Array.from(data, (x) => x / 2),
    shape,
  );
}
