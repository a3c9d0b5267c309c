export { createKernelMemory, KernelMemory } from './memory.ts';
