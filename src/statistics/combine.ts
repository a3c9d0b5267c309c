import { ShapeError, UnsupportedError, formatShape } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import {
  IsotropicNormal,
  LowRankMultivariateNormal,
  MultivariateNormal,
  MultivariateNormalDiag,
  Normal,
} from '../gaussian/index.ts';
import type { Gaussian, CovarianceRoot } from '../gaussian/index.ts';
import { DiagonalRoot, LowRankRoot, ScaledIdentityRoot } from '../gaussian/index.ts';
import {
  abs,
  add,
  asTensor,
  broadcastTo,
  concat,
  div,
  expandDims,
  identityMatrix,
  isHostOp,
  isOp,
  matmul,
  mul,
  reshape,
  squeeze,
  topologicalOrder,
  transpose,
} from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';

/**
 * The distribution of a x + b for a Normal x: N(a μ + b, (a σ)²), elementwise.
 *
 * @throws ValueError where a is 0: the result would be a point
 */
export function affine(x: Normal, scale: TensorLike, shift?: TensorLike): Normal;
/**
 * The distribution of A x + b for a Gaussian x over vectors: N(A μ + b, A Σ Aᵀ).
 *
 * @param matrix A, [m, n]
 * @param shift b, [m]; default 0
 * @returns covariance factored anew. Known parameters may give a singular one (more rows than Σ has dimensions)
 * @throws ShapeError; UnsupportedError for a singular covariance of parameters that are not known yet
 */
export function affine(x: Gaussian, matrix: TensorLike, shift?: TensorLike): MultivariateNormal;
export function affine(x: Normal | Gaussian, factor: TensorLike, shift: TensorLike = 0): Normal | MultivariateNormal {
  const [a, b] = [asTensor(factor, x.dtype), asTensor(shift, x.dtype)];
  if (x instanceof Normal) return Normal.fromStddev(add(mul(a, x.location), b), knownOr(mul(abs(a), x.scale.stddev)));
  const [m, n] = a.shape;
  if (a.rank !== 2 || n !== x.size || typeof m !== 'number') {
    throw new ShapeError(
      `affine: A must be [m, ${x.size}] for x of ${x.size} coordinates, got ${formatShape(a.shape)}.`,
    );
  }
  if (b.rank > 0 && b.shape.at(-1) !== m) {
    throw new ShapeError(`affine: A ${formatShape(a.shape)} needs b [${m}], got ${formatShape(b.shape)}.`);
  }
  const mean = add(squeeze(matmul(a, expandDims(x.mean, -1)), -1), b);
  // A R is a factor of A Σ Aᵀ: the product is positive semidefinite, whatever the rounding.
  const root = matmul(a, x.root.matrix());
  return withCovariance('affine', mean, matmul(root, root, { transposeB: true }));
}

/** The distribution of x + y for independent Normals: means and variances add. */
export function sumOfIndependent(x: Normal, y: Normal): Normal;
/**
 * The distribution of x + y for independent Gaussians over vectors of one size: N(μx + μy, Σx + Σy). Structure that both share is
 * kept: multiples of I, diagonals, and low rank beside any of these.
 *
 * @throws ShapeError when the sizes differ; UnsupportedError for a singular covariance of parameters that are not known yet
 */
