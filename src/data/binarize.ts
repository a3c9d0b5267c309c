import { sizeOf } from '../core/index.ts';
import type { DataConfig } from './config.ts';
import { drawBelow, threshold } from '../kernels/index.ts';
import { foldIn } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import type { Dataset } from './dataset.ts';
import { purposeKey } from './streams.ts';

export type Binarize = DataConfig['binarize'];

/**
 * Turns values in [0, 1] into 0 and 1, in place.
 *
 * - `dynamic`: each is 1 with probability its value, drawn from `key`: 1 where a uniform of [0, 1) lies below the value, so
 *   0 stays 0 and 1 stays 1.
 * - `threshold`: 1 where the value is at least 0.5. For a byte that is byte ≥ 128, as byte / 255 is never 0.5.
 * - `none`: the values stay.
 */
export function binarize(values: Float32Array, mode: Binarize, key: Key): void {
  if (mode === 'threshold') threshold(values, 0.5);
  else if (mode === 'dynamic') drawBelow(key.high, key.low, values);
}

/**
 * `binarize` for evaluation: each example is drawn from a key of its own, so what it becomes depends on (seed, index)
 * alone, not on the batch size or on which other examples are evaluated.
 *
 * @param values the examples `indices`, one after another
 */
export function binarizeForEvaluation(
  values: Float32Array,
  mode: Binarize,
  options: { readonly indices: Uint32Array; readonly seed: number },
): void {
  const { indices, seed } = options;
  const parent = purposeKey(seed, 'evaluation');
  const sampleSize = values.length / indices.length;
  for (let i = 0; i < indices.length; i++) {
    binarize(values.subarray(i * sampleSize, (i + 1) * sampleSize), mode, foldIn(parent, indices[i]!));
  }
}

/**
 * The share of values that are neither 0 nor 1, over the first `limit` examples (default: all). A Bernoulli likelihood of
 * grey values is no likelihood: above 0, binarise, or say so.
 */
export function grayFraction(dataset: Dataset, options: { readonly limit?: number } = {}): number {
  const count = Math.min(dataset.size, options.limit ?? dataset.size);
  const sampleSize = sizeOf(dataset.sampleShape);
  const chunk = Math.max(1, Math.floor(2 ** 20 / sampleSize));
  let gray = 0;
  for (let start = 0; start < count; start += chunk) {
    const indices = Uint32Array.from({ length: Math.min(chunk, count - start) }, (_, i) => start + i);
    const values = new Float32Array(indices.length * sampleSize);
    dataset.gather(indices, values);
    for (let i = 0; i < values.length; i++) if (values[i] !== 0 && values[i] !== 1) gray++;
  }
  return count === 0 ? 0 : gray / (count * sampleSize);
}

/** Whether any value is neither 0 nor 1. */
export function isGray(dataset: Dataset): boolean {
  return grayFraction(dataset) > 0;
}
