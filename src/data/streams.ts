import { foldIn, key } from '../random/index.ts';
import type { Key } from '../random/index.ts';

/**
 * What this folder draws for. Each purpose has a key of its own under the run's seed, far from the small numbers that
 * other layers fold in, so that no two purposes ever share a stream. The numbers are part of what a seed means.
 */
const purposes = {
  split: 0xda7a_0001,
  order: 0xda7a_0002,
  evaluation: 0xda7a_0004,
  digits: 0xda7a_0005,
  sprites: 0xda7a_0006,
  test: 0xda7a_0007,
  sample: 0xda7a_0008,
  labels: 0xda7a_0009,
  categories: 0xda7a_000a,
} as const;

/** The key of one purpose under a seed. */
export function purposeKey(seed: number, purpose: keyof typeof purposes): Key {
  return foldIn(key(seed), purposes[purpose]);
}
