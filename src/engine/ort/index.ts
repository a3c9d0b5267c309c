export { createOrtEngine } from './engine.ts';
export { defaultThreads, isNode, parseThreads } from './threads.ts';
