export { createOrtEngine } from './engine.ts';
export type { WasmPaths } from './runtime.ts';
export { defaultThreads, isNode, logicalCores, threadCount } from './threads.ts';
