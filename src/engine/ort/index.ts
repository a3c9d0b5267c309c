export { createOrtEngine } from './engine.ts';
export { defaultThreads, isNode, logicalCores, threadCount, usableCores } from './threads.ts';
export type { HostShare } from './threads.ts';
