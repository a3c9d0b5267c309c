import { ShapeError, ValueError, checkOptions, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';

/** Whether each example is an anomaly: all 1 and 0, all 1 and −1, or all booleans. */
export type AnomalyLabels = ArrayLike<boolean | number>;

/** Weights of examples, for `auroc`, `averagePrecision` and their curves. */
export interface RankingOptions {
  /** What each example counts; default 1. Examples of weight 0 are as good as absent. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

const rankingRules: OptionRules<RankingOptions> = { sampleWeight: rule.listOf(rule.anything, 'weights') };

/**
 * Area under the ROC curve: the probability that a random anomaly scores above a random normal example, a tie counting one
 * half (the Mann–Whitney statistic, by midranks). With weights, examples are drawn in proportion to them.
 *
 * @param scores higher is more anomalous
 * @throws ShapeError when lengths differ; ValueError for a score that is NaN, a label that is none, a weight that is negative or not
 *   finite, and unless there are anomalies and normal examples
 */
export function auroc(scores: ArrayLike<number>, anomalous: AnomalyLabels, options: RankingOptions = {}): number {
  checkOptions('auroc', options, rankingRules);
  const groups = tiedGroups('auroc', scores, anomalous, options);
  let [above, wins] = [0, 0];
  for (const { positive, negative } of groups) {
    wins += negative * (above + positive / 2);
    above += positive;
  }
  return wins / (above * groups.reduce((sum, { negative }) => sum + negative, 0));
}

/**
 * Area under the precision–recall curve as average precision: Σ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores from the highest on,
 * with all examples of one score taken at once. Without interpolation, which would be too optimistic (Davis and Goadrich
 * 2006). Of random scores it is the share of anomalies.
 *
 * @throws as `auroc`
 */
export function averagePrecision(
  scores: ArrayLike<number>,
  anomalous: AnomalyLabels,
  options: RankingOptions = {},
): number {
  checkOptions('averagePrecision', options, rankingRules);
  let [found, taken, area] = [0, 0, 0];
  for (const { positive, negative } of tiedGroups('averagePrecision', scores, anomalous, options)) {
    found += positive;
    taken += positive + negative;
    area += (positive * found) / taken;
  }
  return area / found;
}

/** A ROC curve from (0, 0) to (1, 1): point k takes as anomalies all examples that score `thresholds[k]` or more. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array<ArrayBuffer>;
  readonly truePositiveRate: Float64Array<ArrayBuffer>;
  /** Falling, from ∞ on, where nothing is taken. */
  readonly thresholds: Float64Array<ArrayBuffer>;
}

/**
 * The ROC curve, with a point for each distinct score, as scikit-learn's `roc_curve` gives it.
 *
 * @param options.dropIntermediate leave out points on a line between their neighbours (default true): the area stays
 * @throws as `auroc`
 */
export function rocCurve(
  scores: ArrayLike<number>,
  anomalous: AnomalyLabels,
  options: RankingOptions & { readonly dropIntermediate?: boolean } = {},
): RocCurve {
  checkOptions('rocCurve', options, { ...rankingRules, dropIntermediate: rule.flag });
  let points = cumulated(tiedGroups('rocCurve', scores, anomalous, options));
  if (options.dropIntermediate ?? true) {
    points = points.filter((point, k) => {
      const [before, after] = [points[k - 1], points[k + 1]];
      if (!before || !after) return true;
      const bends = (key: 'found' | 'others'): boolean => after[key] - point[key] !== point[key] - before[key];
      return bends('found') || bends('others');
    });
  }
  points.unshift({ score: Infinity, found: 0, others: 0 });
  const last = points.at(-1)!;
  return {
    falsePositiveRate: Float64Array.from(points, ({ others }) => others / last.others),
    truePositiveRate: Float64Array.from(points, ({ found }) => found / last.found),
    thresholds: Float64Array.from(points, ({ score }) => score),
  };
}

/**
 * A precision–recall curve: point k takes as anomalies all examples that score `thresholds[k]` or more. The last point (precision 1,
 * recall 0) stands for a threshold that nothing reaches, so it has none.
 */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array<ArrayBuffer>;
  readonly recall: Float64Array<ArrayBuffer>;
  /** Rising, one shorter than the others. */
  readonly thresholds: Float64Array<ArrayBuffer>;
}

