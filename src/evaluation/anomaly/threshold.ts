import { ValueError } from '../../core/index.ts';

/** Where normal ends: give one of the two. */
export type ThresholdRule =
  /** The share of the given examples that are anomalies, in [0, 1). */
  | { readonly contamination: number; readonly quantile?: never }
  /** The share of the given examples that are normal, in (0, 1]: 1 − contamination. */
  | { readonly quantile: number; readonly contamination?: never };

/** The share of examples that a rule calls normal. @throws ValueError when it is outside (0, 1], or not exactly one is given */
export function normalShare({ contamination, quantile }: ThresholdRule): number {
  if ((contamination === undefined) === (quantile === undefined)) {
    throw new ValueError('threshold: give a contamination or a quantile, one of them.');
  }
  const share = quantile ?? 1 - contamination;
  if (!(share > 0 && share <= 1)) {
    const given =
      quantile === undefined ? `contamination in [0, 1), got ${contamination}` : `quantile in (0, 1], got ${quantile}`;
    throw new ValueError(`threshold: needs a ${given}.`);
  }
  return share;
}

/**
 * The score above which an example is an anomaly: the ⌈q n⌉-th smallest of n scores, so that at most (1 − q) n of them lie
 * above it.
 *
 * @throws ValueError for a rule that is none, or without scores
 */
export function thresholdOf(scores: ArrayLike<number>, rule: ThresholdRule): number {
  const share = normalShare(rule);
  const sorted = Float64Array.from(scores).sort();
  // 0.95 · 20 is 19.000000000000004 in some roundings: not the 20th.
  const rank = Math.max(1, Math.ceil(share * sorted.length - 1e-9));
  const threshold = sorted[rank - 1];
  if (threshold === undefined) throw new ValueError('threshold: there are no scores to take it from.');
  return threshold;
}
