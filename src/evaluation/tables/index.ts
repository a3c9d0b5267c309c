export { compareTables, kolmogorovSmirnov } from './distances.ts';
export type { TableDistances } from './distances.ts';
export { association, correlation, correlationRatio, cramersV } from './associations.ts';
export { cellsOf, namesOf, numbersOf, totalVariation } from './columns.ts';
export type { ColumnKind, ColumnKinds } from './columns.ts';
export { downstreamAccuracy } from './train-on-synthetic.ts';
export type { DownstreamAccuracy } from './train-on-synthetic.ts';
export { sampleGaussianCopula, sampleIndependently } from './baselines.ts';
export type { BaselineOptions } from './baselines.ts';
