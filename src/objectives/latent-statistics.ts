import type { NdArray } from '../core/index.ts';

/** A unit is active when its posterior mean varies over the data by more than this (Burda et al. 2016, §5.1). */
export const activeUnitThreshold = 0.01;

/** What the posteriors of a data set say of each latent dimension, gathered batch by batch. */
export class LatentStatistics {
  readonly #latent: number;
  /** Of each dimension the sums of means, of their squares and of KLs, and behind them the number of examples. */
  readonly #sums: Float64Array<ArrayBuffer>;

  constructor(latent: number) {
    this.#latent = latent;
    this.#sums = new Float64Array(3 * latent + 1);
  }

  /**
   * @param values.mean [batch, latent]
   * @param values.variance [batch, latent]; without, no KL is known
   */
  add({ mean, variance }: { readonly mean: NdArray; readonly variance?: NdArray | undefined }): void {
    const latent = this.#latent;
    mean.data.forEach((location, i) => {
      const unit = i % latent;
      const spread = variance?.data[i] ?? NaN;
      this.#add(unit, location);
      this.#add(latent + unit, location * location);
      this.#add(2 * latent + unit, 0.5 * (spread + location * location - 1 - Math.log(spread)));
    });
    this.#add(3 * latent, mean.size / latent);
  }

  #add(at: number, value: number): void {
    this.#sums[at] = (this.#sums[at] ?? 0) + value;
  }

  /** What was added up so far, as `merge` takes it: 3 numbers a dimension and one. */
  get sums(): Float64Array<ArrayBuffer> {
    return this.#sums.slice();
  }

  /** Adds what another has added up. */
  merge(sums: ArrayLike<number>): void {
    for (let k = 0; k < this.#sums.length; k++) this.#add(k, sums[k] ?? 0);
  }

  #mean(which: number): number[] {
    const count = this.#sums[3 * this.#latent] ?? 0;
    return Array.from(this.#sums.subarray(which * this.#latent, (which + 1) * this.#latent), (sum) => sum / count);
  }

  /** The variance over the data of each dimension's posterior mean. */
  get varianceOfMeans(): number[] {
    const squares = this.#mean(1);
    return this.#mean(0).map((average, unit) => (squares[unit] ?? NaN) - average * average);
  }

  /** Dimensions whose posterior mean has a variance over the data above `activeUnitThreshold`. */
  get activeUnits(): number {
    return this.varianceOfMeans.filter((variance) => variance > activeUnitThreshold).length;
  }

  /**
   * Mean KL(q(zᵢ|x) ‖ N(0, 1)) of each dimension's marginal, in nats. With a diagonal posterior they add up to the KL;
   * with a full one the KL is larger: it also counts the correlations.
   */
  get klPerDimension(): number[] {
    return this.#mean(2);
  }
}
