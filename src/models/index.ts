export { option, optional } from '../parts/index.ts';
export type { DataShape, FlatOptions, Part, PartChoice, PartKind, PartOption, PartOptions, ValuesOf } from '../parts/index.ts'; // prettier-ignore
export * from './likelihoods/index.ts';
export * from './networks/index.ts';
export * from './posteriors/index.ts';
export * from './priors/index.ts';
export { gaussianCapabilities, has, requireCapabilities } from './capabilities.ts';
export type { Capability, ModelPart } from './capabilities.ts';
export { likelihoodFamily, networksFor, posteriorFor, priorFor } from './choose.ts';
export type { LikelihoodOptions, ModelRow, NetworkOptions, PosteriorOptions, PriorOptions } from './choose.ts';
export * from './soft-clamp.ts';
export { drawSeveral } from './draws.ts';
export type { DataScale } from './likelihoods/data-scale.ts';
export type { Classifier } from './classifier.ts';
export { createVae } from './vae.ts';
export type {
  ApplyOptions,
  ConditionalVae,
  CustomVaeOptions,
  NamedVaeOptions,
  Vae,
  VaeOptions,
  VaeOutput,
} from './vae.ts';
