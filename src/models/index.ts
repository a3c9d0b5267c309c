export * from './likelihoods/index.ts';
export { posteriorFamily } from './posteriors/index.ts';
export type { FullRoot } from './posteriors/full.ts';
export type { PosteriorFamily, PosteriorOptions, PosteriorSizes } from './posteriors/index.ts';
export * from './soft-clamp.ts';
export * from './networks/index.ts';
export type { DataScale } from './likelihoods/data-scale.ts';
export { createVae } from './vae.ts';
export type { ApplyOptions, CustomVaeOptions, NamedVaeOptions, Vae, VaeOptions, VaeOutput } from './vae.ts';
