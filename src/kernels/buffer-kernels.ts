import { KernelMemory } from './memory.ts';
import { KernelModule } from './module.ts';
import { buffersWasm } from './wasm.generated.ts';

/** Flat buffers of float32: optimisers, sums, pixels. */
export interface BufferKernels {
  readonly adam: (
    parameters: number,
    gradients: number,
    firstMoments: number,
    secondMoments: number,
    length: number,
    scale: number,
    penalty: number,
    shrink: number,
    rate1: number,
    keep2: number,
    rate2: number,
    epsilon: number,
    step: number,
  ) => void;
  readonly sgd: (
    parameters: number,
    gradients: number,
    length: number,
    scale: number,
    penalty: number,
    rate: number,
  ) => void;
  readonly sgdMomentum: (
    parameters: number,
    gradients: number,
    velocities: number,
    length: number,
    scale: number,
    penalty: number,
    rate: number,
    momentum: number,
    nesterov: boolean,
  ) => void;
  readonly sumOfSquares: (x: number, length: number) => number;
  readonly fractions: (bytes: number, out: number, count: number) => void;
  readonly threshold: (x: number, limit: number, count: number) => void;
  readonly flushBelow: (limit: number, x: number, length: number) => void;
  readonly axpy: (factor: number, x: number, y: number, length: number) => void;
  readonly movingAverage: (keep: number, average: number, rate: number, x: number, length: number) => void;
}

const bufferKernels = /* @__PURE__ */ new KernelModule<BufferKernels>(buffersWasm);

export type BufferMemory = KernelMemory<BufferKernels>;

/** A fixed memory for such buffers that can hand out `bytes` bytes (plus 64 for each view whose size is not a multiple of 64). */
export function createBufferMemory(bytes: number): BufferMemory {
  return new KernelMemory(bytes, bufferKernels);
}
