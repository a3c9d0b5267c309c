export { checkGradients } from './gradients.ts';
export type { CheckGradientsOptions } from './gradients.ts';
export { testCovarianceRoot } from './covariance-root.ts';
export type { TestCovarianceRootOptions } from './covariance-root.ts';
export { testDataset } from './dataset.ts';
export { testDistribution } from './distribution.ts';
export type { TestDistributionOptions } from './distribution.ts';
export { compareArrays, expectAllClose } from './matchers.ts';
export type { Tolerance } from './tolerances.ts';
