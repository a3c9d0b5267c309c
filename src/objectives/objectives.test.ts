import { expect, it } from 'vitest';
import { testObjectives } from '../testing/index.ts';
import { createObjective, elbo, objectives } from './index.ts';

testObjectives(objectives, {
  variants: {
    // Among the KLs of the suite's batches.
    capacity: [{ over: 'batch', capacity: 0.32 }],
    'free-bits': [{ over: 'examples' }],
    renyi: [{ order: -2 }, { order: 1 }],
    iwae: [{ gradient: 'dreg' }],
    dip: [{ variant: 'ii' }],
    wae: [{ kernel: 'rbf' }],
    rae: [{ regularizer: 'gradient-penalty', projections: 2 }, { regularizer: 'none' }],
  },
  surrogates: ['piwae', 'iwae, gradient dreg', 'vq'],
});

it('the ELBO weighs its KL term with 1 unless told otherwise', () => {
  const sizes = { latent: 2, inputSize: 3, batchSize: 4, trainingSize: 8 };
  expect(createObjective(elbo, {}, sizes).scalars).toEqual({ beta: 1 });
  expect(createObjective(elbo, { beta: 4 }, sizes).scalars).toEqual({ beta: 4 });
  expect([elbo.describe?.({ beta: 1 }), elbo.describe?.({ beta: 4 })]).toEqual(['ELBO', 'ELBO, β = 4']);
});
