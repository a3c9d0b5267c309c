import { ValueError } from '../core/index.ts';
import { threefry2x32 } from './threefry.ts';

/**
 * A random key: two uint32 words, immutable and plain (it survives JSON). A function that draws is a pure function of its
 * key, so a key serves one purpose: derive others with `split` or `foldIn`, never draw twice from the same one.
 */
export interface Key {
  readonly high: number;
  readonly low: number;
}

/** The two words of a key. @throws ValueError for what is none: a seed is a number, and `key(seed)` its key */
export function wordsOf(key: Key): [high: number, low: number] {
  // In JavaScript anything may come here, and draws of a key without words would be the same each time.
  const { high, low } = Object(key) as Partial<Key>;
  if (typeof high === 'number' && typeof low === 'number') return [high, low];
  throw new ValueError(
    `key: expected a random key such as key(0), got ${typeof key === 'object' ? 'no key' : String(key)}.`,
  );
}

function makeKey(high: number, low: number): Key {
  return Object.freeze({ high, low });
}

/**
 * The key of a seed: its high and low 32 bits in two's complement, as `jax.random.key` with 64-bit integers.
 *
 * @param seed a safe integer, or a bigint in [-2⁶³, 2⁶⁴)
 * @throws ValueError for any other number
 */
export function key(seed: number | bigint): Key {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new ValueError(`key: the seed ${seed} is not a safe integer. Use a whole number, or a bigint for 64 bits.`);
  }
  const value = BigInt(seed);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) {
    throw new ValueError(`key: the seed ${value.toString()} has more than 64 bits.`);
  }
  const bits = BigInt.asUintN(64, value);
  return makeKey(Number(bits >> 32n), Number(bits & 0xffffffffn));
}

/**
 * An independent key for each `data`, such as the number of a training step: threefry2x32(key, counter = data). Equals
 * `split(key, n)[data]` and, below 2³², `jax.random.fold_in`.
 *
 * @throws ValueError unless `data` is a safe integer ≥ 0
 */
export function foldIn(key: Key, data: number): Key {
  if (!Number.isSafeInteger(data) || data < 0) {
    throw new ValueError(`foldIn: ${data} is not a whole number from 0 to 2^53 - 1.`);
  }
  return makeKey(...threefry2x32(...wordsOf(key), Math.floor(data / 2 ** 32), data >>> 0));
}

/** `count` independent keys, as `jax.random.split` of JAX ≥ 0.5 (`jax_threefry_partitionable`). */
export function split(key: Key, count = 2): Key[] {
  if (!Number.isSafeInteger(count) || count < 0) throw new ValueError(`split: cannot make ${count} keys.`);
  return Array.from({ length: count }, (_, index) => foldIn(key, index));
}
