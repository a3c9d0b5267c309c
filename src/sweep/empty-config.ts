import { configSchemaVersion } from '../config/index.ts';
import { version } from '../core/index.ts';

/** A configuration that is valid and of no run: entries are tried on it before there are data. */
export function emptyConfig(optimizer: string): object {
  return {
    schemaVersion: configSchemaVersion,
    rootsigmaVersion: version,
    data: { source: 'none', kind: 'array', shape: [1], count: 1, binarize: 'none' },
    model: {
      latent: 1,
      prior: { name: 'standard-normal' },
      posterior: { name: 'diagonal' },
      likelihood: { name: 'gaussian' },
      network: { name: 'dense' },
    },
    objective: { name: 'elbo' },
    training: {
      epochs: 1,
      batchSize: 1,
      optimizer: { name: optimizer, learningRate: 1e-3 },
      schedule: { name: 'constant' },
      validation: 0.1,
      seed: 0,
    },
  };
}
