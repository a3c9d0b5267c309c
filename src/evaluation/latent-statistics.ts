import type { NdArray } from '../core/index.ts';

/** A unit is active when its posterior mean varies over the data by more than this (Burda et al. 2016, §5.1). */
export const activeUnitThreshold = 0.01;

/** What the posteriors of a data set say of each latent dimension, gathered batch by batch. */
export class LatentStatistics {
  readonly #latent: number;
  readonly #sumOfMeans: Float64Array;
  readonly #sumOfSquares: Float64Array;
  readonly #sumOfKl: Float64Array;
  #count = 0;

  constructor(latent: number) {
    this.#latent = latent;
    this.#sumOfMeans = new Float64Array(latent);
    this.#sumOfSquares = new Float64Array(latent);
    this.#sumOfKl = new Float64Array(latent);
  }

  /**
   * @param values.mean [batch, latent]
   * @param values.variance [batch, latent]; without, no KL is known
   */
  add({ mean, variance }: { readonly mean: NdArray; readonly variance?: NdArray | undefined }): void {
    for (let i = 0; i < mean.size; i++) {
      const unit = i % this.#latent;
      const location = mean.data[i]!;
      const spread = variance?.data[i] ?? NaN;
      this.#sumOfMeans[unit]! += location;
      this.#sumOfSquares[unit]! += location * location;
      this.#sumOfKl[unit]! += 0.5 * (spread + location * location - 1 - Math.log(spread));
    }
    this.#count += mean.size / this.#latent;
  }

  /** The variance over the data of each dimension's posterior mean. */
  get varianceOfMeans(): number[] {
    return Array.from(this.#sumOfMeans, (sum, unit) => {
      const average = sum / this.#count;
      return this.#sumOfSquares[unit]! / this.#count - average * average;
    });
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
    return Array.from(this.#sumOfKl, (total) => total / this.#count);
  }
}
