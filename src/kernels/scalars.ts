import { ShapeError, ValueError } from '../core/index.ts';

export interface AdamBuffers {
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
}

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** 1 − β₁^t at step t = 1, 2, …. */
  readonly biasCorrection1: number;
  /** 1 − β₂^t. */
  readonly biasCorrection2: number;
  /** Multiplies the gradients in the same pass, for clipping; default 1. */
  readonly gradientScale?: number;
}

export interface SgdBuffers {
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** Needed for momentum. */
  readonly velocities?: Float32Array;
}

export interface SgdSettings {
  readonly learningRate: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
  /** Added to the gradient; default 0. */
  readonly weightDecay?: number;
  /** Multiplies the gradients in the same pass, for clipping; default 1. */
  readonly gradientScale?: number;
}

/** What an Adam step needs of its settings, computed in float64 (the kernel and its specification round to float32). */
export function adamScalars(settings: AdamSettings, decoupledDecay: number) {
  const { learningRate, beta1, beta2, epsilon, biasCorrection1, biasCorrection2, gradientScale = 1 } = settings;
  // m / (√v / √bc₂ + ε) = √bc₂ m / (√v + √bc₂ ε)
  const correction = Math.sqrt(biasCorrection2);
  return {
    rate1: 1 - beta1,
    keep2: beta2,
    rate2: 1 - beta2,
    epsilon: correction * epsilon,
    step: (correction * learningRate) / biasCorrection1,
    shrink: 1 - learningRate * decoupledDecay,
    scale: gradientScale,
  };
}

/** The one length of all buffers. @throws ShapeError when they differ */
export function checkLengths(operation: string, buffers: object): number {
  const lengths = Object.entries(buffers as Record<string, Float32Array>).map(
    ([name, view]) => [name, view.length] as const,
  );
  const first = lengths[0]?.[1] ?? 0;
  if (lengths.some(([, length]) => length !== first)) {
    const list = lengths.map(([name, length]) => `${name} [${length}]`).join(', ');
    throw new ShapeError(`${operation}: buffers differ in length: ${list}.`);
  }
  return first;
}

/** @throws ValueError when the settings ask for momentum, for which there is no buffer */
export function requireNoMomentum({ momentum = 0, nesterov = false }: SgdSettings): void {
  if (momentum !== 0 || nesterov) {
    throw new ValueError(`sgd: momentum ${momentum} needs a 'velocities' buffer that starts at zero.`);
  }
}
