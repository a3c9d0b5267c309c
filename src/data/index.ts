// For Node and browsers alike; data sets in folders are in node/index.ts.
export * from './batches.ts';
export * from './binarize.ts';
export * from './builtin.ts';
export * from './dataset.ts';
export * from './digits/digits.ts';
export type { DatasetOptions, DatasetSplits } from './source.ts';
export * from './split.ts';
export { spritePositions, spriteSize } from './sprites/masks.ts';
export * from './sprites/sprites.ts';
