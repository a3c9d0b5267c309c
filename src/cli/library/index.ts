// What the commands compute with, loaded when one runs. `rootsigma` exports what is here beyond the API too.
export * from '../../api/index.ts';
export * from './read-write-array.ts';
export * from './check-engines.ts';
export { describeGaussian, sampleGaussian } from './describe-sample-gaussian.ts';
export type { DrawingRoot, GaussianOptions, GaussianReport } from './describe-sample-gaussian.ts';
export * from './matrix-root.ts';
export * from './option-files.ts';
export * from './read-write-table.ts';
export * from './writable.ts';
export * from './write-page.ts';
