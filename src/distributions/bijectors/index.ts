export type { Bijector, WithLogDet } from './bijector.ts';
export { BijectorBase, JointBijector } from './bijector.ts';
export { Exp, Sigmoid, Softplus, Tanh } from './elementwise.ts';
export { Affine, ScaleMatvecTriL } from './affine.ts';
export { MaskedAutoregressive } from './autoregressive.ts';
export { Chain, Invert, Reshape } from './combine.ts';
export { AffineCoupling } from './coupling.ts';
export { Radial } from './radial.ts';
export type { Conditioner } from './coupling.ts';
