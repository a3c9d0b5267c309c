import { ShapeError, ValueError } from '../../core/index.ts';

/** Whether each example is an anomaly: booleans, or 1 and 0. */
export type AnomalyLabels = ArrayLike<boolean | number>;

/**
 * Area under the ROC curve: the probability that a random anomaly scores above a random normal example, a tie counting one
 * half (the Mann–Whitney statistic, by midranks).
 *
 * @param scores higher is more anomalous
 * @throws ShapeError when lengths differ; ValueError unless there are anomalies and normal examples, or for NaN
 */
export function auroc(scores: ArrayLike<number>, anomalous: AnomalyLabels): number {
  const groups = tiedGroups(scores, anomalous);
  let [below, wins] = [0, 0];
  for (const { anomalies, normals } of groups.toReversed()) {
    wins += anomalies * (below + normals / 2);
    below += normals;
  }
  return wins / (below * total(groups));
}

/**
 * Area under the precision–recall curve as average precision: Σ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores from the highest on,
 * with all examples of one score taken at once. Without interpolation, which would be too optimistic (Davis and Goadrich
 * 2006). Of random scores it is the share of anomalies.
 *
 * @throws as `auroc`
 */
export function averagePrecision(scores: ArrayLike<number>, anomalous: AnomalyLabels): number {
  const groups = tiedGroups(scores, anomalous);
  let [found, taken, area] = [0, 0, 0];
  for (const { anomalies, normals } of groups) {
    found += anomalies;
    taken += anomalies + normals;
    area += (anomalies * found) / taken;
  }
  return area / found;
}

/** Examples of one score. */
interface TiedGroup {
  anomalies: number;
  normals: number;
}

function total(groups: readonly TiedGroup[]): number {
  return groups.reduce((sum, { anomalies }) => sum + anomalies, 0);
}

/** From the highest score down. */
function tiedGroups(scores: ArrayLike<number>, anomalous: AnomalyLabels): TiedGroup[] {
  if (scores.length !== anomalous.length) {
    throw new ShapeError(`ranking: ${scores.length} scores, but ${anomalous.length} labels.`);
  }
  const order = Array.from(scores, (_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
  const groups: TiedGroup[] = [];
  let last: number | undefined;
  for (const index of order) {
    const score = scores[index]!;
    if (Number.isNaN(score)) throw new ValueError(`ranking: score ${index} is NaN.`);
    if (score !== last) groups.push({ anomalies: 0, normals: 0 });
    groups.at(-1)![anomalous[index] ? 'anomalies' : 'normals']++;
    last = score;
  }
  const anomalies = total(groups);
  if (anomalies === 0 || anomalies === scores.length) {
    throw new ValueError(`ranking: ${anomalies} of ${scores.length} examples are anomalies; it takes both kinds.`);
  }
  return groups;
}
