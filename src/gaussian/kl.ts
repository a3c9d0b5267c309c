import { DTypeError, ShapeError, UnsupportedError, formatShape, sameShape } from '../core/index.ts';
import { abs, add, broadcastTo, equal, logicalAnd, mul, sub, where } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Distribution } from './distribution.ts';
import { Gaussian, rankTensor } from './gaussian.ts';
import { findKlRule, registerKl } from './kl-registry.ts';
import { batchOf } from './parameters.ts';
import { EigenRoot } from './roots/eigen.ts';

/**
 * KL(q ‖ p) = E_q[log q − log p] in closed form, in nats, one value per batch element.
 *
 * @returns shape [...batch], the batches of q and p broadcast
 * @throws ShapeError when the event shapes differ, UnsupportedError when no closed form is registered
 */
export function klDivergence(q: Distribution, p: Distribution): Tensor {
  if (!sameShape(q.eventShape, p.eventShape)) {
    throw new ShapeError(
      `klDivergence: event sizes differ: q has ${formatShape(q.eventShape)}, p has ${formatShape(p.eventShape)}. ` +
        'Did the prior use another latentSize?',
    );
  }
  if (q.dtype !== p.dtype) {
    throw new DTypeError(
      `klDivergence: q (${q.name}) is ${q.dtype}, p (${p.name}) is ${p.dtype}. Build both in one dtype.`,
    );
  }
  const rule = findKlRule(q, p);
  if (!rule) {
    throw new UnsupportedError(
      `klDivergence: no closed form for ${q.name} ‖ ${p.name}. Register one with registerKl, or average ` +
        'q.logProb(z) − p.logProb(z) over draws z of q.',
    );
  }
  return rule(q, p);
}

/**
 * KL(q ‖ p) between Gaussians with Σ = R Rᵀ, in nats, one value per batch element.
 *
 *   ½ (‖Rp⁻¹ Rq‖²_F + ‖Rp⁻¹ (μp − μq)‖² − n) + log|det Rp| − log|det Rq|
 *
 * Whitening by Rp stands in for Σp⁻¹, so no covariance is formed or inverted; where Rp is diagonal the first term needs
 * only the variances of q.
 */
function gaussianKl(q: Gaussian, p: Gaussian): Tensor {
  const spread = p.root.traceRatio(q.root);
  const difference = sub(q.location, p.location);
  const between = broadcastTo(difference, [...batchOf(difference, 1), q.size]);
  const shift = p.root.quadratic(between);
  const logRatio = sub(q.root.logAbsDet(), p.root.logAbsDet());
  const divergence = sub(mul(sub(add(spread, shift), rankTensor(q.root)), 0.5), logRatio);
  return finiteOnCommonSupport(divergence, { q, p, between });
}

/**
 * Where a Σ is known to be singular, the divergence is taken on the support, and infinite unless q and p have the same
 * one: a q that p's support does not hold, or that is thinner than p, has no density with respect to p.
 */
function finiteOnCommonSupport(
  divergence: Tensor,
  { q, p, between }: { readonly q: Gaussian; readonly p: Gaussian; readonly between: Tensor },
): Tensor {
  const [qRoot, pRoot] = [q.root, p.root];
  const singular = [qRoot, pRoot].some((root) => root instanceof EigenRoot && root.isSingular);
  if (!singular) return divergence;
  let common = equal(rankTensor(qRoot), rankTensor(pRoot));
  if (pRoot instanceof EigenRoot) {
    const magnitude = add(abs(q.mean), abs(p.mean));
    const onSupport = logicalAnd(pRoot.supports(qRoot.matrix()), pRoot.isOnSupport(between, magnitude));
    common = logicalAnd(common, onSupport);
  }
  return where(common, divergence, Infinity);
}

registerKl<Gaussian, Gaussian>(Gaussian, Gaussian, gaussianKl);
