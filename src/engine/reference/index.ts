export { referenceEngine } from './engine.ts';
export type { ReferenceEngine, ReferenceProgram } from './engine.ts';
export { evaluate, evaluateAll } from './evaluate.ts';
export { firstNonFinite } from './non-finite.ts';
export type { NonFinite } from './non-finite.ts';
