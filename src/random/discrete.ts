import { NdArray, ShapeError, ValueError, broadcastShapes, formatShape, sameShape, sizeOf } from '../core/index.ts';
import type { Shape } from '../core/index.ts';
import { broadcastTo } from './broadcast.ts';
import type { Key } from './key.ts';
import { threefry2x32 } from './threefry.ts';
import { fillBernoulli, visitWords } from './fill.ts';

/** `n` random uint32 words, as `jax.random.bits(key, (n,))` of JAX ≥ 0.5: both words of a counter's cipher, xored. */
export function randomBits(key: Key, n: number): NdArray<'uint32'> {
  const data = new Uint32Array(n);
  visitWords(key, n, (index, first, second) => {
    data[index] = first ^ second;
  });
  return new NdArray(data, [n]);
}

/**
 * 1 with probability p, else 0: the float64 uniform of the element lies below p.
 *
 * @param p a probability, or an array of them, broadcast to `shape`
 * @param shape default: the shape of p
 * @throws ValueError when a probability is NaN or outside [0, 1]
 */
export function bernoulli(key: Key, p: number | NdArray, shape?: Shape): NdArray<'bool'> {
  const probabilities = typeof p === 'number' ? NdArray.from(p) : p;
  const target = shape ?? probabilities.shape;
  const invalid = probabilities.data.findIndex((value) => !(value >= 0 && value <= 1));
  if (invalid >= 0) {
    throw new ValueError(
      `bernoulli: probability ${probabilities.data[invalid]} at flat index ${invalid} is outside [0, 1].`,
    );
  }
  if (!sameShape(broadcastShapes('bernoulli', probabilities.shape, target), target)) {
    throw new ShapeError(
      `bernoulli: probabilities of shape ${formatShape(probabilities.shape)} do not broadcast to ${formatShape(target)}.`,
    );
  }
  const data = new Uint8Array(sizeOf(target));
  fillBernoulli(key, broadcastTo(probabilities, target), data);
  return new NdArray(data, target, 'bool');
}

/** The range of `randint`: low ≤ draw < high. */
export interface RandintOptions {
  /** Smallest value; default 0. */
  readonly low?: number;
  /** One above the largest value. */
  readonly high: number;
}

/**
 * Integers from [low, high), each exactly equally likely (multiplication and rejection: Lemire, "Fast random integer
 * generation in an interval", 2019). Element i depends on (key, i) alone.
 *
 * @throws ValueError unless low < high are integers within int32
 */
export function randint(key: Key, shape: Shape, options: RandintOptions): NdArray<'int32'> {
  const low = options.low ?? 0;
  const { high } = options;
  if ((low | 0) !== low || !Number.isInteger(high) || high <= low || high > 2 ** 31) {
    throw new ValueError(`randint: [${low}, ${high}) is not a range of 32-bit integers.`);
  }
  const data = new Int32Array(sizeOf(shape));
  visitWords(key, data.length, (index, word) => {
    data[index] = low + integerBelow(key, index, high - low, word);
  });
  return new NdArray(data, shape);
}

/**
 * The numbers 0 … n − 1 in random order; each of the n! orders is equally likely (Fisher–Yates with unbiased draws).
 */
export function permutation(key: Key, n: number): NdArray<'int32'> {
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31) throw new ValueError(`permutation: cannot order ${n} items.`);
  const order = Int32Array.from({ length: n }, (_, index) => index);
  visitWords(key, n, (k, word) => {
    // Inside-out: after step k, order[0 … k] is a uniform permutation of 0 … k.
    const j = integerBelow(key, k, k + 1, word);
    order[k] = order[j]!;
    order[j] = k;
  });
  return new NdArray(order, [n]);
}

/** How many numbers `choice` takes, and whether one may come twice. */
export interface ChoiceOptions {
  readonly count: number;
  /** Whether a number may come up twice; default false. */
  readonly replace?: boolean;
}

/**
 * `count` of the numbers 0 … n − 1 in random order.
 *
 * @throws ValueError when more are asked for than there are, without replacement
 */
export function choice(key: Key, n: number, options: ChoiceOptions): NdArray<'int32'> {
  const { count } = options;
  if (options.replace === true) return randint(key, [count], { high: n });
  if (count > n) throw new ValueError(`choice: ${count} of ${n} without replacement. Pass replace: true.`);
  return new NdArray(permutation(key, n).data.slice(0, count), [count]);
}

/**
 * An integer below `range` (≤ 2³²): the high half of word × range, redrawn while the low half falls in the short last
 * cell. Redraws encrypt the counter with the attempt's number above the 53 bits an index can have.
 */
function integerBelow(key: Key, index: number, range: number, word: number): number {
  const rejected = 2 ** 32 % range;
  for (let attempt = 1; ; attempt++) {
    // word × range has up to 64 bits: multiply the word's halves apart.
    const lower = (word & 0xffff) * range;
    const upper = (word >>> 16) * range + Math.floor(lower / 65536);
    const low = (upper % 65536) * 65536 + (lower % 65536);
    if (low >= rejected) return Math.floor(upper / 65536);
    word = threefry2x32(key.high, key.low, Math.floor(index / 2 ** 32) + attempt * 2 ** 21, index >>> 0)[0];
  }
}
