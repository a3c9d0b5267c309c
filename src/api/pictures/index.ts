export { anomalyPicture } from './anomaly-picture.ts';
export type { AnomalyPictureOptions } from './anomaly-picture.ts';
export { interpolationPicture } from './interpolation-picture.ts';
export type { InterpolationPictureOptions } from './interpolation-picture.ts';
export { latentScatter } from './latent-scatter.ts';
export type { LatentScatterOptions } from './latent-scatter.ts';
export { traversalPicture } from './traversal-picture.ts';
export type { TraversalPictureOptions } from './traversal-picture.ts';
