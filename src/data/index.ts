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
export { isMissing, numberOf, timeOf } from './table/cells.ts';
export { otherCategory, TableEncoder } from './table/encoder.ts';
export type { EncodedTable, Surprise, TableBlock } from './table/encoder.ts';
export { describeSurprise, describeTable } from './table/describe.ts';
export { inferSchema } from './table/infer.ts';
export type { ColumnSchema, SchemaOverrides } from './table/infer.ts';
export { MarginalMatcher } from './table/marginals.ts';
export { tableDataset, tableSplits } from './table/table-dataset.ts';
export type { TableOptions } from './table/table-dataset.ts';