export function sumOfIndependent(x: Gaussian, y: Gaussian): Gaussian;
export function sumOfIndependent(x: Normal | Gaussian, y: Normal | Gaussian): Normal | Gaussian {
  if (x instanceof Normal && y instanceof Normal) {
    return Normal.fromVariance(add(x.location, y.location), add(x.scale.variance, y.scale.variance));
  }
  if (x instanceof Normal || y instanceof Normal || x.size !== y.size) {
    const sizes = [x, y].map(({ name, eventShape }) => `${name} of ${formatShape(eventShape)}`);
    throw new ShapeError(
      `sumOfIndependent: takes two distributions over vectors of one size, got ${sizes.join(' and ')}.`,
    );
  }
  const mean = add(x.mean, y.mean);
  const [first, second] = [x.root, y.root];
  if (first instanceof ScaledIdentityRoot && second instanceof ScaledIdentityRoot) {
    return IsotropicNormal.fromVariance(mean, add(first.scale.variance, second.scale.variance));
  }
  const [own, other] = [lowRankForm(first), lowRankForm(second)];
  if (own && other) {
    const variance = add(own.variance, other.variance);
    const factors = [own.factor, other.factor].filter((factor) => factor !== undefined);
    if (factors.length === 0) return MultivariateNormalDiag.fromVariance(mean, variance);
    return LowRankMultivariateNormal.fromVariance(mean, variance, { factor: joined(factors) });
  }
  return withCovariance('sumOfIndependent', mean, add(first.covariance(), second.covariance()));
}

/** D's diagonal [..., n] and W of Σ = D + W Wᵀ, where a root has this form. */
function lowRankForm(root: CovarianceRoot): { readonly variance: Tensor; readonly factor?: Tensor } | undefined {
  if (root instanceof LowRankRoot) return { variance: root.scale.variance, factor: root.factor };
  if (root instanceof DiagonalRoot || root instanceof ScaledIdentityRoot) return { variance: root.diagonal() };
  return undefined;
}

/** Factors side by side, their batches broadcast. */
function joined(factors: readonly Tensor[]): Tensor {
  if (factors.length === 1 && factors[0]) return factors[0];
  const longest = factors.reduce((a, b) => (b.rank > a.rank ? b : a));
  const batch = longest.shape.slice(0, -2);
  return concat(
    factors.map((factor) => broadcastTo(factor, [...batch, ...factor.shape.slice(-2)])),
    -1,
  );
}

/**
 * Σ⁻¹, [...batch, n, n] (of a Normal 1/σ², its batch's shape): Gᵀ G with G = R⁻¹, so symmetric and positive definite.
 *
 * @throws UnsupportedError for a singular Σ, which has none
 */
export function precision(x: Normal | Gaussian): Tensor {
  if (x instanceof Normal) return broadcastTo(div(1, x.scale.variance), x.batchShape);
  const { root, size: n } = x;
  const { rank } = root;
  if (typeof rank === 'number' ? rank < n : rank.data.some((r) => r < n)) {
    throw new UnsupportedError(
      'precision: Σ is singular and has no inverse. invSqrtmh(Σ, { pseudo: true }) of linalg is one on its support.',
    );
  }
  // Row i of the identity, whitened: R⁻¹ eᵢ, along a leading axis that goes last but one.
  const ones = root.batchShape.map(() => 1);
  const columns = root.whiten(reshape(identityMatrix(n, root.dtype), [n, ...ones, n]));
  const batchAxes = root.batchShape.map((_, axis) => axis + 1);
  const whitened = transpose(columns, [...batchAxes, 0, columns.rank - 1]);
  return broadcastTo(matmul(whitened, whitened, { transposeB: true }), [...x.batchShape, n, n]);
}

/** A covariance that is known may be singular; one that is not is factored when it runs. */
function withCovariance(operation: string, mean: Tensor, covariance: Tensor): MultivariateNormal {
  if (isKnown(covariance)) {
    const found = MultivariateNormal.fromCovariance(knownOr(mean), evaluate(covariance));
    const { rank } = found.root;
    if (typeof rank !== 'number' || rank < found.size) return found;
  } else if (covariance.shape.at(-1) === 0) {
    throw new UnsupportedError(`${operation}: the result has no coordinates.`);
  }
  return MultivariateNormal.fromCovariance(mean, covariance);
}

function isKnown(x: Tensor): boolean {
  return topologicalOrder([x]).every((node) => !isOp(node, 'input') && !isOp(node, 'dimension') && !isHostOp(node.op));
}

/** What is known as an array: factories check its values. */
function knownOr(x: Tensor): TensorLike {
  return isKnown(x) ? evaluate(x) : x;
}
