import { ValueError, sizeOf, takeTurns } from '../core/index.ts';
import { gatherNumbers } from './dataset.ts';
import type { Dataset } from './dataset.ts';

/** Which numbers of an example share a centre and a scale: each its own, or all of them one. */
export type ScaleRule = 'whole' | 'each';

/** Numbers that are read at once to find a data set's centre and scale. */
const chunkNumbers = 2 ** 18;

/** Two float64 numbers this close to each other, as a share of their size, are one number and its rounding. */
const rounding = 8 * 2 ** -52;

/**
 * Numbers in a unit of their own as a model sees them, and back: y = (x − centre) / scale, taken in float64 before y becomes
 * float32, so that 1.7e9 ± 1 and 1e-200 keep their digits.
 *
 * The density of x is that of y divided by Π scaleᵢ: log p(x) = log p(y) − Σ log scaleᵢ.
 */
export class Standardization {
  readonly rule: ScaleRule;
  /** One a number of an example, in the units of x. */
  readonly center: Float64Array<ArrayBuffer>;
  /** As many, above 0: what 1 is in the units of x. */
  readonly scale: Float64Array<ArrayBuffer>;

  /** @throws ValueError when the two differ in length, or a number is not finite or a scale not above 0 */
  constructor(rule: ScaleRule, center: Float64Array<ArrayBuffer>, scale: Float64Array<ArrayBuffer>) {
    if (center.length !== scale.length || !center.every(Number.isFinite)) {
      throw new ValueError(`standardization: ${center.length} centres, all finite, need as many scales as they are.`);
    }
    const wrong = scale.find((value) => !(value > 0 && value < Infinity));
    if (wrong !== undefined) throw new ValueError(`standardization: a scale must be a number above 0, got ${wrong}.`);
    this.rule = rule;
    this.center = center;
    this.scale = scale;
  }

  /** One centre and scale for each of `size` numbers, from as many of them or from one for all. */
  static of(
    rule: ScaleRule,
    size: number,
    { center, scale }: { readonly center: ArrayLike<number>; readonly scale: ArrayLike<number> },
  ): Standardization {
    const spread = (values: ArrayLike<number>): Float64Array<ArrayBuffer> =>
      values.length === 1 ? new Float64Array(size).fill(values[0]!) : Float64Array.from(values);
    return new Standardization(rule, spread(center), spread(scale));
  }

  /**
   * Mean and standard deviation (of the population, 1/n) of a data set's numbers; a number that is always the same, up to
   * float64's rounding, has scale 1.
   *
   * @param dataset the examples that are learned from, and no others
   */
  static async fit(
    dataset: Dataset,
    rule: ScaleRule,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Standardization> {
    const size = sizeOf(dataset.sampleShape);
    const units = new Float64Array(rule === 'each' ? size : 1).fill(1);
    let found = await moments(dataset, units, options);
    if (found.some(({ isLost }) => isLost)) {
      // Squares of such numbers leave float64's range: measured in units of the largest they do not.
      found.forEach(({ isLost, largest }, column) => isLost && (units[column] = largest));
      found = await moments(dataset, units, options);
    }
    const center = found.map(({ mean }) => mean);
    return Standardization.of(rule, size, { center, scale: found.map(({ stddev }) => stddev) });
  }

  /** Numbers in one example. */
  get size(): number {
    return this.scale.length;
  }

  /** Rows of x as rows of y. */
  apply(x: ArrayLike<number>, out: Float32Array): void {
    const { center, scale, size } = this;
    for (let start = 0; start < x.length; start += size) {
      for (let i = 0; i < size; i++) out[start + i] = (x[start + i]! - center[i]!) / scale[i]!;
    }
  }

  /** Rows of y as rows of x. */
  restore(y: ArrayLike<number>): Float64Array<ArrayBuffer> {
    const { center, scale, size } = this;
    const x = new Float64Array(y.length);
    for (let start = 0; start < y.length; start += size) {
      for (let i = 0; i < size; i++) x[start + i] = center[i]! + scale[i]! * y[start + i]!;
    }
    return x;
  }

  /** Σ log scaleᵢ: what log p(y) is above log p(x). */
  get logVolume(): number {
    return this.scale.reduce((total, value) => total + Math.log(value), 0);
  }
}

interface Moments {
  readonly mean: number;
  /** 1 for a constant. */
  readonly stddev: number;
  /** The largest absolute value. */
  readonly largest: number;
  /** Whether the squares were beyond float64, so that mean and stddev say nothing. */
  readonly isLost: boolean;
}

/** Running moments of columns, in their units. */
interface Sums {
  count: number;
  readonly mean: Float64Array;
  /** Σ (x − mean)² */
  readonly squares: Float64Array;
  /** Not in units. */
  readonly least: Float64Array;
  readonly greatest: Float64Array;
}

/**
 * Means and standard deviations by Welford's recurrence (1962), which subtracts no large sums: one pass, so that data on disk
 * are read once.
 *
 * @param units what each column is divided by before it is squared; one for all numbers, or one for each
 */
async function moments(
  dataset: Dataset,
  units: Float64Array,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<Moments[]> {
  const columns = units.length;
  const sums: Sums = {
    count: 0,
    mean: new Float64Array(columns),
    squares: new Float64Array(columns),
    least: new Float64Array(columns).fill(Infinity),
    greatest: new Float64Array(columns).fill(-Infinity),
  };
  for await (const numbers of chunksOf(dataset, signal)) addRows(numbers, units, sums);
  return Array.from(units, (unit, column) => {
    const [least, greatest] = [sums.least[column]!, sums.greatest[column]!];
    const largest = Math.max(Math.abs(least), Math.abs(greatest));
    const isConstant = greatest - least <= rounding * largest;
    const variance = sums.squares[column]! / sums.count;
    const isLost = !isConstant && !(variance > 1e-280 && variance < 1e300);
    return { mean: unit * sums.mean[column]!, stddev: isConstant ? 1 : unit * Math.sqrt(variance), largest, isLost };
  });
}

function addRows(numbers: Float64Array, units: Float64Array, sums: Sums): void {
  const { mean, squares, least, greatest } = sums;
  const columns = units.length;
  let { count } = sums;
  for (let start = 0; start < numbers.length; start += columns) {
    const weight = 1 / ++count;
    for (let column = 0; column < columns; column++) {
      const value = numbers[start + column]!;
      if (value < least[column]!) least[column] = value;
      if (value > greatest[column]!) greatest[column] = value;
      const scaled = value / units[column]!;
      const deviation = scaled - mean[column]!;
      mean[column]! += deviation * weight;
      squares[column]! += deviation * (scaled - mean[column]!);
    }
  }
  sums.count = count;
}

/** All examples in float64, some at a time; now and then timers and signals are let in. */
async function* chunksOf(dataset: Dataset, signal: AbortSignal | undefined): AsyncGenerator<Float64Array> {
  const size = sizeOf(dataset.sampleShape);
  const step = Math.max(1, Math.floor(chunkNumbers / size));
  for (let first = 0; first < dataset.size; first += step) {
    signal?.throwIfAborted();
    const indices = Uint32Array.from({ length: Math.min(step, dataset.size - first) }, (_, i) => first + i);
    const numbers = new Float64Array(indices.length * size);
    gatherNumbers(dataset, indices, numbers);
    yield numbers;
    await takeTurns(); // Reading blocks the thread: timers and signals are let in.
  }
}
