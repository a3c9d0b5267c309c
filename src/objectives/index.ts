export * from './elbo.ts';
export * from './elbo-program.ts';
export * from './examples.ts';
export * from './importance.ts';
