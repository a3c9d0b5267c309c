export * from './convolution.ts';
export * from './dense.ts';
export * from './dropout.ts';
export * from './initializers.ts';
export * from './layer.ts';
export * from './normalization.ts';
export * from './parameters.ts';
export * from './residual.ts';
