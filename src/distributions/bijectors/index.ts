export type { Bijector } from './bijector.ts';
export { BijectorBase } from './bijector.ts';
export { Exp, Sigmoid, Softplus, Tanh } from './elementwise.ts';
export { Affine, ScaleMatvecTriL } from './affine.ts';
export { Chain, Invert, Reshape } from './combine.ts';
