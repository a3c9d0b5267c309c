import { ShapeError, epsilonOf, formatShape } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import {
  add,
  asTensor,
  cholesky,
  constant,
  div,
  expandDims,
  gather,
  greater,
  identityMatrix,
  matmul,
  matrixTranspose,
  max,
  mul,
  slice,
  sqrt,
  square,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import { eigh } from '../linalg/index.ts';
import type { Gaussian } from './gaussian.ts';
import { checkIndices, covarianceBlock, marginal, select } from './marginal.ts';
import { MultivariateNormal } from './multivariate-normal.ts';
import { DiagonalRoot } from './roots/diagonal.ts';
import { EigenRoot } from './roots/eigen.ts';
import { applyMatrix, solveVectors } from './roots/matrices.ts';
import { ScaleTrilRoot } from './roots/scale-tril.ts';
import { ScaledIdentityRoot } from './roots/scaled-identity.ts';

/** Which coordinates of a Gaussian are known, and their values: what `condition` takes. */
export interface Observation {
  /** Coordinates that are known: distinct, in [0, n). */
  readonly indices: readonly number[];
  /** Their values, [..., indices.length]; leading axes broadcast against the batch. */
  readonly values: TensorLike;
}

/**
 * The distribution of the other coordinates A, in their order, given the values b of coordinates B:
 *
 *   mean μ_A + Σ_AB Σ_BB⁻¹ (b − μ_B), covariance Σ_AA − Σ_AB Σ_BB⁻¹ Σ_BA
 *
 * The Cholesky factor of Σ in the order (B, A) holds it all: with blocks L_BB, L_AB, L_AA the mean is
 * μ_A + L_AB L_BB⁻¹ (b − μ_B) and L_AA the factor of the covariance, so nothing is subtracted. Singular Σ (an array)
 * takes the pseudo-inverse of Σ_BB.
 *
 * @throws ValueError, ShapeError
 */
export function condition(distribution: Gaussian, { indices, values }: Observation): Gaussian {
  const { size, root } = distribution;
  checkIndices('condition', indices, size);
  const observed = asTensor(values, distribution.dtype);
  if (observed.shape.at(-1) !== indices.length) {
    throw new ShapeError(
      `condition: ${indices.length} indices need as many values, got ${formatShape(observed.shape)}.`,
    );
  }
  const rest = Array.from({ length: size }, (_, k) => k).filter((k) => !indices.includes(k));
  if (root instanceof ScaledIdentityRoot || root instanceof DiagonalRoot || indices.length === 0) {
    return marginal(distribution, rest);
  }
  const deviation = sub(observed, select(distribution.mean, indices));
  const mean = select(distribution.mean, rest);
  if (root instanceof EigenRoot && root.isSingular) return conditionSingular(root, { indices, rest, deviation, mean });

  const order = [...indices, ...rest];
  const factor = cholesky(covarianceBlock(root.covariance(), order, order));
  const known: [number, number] = [0, indices.length];
  const open: [number, number] = [indices.length, size];
  const whitened = solveVectors(slice(factor, { [-2]: known, [-1]: known }), deviation);
  const shift = applyMatrix(slice(factor, { [-2]: open, [-1]: known }), whitened);
  return MultivariateNormal.fromRoot(
    add(mean, shift),
    ScaleTrilRoot.fromScaleTril(slice(factor, { [-2]: open, [-1]: open })),
  );
}

/**
 * In units of the standard deviations D, with C = V √Λ and its rows C_A, C_B: mean μ_A + D_A C_A C_B⁺ D_B⁻¹ (b − μ_B),
 * covariance D_A (C_A P)(C_A P)ᵀ D_A, where P = I − C_B⁺ C_B projects on the noise that b leaves free. A Gram matrix:
 * positive semidefinite whatever is rounded.
 */
function conditionSingular(
  root: EigenRoot,
  given: { readonly indices: readonly number[]; readonly rest: readonly number[]; deviation: Tensor; mean: Tensor },
): Gaussian {
  const deviations = (indices: readonly number[]): Tensor => gather(constant(root.stddevs), [...indices], -1);
  const [own, known] = [deviations(given.rest), deviations(given.indices)];
  const factor = mul(constant(root.spectrum.vectors), expandDims(sqrt(constant(root.spectrum.values)), -2));
  const rowsA = gather(factor, [...given.rest], -2);
  const rowsB = gather(factor, [...given.indices], -2);
  const inverse = pseudoInverse(rowsB, root.dtype); // [..., n, |B|]
  const free = sub(identityMatrix(root.size, root.dtype), matmul(inverse, rowsB));
  const units = where(greater(known, 0), div(1, where(greater(known, 0), known, 1)), 0);
  const gain = mul(mul(expandDims(own, -1), matmul(rowsA, inverse)), expandDims(units, -2));
  const remaining = matmul(rowsA, free);
  // What rounding leaves of a coordinate that b determines: (16 n ε)² of its variance.
  const shares = sum(square(remaining), -1);
  const largest = sum(square(rowsA), -1);
  const floor = mul(largest, (16 * root.size * epsilonOf[root.dtype]) ** 2);
  const scales = where(greater(shares, floor), own, 0);
  const rows = mul(remaining, expandDims(scales, -1));
  const covariance = evaluate(matmul(rows, rows, { transposeB: true }));
  const conditional = EigenRoot.fromCovariance(covariance, { onNotice: 'silent' });
  return MultivariateNormal.fromRoot(
    add(given.mean, applyMatrix(constant(evaluate(gain)), given.deviation)),
    conditional,
  );
}

/** R⁺ = Rᵀ (R Rᵀ)⁺ of rows that are known. */
function pseudoInverse(rows: Tensor, dtype: FloatDType): Tensor {
  const { values, vectors } = eigh(evaluate(matmul(rows, rows, { transposeB: true })));
  const [lambda, basis] = [constant(values), constant(vectors)];
  const n = values.shape.at(-1) ?? 0;
  const cut = mul(expandDims(max(lambda, -1), -1), 8 * n * epsilonOf[dtype]);
  const inverses = where(greater(lambda, cut), div(1, where(greater(lambda, cut), lambda, 1)), 0);
  const gram = matmul(mul(basis, expandDims(inverses, -2)), basis, { transposeB: true });
  return matmul(matrixTranspose(rows), gram);
}
