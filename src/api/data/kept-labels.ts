import { ValueError } from '../../core/index.ts';
import type { Dataset } from '../../data/index.ts';
import { foldIn, key, permutation } from '../../random/index.ts';
import { apportion } from './given-conditions.ts';

/** Apart from what else a training's seed draws. */
const stream = 0x6c62;

/**
 * Which examples keep their label where only so many are to: of each class as many as its share of the examples, and one at least; which ones,
 * the seed says.
 *
 * @returns 1 or 0 for each example
 * @throws ValueError for fewer than there are classes, or more than there are examples
 */
export function keptLabels(
  { name, labels, size }: Pick<Dataset, 'name' | 'labels' | 'size'>,
  { labelled, seed }: { readonly labelled: number; readonly seed: number },
): Uint8Array {
  const members = new Map<number, number[]>();
  for (let index = 0; index < size; index++) {
    const label = labels?.[index] ?? 0;
    const of = members.get(label);
    if (of) of.push(index);
    else members.set(label, [index]);
  }
  const classes = [...members].sort(([a], [b]) => a - b);
  if (labelled < classes.length || labelled > size) {
    throw new ValueError(
      `train: labelled must be a whole number from ${classes.length}, one of each class, to ${size}, the training examples of ${name}; got ${labelled}.`,
    );
  }
  const from = foldIn(key(seed), stream);
  // One of each class, and the others by its share.
  const shares = classes.map(([, { length }]) => length / size);
  const counts = classes.map(() => 1);
  for (const place of apportion({ shares }, labelled - classes.length, foldIn(from, 0))) {
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const kept = new Uint8Array(size);
  let left = 0;
  classes.forEach(([, indices], k) => {
    const order = permutation(foldIn(from, k + 1), indices.length).data;
    const count = Math.min(counts[k] ?? 0, indices.length);
    left += (counts[k] ?? 0) - count;
    for (let n = 0; n < count; n++) kept[indices[order[n] ?? 0] ?? 0] = 1;
  });
  // What a small class could not hold, others have.
  for (let index = 0; index < size && left > 0; index++) {
    if (kept[index] === 1) continue;
    kept[index] = 1;
    left--;
  }
  return kept;
}

/** How many of the kept examples have each class. */
export function keptCounts({ labels }: Pick<Dataset, 'labels'>, kept: Uint8Array, classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  kept.forEach((value, index) => {
    const label = labels?.[index] ?? 0;
    counts[label] = (counts[label] ?? 0) + value;
  });
  return counts;
}
