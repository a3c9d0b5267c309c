import type { OptimizerConfig } from '../../config/index.ts';
import { sumOfSquares } from '../../kernels/index.ts';
import { Optimizer } from '../optimizers.ts';
import type { ParameterStore } from '../parameter-store.ts';
import { normBlock } from './plan.ts';
import type { Range } from './range.ts';

export interface ParameterGroupOptions {
  /** Of the flat arrays. */
  readonly range: Range;
  readonly optimizer: OptimizerConfig;
  readonly clipNorm: number | undefined;
  /** An optimiser of all parameters, whose arrays this one's are parts of; default: new ones. */
  readonly within?: Optimizer | undefined;
}

/** A range of the flat arrays that an optimiser of its own changes: the model's parameters, or an objective's own. */
export class ParameterGroup {
  readonly range: Range;
  readonly optimizer: Optimizer;
  readonly #store: ParameterStore;
  readonly #clipNorm: number | undefined;
  readonly #squares: Float64Array;

  constructor(store: ParameterStore, { range, optimizer, clipNorm, within }: ParameterGroupOptions) {
    this.range = range;
    this.optimizer = new Optimizer(optimizer, store, { range, within });
    this.#store = store;
    this.#clipNorm = clipNorm;
    this.#squares = new Float64Array(Math.ceil((range.to - range.from) / normBlock));
  }

  /** Σ of the gradient's squares, block by block. */
  squaresByBlock(): Float64Array {
    const { gradients, memory } = this.#store;
    this.#squares.forEach((_, k) => {
      const from = this.range.from + k * normBlock;
      const block = gradients.subarray(from, Math.min(from + normBlock, this.range.to));
      this.#squares[k] = sumOfSquares(memory, block);
    });
    return this.#squares;
  }

  /** Why a gradient that is finite is none to follow, if it is not. @param norm of the whole gradient */
  refusal(norm: number): string | undefined {
    const { largestNorm } = this.optimizer;
    if (norm * this.#clip(norm) <= largestNorm) return undefined;
    return `gradient norm ${norm.toPrecision(2)}, and beyond ${largestNorm.toPrecision(2)} squares are too large for the optimiser's moments`;
  }

  /** Follows the gradient, cut to the clip norm. @param norm of the whole gradient */
  update(norm: number, learningRate: number): void {
    this.optimizer.step({ learningRate, gradientScale: this.#clip(norm) });
  }

  #clip(norm: number): number {
    return this.#clipNorm !== undefined && norm > this.#clipNorm ? this.#clipNorm / norm : 1;
  }
}
