export * from './dense.ts';
export * from './initializers.ts';
export * from './layer.ts';
export * from './parameters.ts';
