import { ValueError, checkOptions, rule } from '../core/index.ts';
import { checkLabeled } from './labeled-codes.ts';
import type { LabeledCodes } from './labeled-codes.ts';

/**
 * Share of the test codes whose label is the most frequent one among the k nearest training codes (Euclidean). Of labels
 * that are equally frequent, the one with the nearest neighbour wins; of neighbours equally near, the earlier.
 *
 * @throws ShapeError when codes and labels do not fit; ValueError unless 1 ≤ k ≤ training codes
 */
export function nearestNeighbourAccuracy(
  train: LabeledCodes,
  test: LabeledCodes,
  options: { readonly neighbours?: number } = {},
): number {
  checkOptions('nearestNeighbourAccuracy', options, { neighbours: rule.whole(1) });
  const { neighbours: k = 5 } = options;
  const size = checkLabeled('nearestNeighbourAccuracy', train, test);
  const count = train.labels.length;
  if (k > count) {
    throw new ValueError(`nearestNeighbourAccuracy: neighbours must be 1 to ${count}, got ${k}.`);
  }
  let correct = 0;
  const distances = new Float64Array(k);
  const labels = new Float64Array(k);
  for (let row = 0; row < test.labels.length; row++) {
    distances.fill(Infinity);
    for (let other = 0; other < count; other++) {
      let distance = 0;
      // Once it is farther than the k-th, how far does not matter.
      for (let i = 0; i < size && distance < distances[k - 1]!; i++) {
        distance += (test.codes.data[row * size + i]! - train.codes.data[other * size + i]!) ** 2;
      }
      if (distance < distances[k - 1]!) insert(distances, labels, { distance, label: train.labels[other]! });
    }
    if (vote(labels) === test.labels[row]) correct++;
  }
  return correct / test.labels.length;
}

/** Puts a neighbour at its place among the k nearest, behind those equally near. */
function insert(
  distances: Float64Array,
  labels: Float64Array,
  { distance, label }: { readonly distance: number; readonly label: number },
): void {
  let place = distances.length - 1;
  for (; place > 0 && distances[place - 1]! > distance; place--) {
    distances[place] = distances[place - 1]!;
    labels[place] = labels[place - 1]!;
  }
  distances[place] = distance;
  labels[place] = label;
}

function vote(labels: Float64Array): number {
  const votes = new Map<number, number>();
  for (const label of labels) votes.set(label, (votes.get(label) ?? 0) + 1);
  const most = Math.max(...votes.values());
  return labels.find((label) => votes.get(label) === most)!;
}
