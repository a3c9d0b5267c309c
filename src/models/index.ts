export * from './likelihoods/index.ts';
export { posteriorFamily } from './posteriors/index.ts';
export type { PosteriorFamily, PosteriorOptions, PosteriorSizes } from './posteriors/index.ts';
export * from './soft-clamp.ts';
export { createVae } from './vae.ts';
export type { Vae, VaeOptions, VaeOutput } from './vae.ts';
