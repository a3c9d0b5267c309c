import { DTypeError, ShapeError, UnsupportedError, formatShape, sameShape } from '../core/index.ts';
import { abs, add, broadcastTo, div, equal, logicalAnd, mul, square, sub, where } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Distribution } from './distribution.ts';
import { Gaussian, rankTensor } from './gaussian.ts';
import { Normal } from './normal.ts';
import { batchOf } from './parameters.ts';
import { EigenRoot } from './roots/eigen.ts';

/** A class of distributions, as `registerKl` takes it. */
export interface DistributionClass<D extends Distribution> {
  readonly prototype: D;
}

type KlRule = (q: Distribution, p: Distribution) => Tensor;

const rules = new Map<object, Map<object, KlRule>>();

/** Adds a closed form of KL(q ‖ p) for two classes and their subclasses; the closest classes win, q's first. */
export function registerKl<Q extends Distribution, P extends Distribution>(
  q: DistributionClass<Q>,
  p: DistributionClass<P>,
  kl: (q: Q, p: P) => Tensor,
): void {
  const row = rules.get(q.prototype) ?? new Map<object, KlRule>();
  row.set(p.prototype, kl as unknown as KlRule);
  rules.set(q.prototype, row);
}

/** The prototypes of an object, closest first. */
function lineage(value: object): object[] {
  const chain: object[] = [];
  for (let at: unknown = Object.getPrototypeOf(value); at; at = Object.getPrototypeOf(at)) chain.push(at);
  return chain;
}

function findRule(q: Distribution, p: Distribution): KlRule | undefined {
  const others = lineage(p);
  for (const own of lineage(q)) {
    const row = rules.get(own);
    const found = row && others.find((other) => row.has(other));
    if (found) return row.get(found);
  }
  return undefined;
}

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
  const rule = findRule(q, p);
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

/** ½ (σq²/σp² + (μp − μq)²/σp² − 1) + log σp − log σq */
function normalKl(q: Normal, p: Normal): Tensor {
  const squares = add(q.scale.variance, square(sub(q.location, p.location)));
  const logRatio = sub(q.scale.logStddev, p.scale.logStddev);
  return sub(mul(sub(div(squares, p.scale.variance), 1), 0.5), logRatio);
}

registerKl<Gaussian, Gaussian>(Gaussian, Gaussian, gaussianKl);
registerKl<Normal, Normal>(Normal, Normal, normalKl);