/** The precision–recall curve, with a point for each distinct score, as scikit-learn's `precision_recall_curve` gives it. @throws as `auroc` */
export function precisionRecallCurve(
  scores: ArrayLike<number>,
  anomalous: AnomalyLabels,
  options: RankingOptions = {},
): PrecisionRecallCurve {
  checkOptions('precisionRecallCurve', options, rankingRules);
  const points = cumulated(tiedGroups('precisionRecallCurve', scores, anomalous, options)).reverse();
  const positives = points[0]!.found;
  return {
    precision: Float64Array.from([...points.map(({ found, others }) => found / (found + others)), 1]),
    recall: Float64Array.from([...points.map(({ found }) => found / positives), 0]),
    thresholds: Float64Array.from(points, ({ score }) => score),
  };
}

/** The weight of the examples of one score. */
interface TiedGroup {
  readonly score: number;
  positive: number;
  negative: number;
}

/** The weight of the anomalies, and of the other examples, that score `score` or more. */
interface Cumulated {
  readonly score: number;
  readonly found: number;
  readonly others: number;
}

function cumulated(groups: readonly TiedGroup[]): Cumulated[] {
  let [found, others] = [0, 0];
  return groups.map(({ score, positive, negative }) => {
    found += positive;
    others += negative;
    return { score, found, others };
  });
}

/** From the highest score down. */
function tiedGroups(
  operation: string,
  scores: ArrayLike<number>,
  anomalous: AnomalyLabels,
  { sampleWeight }: RankingOptions,
): TiedGroup[] {
  const count = lengthOf(operation, 'scores', scores);
  for (const [what, other] of Object.entries({ labels: anomalous, ...(sampleWeight && { sampleWeight }) })) {
    const length = lengthOf(operation, what, other);
    if (length !== count) throw new ShapeError(`${operation}: ${count} scores, but ${length} ${what}.`);
  }
  checkNumbers(`${operation}: score`, scores, { accepts: (x) => !Number.isNaN(x), wanted: 'a number' });
  if (sampleWeight) {
    const accepts = (x: number): boolean => x >= 0 && x < Infinity;
    checkNumbers(`${operation}: weight`, sampleWeight, { accepts, wanted: 'finite and not negative' });
  }
  checkLabels(operation, anomalous);

  const order = Array.from({ length: count }, (_, index) => index).sort((a, b) => compare(scores[b]!, scores[a]!));
  const groups: TiedGroup[] = [];
  const total = { positive: 0, negative: 0 };
  for (const index of order) {
    const weight = sampleWeight?.[index] ?? 1;
    if (weight === 0) continue;
    const score = scores[index]!;
    if (score !== groups.at(-1)?.score) groups.push({ score, positive: 0, negative: 0 });
    const label = anomalous[index]!;
    const kind = label === true || label === 1 ? 'positive' : 'negative';
    groups.at(-1)![kind] += weight;
    total[kind] += weight;
  }
  if (total.positive === 0 || total.negative === 0) {
    const missing = total.positive === 0 ? 'anomalies' : 'normal examples';
    throw new ValueError(
      `${operation}: no ${missing} among ${count} examples (of weight above 0); it takes both kinds.`,
    );
  }
  return groups;
}

/** For sorting; infinities are equal to themselves, which their difference is not. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lengthOf(operation: string, what: string, list: ArrayLike<unknown>): number {
  const length: unknown = (list as Partial<ArrayLike<unknown>> | null | undefined)?.length;
  if (typeof length === 'number' && typeof list !== 'string') return length;
  throw new ValueError(`${operation}: ${what} must be an array of numbers (of an NdArray, its data).`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function checkNumbers(
  what: string,
  values: ArrayLike<unknown>,
  rule: { readonly accepts: (x: number) => boolean; readonly wanted: string },
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || !rule.accepts(value)) {
      throw new ValueError(`${what} ${i} is ${show(value)}; it must be ${rule.wanted}.`);
    }
  }
}

/** @throws ValueError unless labels are all 0 and 1, all −1 and 1, or all booleans */
function checkLabels(operation: string, labels: ArrayLike<unknown>): void {
  const rule = 'labels are 1 for anomalies and 0, or −1, for the others, or all booleans';
  let other: number | undefined;
  for (let i = 0; i < labels.length; i++) {
    const value = labels[i];
    if (value !== 0 && value !== 1 && value !== -1 && typeof value !== 'boolean') {
      throw new ValueError(`${operation}: label ${i} is ${show(value)}; ${rule}.`);
    }
    const isOther = typeof value === 'number' && value !== 1;
    if (isOther) other ??= i;
    const unlike = typeof value !== typeof labels[0] ? 0 : isOther && value !== labels[other!] ? other : undefined;
    if (unlike !== undefined) {
      throw new ValueError(
        `${operation}: label ${i} is ${String(value)}, but label ${unlike} is ${String(labels[unlike])}; ${rule}.`,
      );
    }
  }
}
