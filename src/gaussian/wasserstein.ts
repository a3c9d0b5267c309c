import { DTypeError, ShapeError, formatShape, sameShape } from '../core/index.ts';
import {
  add,
  broadcastTo,
  cholesky,
  diagonalPart,
  matmul,
  maximum,
  mul,
  sqrt,
  sqrtmh,
  square,
  sub,
  sum,
  symmetrize,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { Gaussian } from './gaussian.ts';
import type { Normal } from './normal.ts';
import { batchOf } from './parameters.ts';
import type { CovarianceRoot } from './roots/root.ts';

/**
 * W₂²(q, p), the squared 2-Wasserstein distance: the least mean squared distance by which q's mass can be moved to p's.
 *
 *   ‖μq − μp‖² + tr Σq + tr Σp − 2 tr (Σq^{1/2} Σp Σq^{1/2})^{1/2}
 *
 * The last trace is the nuclear norm of Rqᵀ Rp, for any roots; computed as tr (Rqᵀ Σp Rq)^{1/2} (a host op), and without
 * it where both covariances are diagonal: Σᵢ (σqᵢ − σpᵢ)². Singular covariances are legal. The difference may leave
 * rounding of about √ε tr Σ where the covariances agree.
 *
 * @returns shape [...batch], the batches broadcast
 * @throws ShapeError when the event shapes differ
 */
export function wasserstein2Squared(q: Gaussian | Normal, p: Gaussian | Normal): Tensor {
  if (!sameShape(q.eventShape, p.eventShape)) {
    throw new ShapeError(
      `wasserstein2: event sizes differ: q has ${formatShape(q.eventShape)}, p has ${formatShape(p.eventShape)}.`,
    );
  }
  if (q.dtype !== p.dtype) {
    throw new DTypeError(`wasserstein2: q (${q.name}) is ${q.dtype}, p (${p.name}) is ${p.dtype}.`);
  }
  if (q instanceof Gaussian && p instanceof Gaussian) {
    const difference = sub(q.location, p.location);
    const shift = sum(square(broadcastTo(difference, [...batchOf(difference, 1), q.size])), -1);
    return add(shift, spreadDistance(q.root, p.root));
  }
  return add(square(sub(q.mean, p.mean)), square(sub(q.stddev, p.stddev)));
}

/** W₂(q, p) = √W₂². Not differentiable where q equals p: minimise `wasserstein2Squared` instead. */
export function wasserstein2(q: Gaussian | Normal, p: Gaussian | Normal): Tensor {
  return sqrt(maximum(wasserstein2Squared(q, p), 0));
}

const isDiagonal = ({ kind }: CovarianceRoot): boolean => kind === 'diagonal' || kind === 'scaledIdentity';

/** An n × n factor of Σ: with more columns, Rᵀ Σp R would be singular, where its root has no second derivative. */
function squareFactor(root: CovarianceRoot): Tensor {
  return root.noiseSize === root.size ? root.matrix() : cholesky(root.covariance());
}

function spreadDistance(q: CovarianceRoot, p: CovarianceRoot): Tensor {
  if (isDiagonal(q) && isDiagonal(p)) return sum(square(sub(sqrt(q.diagonal()), sqrt(p.diagonal()))), -1);
  const cross = matmul(squareFactor(q), p.matrix(), { transposeA: true });
  const squared = symmetrize(matmul(cross, cross, { transposeB: true }));
  const nuclear = sum(diagonalPart(sqrtmh(squared)), -1);
  return sub(add(q.traceCovariance(), p.traceCovariance()), mul(nuclear, 2));
}
