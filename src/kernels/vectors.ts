import type { BufferMemory } from './buffer-kernels.ts';
import { checkLengths } from './scalars.ts';

/**
 * Σ xᵢ² to a relative error of 4e-6, in an order that depends on the length alone. It is finite exactly when all values
 * are: what float32 cannot square is squared in float64.
 */
export function sumOfSquares(memory: BufferMemory, x: Float32Array): number {
  return memory.kernels.sumOfSquares(memory.offsetOf('sumOfSquares', 'x', x), x.length);
}

/** Sets what is closer to 0 than `limit` to 0, in place; NaN stays. */
export function flushBelow(memory: BufferMemory, limit: number, x: Float32Array): void {
  memory.kernels.flushBelow(limit, memory.offsetOf('flushBelow', 'x', x), x.length);
}

/** Whether no value is NaN or infinite. */
export function allFinite(memory: BufferMemory, x: Float32Array): boolean {
  return Number.isFinite(sumOfSquares(memory, x));
}

/** y ← y + factor x, in float32. */
export function axpy(memory: BufferMemory, factor: number, { x, y }: { x: Float32Array; y: Float32Array }): void {
  const length = checkLengths('axpy', { x, y });
  memory.kernels.axpy(factor, memory.offsetOf('axpy', 'x', x), memory.offsetOf('axpy', 'y', y), length);
}

/** average ← decay · average + (1 − decay) x, in float32. */
export function movingAverage(
  memory: BufferMemory,
  { average, x }: { average: Float32Array; x: Float32Array },
  { decay }: { decay: number },
): void {
  const length = checkLengths('movingAverage', { average, x });
  const averageOffset = memory.offsetOf('movingAverage', 'average', average);
  memory.kernels.movingAverage(decay, averageOffset, 1 - decay, memory.offsetOf('movingAverage', 'x', x), length);
}
