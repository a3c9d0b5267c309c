export { checkGradients } from './gradients.ts';
export type { CheckGradientsOptions } from './gradients.ts';
export { testCovarianceRoot } from './covariance-root.ts';
export type { TestCovarianceRootOptions } from './covariance-root.ts';
export { compareArrays, expectAllClose } from './matchers.ts';
export type { Tolerance } from './tolerances.ts';
