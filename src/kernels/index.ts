export { drawChunk, drawNormals, drawUniforms, drawWords } from './draws.ts';
export { drawBelow, gatherFractions, threshold } from './pixels.ts';
export { createBufferMemory } from './buffer-kernels.ts';
export type { BufferMemory } from './buffer-kernels.ts';
export { adam, adamw, sgd } from './optimizers.ts';
export {
  referenceAdam,
  referenceAdamw,
  referenceAxpy,
  referenceMovingAverage,
  referenceSgd,
  referenceSumOfSquares,
} from './optimizers.reference.ts';
export type { AdamBuffers, AdamSettings, SgdBuffers, SgdSettings } from './scalars.ts';
export { allFinite, axpy, flushBelow, movingAverage, sumOfSquares } from './vectors.ts';
export { choleskyBatch } from './cholesky.ts';
export type { FailedPivot } from './cholesky.ts';
export { divideByPairSumsBatch, eighBatch, positiveRootBatch } from './eigh.ts';
export type { Eigenpairs } from './eigh.ts';
