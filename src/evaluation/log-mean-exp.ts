/** Running mean and log-mean-exp of log weights that arrive in chunks, with their effective sample size. */
export class LogMeanExp {
  #largest = -Infinity;
  /** Σ e^(w − largest) and Σ e^(2(w − largest)) */
  #sum = 0;
  #sumOfSquares = 0;
  #total = 0;
  #count = 0;

  add(logWeight: number): void {
    this.#count++;
    this.#total += logWeight;
    if (logWeight > this.#largest) {
      const rescale = Math.exp(this.#largest - logWeight);
      this.#sum *= rescale;
      this.#sumOfSquares *= rescale * rescale;
      this.#largest = logWeight;
    }
    const weight = this.#largest === -Infinity ? 0 : Math.exp(logWeight - this.#largest);
    this.#sum += weight;
    this.#sumOfSquares += weight * weight;
  }

  /** (1/K) Σ log w */
  get mean(): number {
    return this.#total / this.#count;
  }

  /** log (1/K) Σ w */
  get value(): number {
    return this.#largest + Math.log(this.#sum / this.#count);
  }

  /** (Σ w)² / Σ w²: between 1 (one draw carries everything) and the number of draws (Kong 1992). */
  get effectiveSampleSize(): number {
    return (this.#sum * this.#sum) / this.#sumOfSquares;
  }
}
