import { NdArray, ShapeError, ValueError } from '../core/index.ts';
import type { OptimizerConfig } from '../io/index.ts';
import { adam, adamw, flushBelow, sgd } from '../kernels/index.ts';
import type { ParameterStore } from './parameter-store.ts';

type Buffers = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

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

/** Changes a store's parameters by their gradients, one fused pass over the flat arrays. */
export class Optimizer {
  readonly #config: OptimizerConfig;
  readonly #store: ParameterStore;
  readonly #slots: Buffers;
  #steps = 0;

  constructor(config: OptimizerConfig, store: ParameterStore) {
    this.#config = config;
    this.#store = store;
    const { length } = store.values;
    this.#slots = Object.fromEntries(slotNames(config).map((name) => [name, store.memory.allocate('float32', length)]));
  }

  /** Steps taken: Adam's bias correction needs it. */
  get steps(): number {
    return this.#steps;
  }

  /** Takes one step. The gradients are left as they are. */
  step(options: OptimizerStep): void {
    this.#steps++;
    if (this.#steps % stepsBetweenFlushes === 0) {
      for (const slot of Object.values(this.#slots)) flushBelow(this.#store.memory, negligible, slot);
    }
    const { memory, values: parameters, gradients } = this.#store;
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
        biasCorrection1: 1 - beta1 ** this.#steps,
        biasCorrection2: 1 - beta2 ** this.#steps,
      },
    );
  }

  /** A copy of what a checkpoint must hold besides `steps`: flat arrays by name. */
  state(): Record<string, NdArray<'float32'>> {
    return Object.fromEntries(
      Object.entries(this.#slots).map(([name, slot]) => [name, new NdArray(slot.slice(), [slot.length], 'float32')]),
    );
  }

  /** @throws ValueError when the arrays are not this optimiser's for this model */
  restore(state: Readonly<Record<string, NdArray>>, steps: number): void {
    for (const [name, slot] of Object.entries(this.#slots)) {
      const given = state[name];
      if (given?.size !== slot.length) {
        throw new ValueError(
          `${this.#config.name}: the checkpoint's '${name}' has ${given?.size ?? 'no'} numbers, ${slot.length} are needed.`,
        );
      }
      slot.set(given.data);
    }
    this.#steps = steps;
  }
}
