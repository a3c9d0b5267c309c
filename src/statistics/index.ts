export { fitIsotropicNormal, fitMultivariateNormal, fitMultivariateNormalDiag, fitNormal } from './fit.ts';
export { fitLowRankMultivariateNormal } from './fit-low-rank.ts';
export type { LowRankFit, LowRankFitOptions } from './fit-low-rank.ts';
export type { FitOptions } from './moments.ts';
export { affine, precision, sumOfIndependent } from './combine.ts';
export { multivariateNormalCdf } from './multivariate-normal-cdf.ts';
export type { CdfEstimate, CdfOptions } from './multivariate-normal-cdf.ts';
