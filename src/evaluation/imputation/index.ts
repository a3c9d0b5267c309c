export { defaultSweeps, imputeRows } from './impute.ts';
export type { ImputeOptions, Imputed } from './impute.ts';
export { ofConditions } from './chain-programs.ts';
export type { ExamplePart, Move, PartLayout } from './chain-programs.ts';
