export { drawChunk, drawNormals, drawUniforms, drawWords } from './draws.ts';
export { createKernelMemory, KernelMemory } from './memory.ts';
