import { ShapeError } from '../core/index.ts';
import type { OptimizerConfig } from '../config/index.ts';
import { adam, adamw, flushBelow, sgd } from '../kernels/index.ts';
import type { ParameterStore } from './parameter-store.ts';
import type { Range } from './replicas/range.ts';

/** The flat arrays that an optimiser keeps, by name: Adam's moments, say. */
export type Slots = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** What an optimiser is told of one step. */
export interface OptimizerStep {
  readonly learningRate: number;
  /** What the gradient is multiplied with first: the clipping factor. */
  readonly gradientScale: number;
}

/**
 * The averages of a gradient that has ended, a dead unit's, shrink until they are subnormal (below 2⁻¹²⁶), where
 * arithmetic takes three times as long. Long before, they no longer move a parameter.
 */
const negligible = 2 ** -100;
const stepsBetweenFlushes = 32;

/** What squares of float32 can hold, 1.8e19: a moment of larger gradients would be infinite, and its parameter never change again. */
const largestSquareRoot = Math.sqrt((2 - 2 ** -23) * 2 ** 127);

/** PyTorch's. */
const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const adamDefaults = { adam: { ...moments, weightDecay: 0 }, adamw: { ...moments, weightDecay: 0.01 } } as const;

/** The names of the flat arrays that an optimiser keeps besides parameters and gradients. */
function slotNames(config: OptimizerConfig): readonly string[] {
  if (config.name !== 'sgd') return ['firstMoments', 'secondMoments'];
  return (config.momentum ?? 0) > 0 ? ['velocities'] : [];
}

/** How many flat arrays of the parameters' length the optimiser will allocate in the store's memory. */
export function optimizerSlots(config: OptimizerConfig): number {
  return slotNames(config).length;
}

/** Changes a store's parameters, or a range of them, by their gradients: one fused pass over the flat arrays. */
export class Optimizer {
  readonly #config: OptimizerConfig;
  readonly #store: ParameterStore;
  readonly #parameters: Float32Array<ArrayBuffer>;
  readonly #gradients: Float32Array<ArrayBuffer>;
  readonly #slots: Slots;
  /** Steps taken: Adam's bias correction needs it. */
  steps = 0;

  /**
   * @param options.range of the flat arrays; default: all
   * @param options.within an optimiser of all parameters, whose arrays this one's are parts of; default: new ones
   */
  constructor(
    config: OptimizerConfig,
    store: ParameterStore,
    options: { readonly range?: Range; readonly within?: Optimizer | undefined } = {},
  ) {
    const { range = { from: 0, to: store.values.length }, within } = options;
    this.#config = config;
    this.#store = store;
    const { from, to } = range;
    this.#parameters = store.values.subarray(from, to);
    this.#gradients = store.gradients.subarray(from, to);
    this.#slots = Object.fromEntries(
      slotNames(config).map((name) => [
        name,
        within?.slots[name]?.subarray(from, to) ?? store.memory.allocate('float32', to - from),
      ]),
    );
  }

  /** The largest norm of the scaled gradient for which the arrays that it keeps certainly stay finite. */
  get largestNorm(): number {
    return this.#config.name === 'sgd' ? Infinity : largestSquareRoot;
  }

  /** Takes one step. The gradients are left as they are. */
  step(options: OptimizerStep): void {
    this.steps++;
    if (this.steps % stepsBetweenFlushes === 0) {
      for (const slot of Object.values(this.#slots)) flushBelow(this.#store.memory, negligible, slot);
    }
    const { memory } = this.#store;
    const [parameters, gradients] = [this.#parameters, this.#gradients];
    const config = this.#config;
    if (config.name === 'sgd') {
      sgd(memory, { parameters, gradients, ...this.#slots }, { ...config, ...options });
      return;
    }
    const { firstMoments, secondMoments } = this.#slots;
    if (!firstMoments || !secondMoments) throw new ShapeError(`${config.name}: its moments are missing.`);
    const { beta1, beta2, epsilon, weightDecay } = { ...adamDefaults[config.name], ...config };
    const update = config.name === 'adam' ? adam : adamw;
    update(
      memory,
      { parameters, gradients, firstMoments, secondMoments },
      {
        ...options,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        biasCorrection1: 1 - beta1 ** this.steps,
        biasCorrection2: 1 - beta2 ** this.steps,
      },
    );
  }

  /** The flat arrays that it keeps, by name, for the range: with `steps` all that it is. Views, to be read or restored. */
  get slots(): Slots {
    return this.#slots;
  }
}
