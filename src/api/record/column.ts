/** Values of one metric over training: one each, or several next to each other as their mean and extremes. */
export interface ColumnPoints {
  /** Of the last of those that a point stands for. */
  readonly step: number[];
  readonly epoch: number[];
  readonly time: (number | null)[];
  /** The mean; null where one of them is not finite. */
  readonly value: (number | null)[];
  /** The extremes of those that are finite; null where none is. */
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

/** Where a value belongs. */
export interface Place {
  readonly step: number;
  readonly epoch: number;
  /** Seconds; NaN where the record does not say. */
  readonly time: number;
}

/** Numbers of one bucket, side by side in one array. */
const width = 8;
const [stepAt, epochAt, timeAt, sumAt, countAt, lowAt, highAt, brokenAt] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const firstBuckets = 64;

/**
 * The values of one metric in bounded memory. They are kept one by one up to `most`; then neighbours are joined, two by two, into a mean,
 * a least and a largest, and so again: nothing that stands out is lost, and half of `most` buckets are always there.
 */
export class Column {
  readonly #most: number;
  #buckets = new Float64Array(firstBuckets * width);
  /** Buckets that are full, and what each of them stands for. */
  #length = 0;
  #perBucket = 1;
  /** Values in the last bucket, which may take more. */
  #open = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.#buckets.byteLength;
  }

  /** @param value NaN or infinite where the record says so */
  push(value: number, { step, epoch, time }: Place): void {
    if (this.#open === 0 && this.#length === this.#most) this.#open = this.#halve();
    if (this.#open === 0) this.#begin();
    const buckets = this.#buckets;
    const at = (this.#length - 1) * width;
    buckets[at + stepAt] = step;
    buckets[at + epochAt] = epoch;
    buckets[at + timeAt] = time;
    addTo(buckets, at, Number.isFinite(value) ? { sum: value, count: 1, low: value, high: value, broken: 0 } : { sum: 0, count: 0, low: Infinity, high: -Infinity, broken: 1 }); // prettier-ignore
    this.#open = (this.#open + 1) % this.#perBucket;
  }

  /** At most so many points, each of as many neighbours. @param points at least 1 */
  points(points: number): ColumnPoints {
    const found: ColumnPoints = { step: [], epoch: [], time: [], value: [], low: [], high: [] };
    const each = Math.max(1, Math.ceil(this.#length / points));
    const joined = new Float64Array(width);
    for (let first = 0; first < this.#length; first += each) {
      const end = Math.min(first + each, this.#length);
      joined.set(this.#buckets.subarray(first * width, (first + 1) * width));
      for (let next = first + 1; next < end; next++) join(joined, 0, this.#buckets, next * width);
      const [step = 0, epoch = 0, time = NaN, sum = 0, count = 0, low = 0, high = 0, broken = 0] = joined;
      found.step.push(step);
      found.epoch.push(epoch);
      found.time.push(Number.isNaN(time) ? null : time);
      found.value.push(broken > 0 ? null : sum / count);
      found.low.push(count > 0 ? low : null);
      found.high.push(count > 0 ? high : null);
    }
    return found;
  }

  #begin(): void {
    const at = this.#length++ * width;
    if (at === this.#buckets.length) {
      const larger = new Float64Array(Math.min(2 * this.#buckets.length, this.#most * width));
      larger.set(this.#buckets);
      this.#buckets = larger;
    }
    this.#buckets.set([0, 0, NaN, 0, 0, Infinity, -Infinity, 0], at);
  }

  /** Joins neighbours; of an odd number, the last goes on to be filled. @returns what it holds so far, or 0 */
  #halve(): number {
    const buckets = this.#buckets;
    const length = Math.ceil(this.#length / 2);
    for (let at = 0; at < length; at++) {
      buckets.copyWithin(at * width, 2 * at * width, (2 * at + 1) * width);
      if (2 * at + 1 < this.#length) join(buckets, at * width, buckets, (2 * at + 1) * width);
    }
    const open = this.#length % 2 === 1 ? this.#perBucket : 0;
    this.#perBucket *= 2;
    this.#length = length;
    return open;
  }
}

function join(into: Float64Array, at: number, from: Float64Array, next: number): void {
  for (const entry of [stepAt, epochAt, timeAt]) into[at + entry] = from[next + entry] ?? 0;
  addTo(into, at, {
    sum: from[next + sumAt] ?? 0,
    count: from[next + countAt] ?? 0,
    low: from[next + lowAt] ?? Infinity,
    high: from[next + highAt] ?? -Infinity,
    broken: from[next + brokenAt] ?? 0,
  });
}

interface Part {
  readonly sum: number;
  readonly count: number;
  readonly low: number;
  readonly high: number;
  readonly broken: number;
}

function addTo(into: Float64Array, at: number, { sum, count, low, high, broken }: Part): void {
  into[at + sumAt] = (into[at + sumAt] ?? 0) + sum;
  into[at + countAt] = (into[at + countAt] ?? 0) + count;
  into[at + lowAt] = Math.min(into[at + lowAt] ?? Infinity, low);
  into[at + highAt] = Math.max(into[at + highAt] ?? -Infinity, high);
  into[at + brokenAt] = (into[at + brokenAt] ?? 0) + broken;
}
