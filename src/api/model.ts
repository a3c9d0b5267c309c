import { sizeOf } from '../core/index.ts';
import type { RunConfig } from '../io/index.ts';
import { createVae } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import { likelihoodFor } from './likelihood.ts';

/** The model that a configuration describes. */
export function modelFor(config: RunConfig): Vae {
  const { shape } = config.data;
  return createVae({ ...config.model, shape, inputSize: sizeOf(shape), likelihood: likelihoodFor(config) });
}
