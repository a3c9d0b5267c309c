export { createOrtEngine } from './engine.ts';
export { defaultThreads, isNode, logicalCores, threadCount } from './threads.ts';
