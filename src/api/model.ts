import { sizeOf } from '../core/index.ts';
import type { RunConfig } from '../io/index.ts';
import { createVae } from '../models/index.ts';
import type { Vae } from '../models/index.ts';

/** The model that a configuration describes. */
export function modelFor({ data, model }: RunConfig): Vae {
  const { likelihood: _, ...options } = model;
  return createVae({ ...options, inputSize: sizeOf(data.shape) });
}
