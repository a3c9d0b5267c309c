export { referenceEngine } from './engine.ts';
export type { ReferenceEngine, ReferenceProgram } from './engine.ts';
export { evaluate, evaluateAll } from './evaluate.ts';
export { firstNonFinite } from './nonFinite.ts';
export type { NonFinite } from './nonFinite.ts';
