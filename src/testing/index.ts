export { checkGradients } from './gradients.ts';
export type { CheckGradientsOptions } from './gradients.ts';
export { compareArrays, expectAllClose } from './matchers.ts';
export type { Tolerance } from './tolerances.ts';
