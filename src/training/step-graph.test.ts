import { expect, it } from 'vitest';
import { UnsupportedError } from '../core/index.ts';
import type { Capability } from '../models/index.ts';
import { createVae } from '../models/index.ts';
import { createObjective, defineObjective, elbo } from '../objectives/index.ts';
import { buildStep } from './step-graph.ts';

const model = createVae({ inputSize: 4, latent: 2, hidden: [3], posterior: 'planar', prior: 'standard-normal' });
const vamp = createVae({ inputSize: 4, latent: 2, hidden: [3], posterior: 'diagonal', prior: 'vamp', pseudoInputs: 2 });

/** The ELBO, needing more than it does. */
function step(of: typeof model, needs: { posterior?: readonly Capability[]; prior?: readonly Capability[] }) {
  const row = defineObjective({ ...elbo, name: 'needy', build: (...given) => ({ ...elbo.build(...given), needs }) });
  const sizes = { latent: 2, inputSize: 4, batchSize: 3, trainingSize: 8 };
  return () => buildStep(of, 3, createObjective(row, {}, sizes));
}

it('an objective that needs a density names those that make do without, for a posterior that has none', () => {
  const deterministic = createVae({ inputSize: 4, latent: 2, hidden: [3], posterior: 'deterministic' });
  expect(step(deterministic, {})).toThrow(
    /'needy' needs of the posterior the log density .* which 'deterministic' does not have\. Choose an objective that makes do without \(wae, ae, rae\)/,
  );
  const codes = createVae({ inputSize: 4, latent: 4, hidden: [3], posterior: 'vector-quantized' });
  expect(step(codes, {})).toThrow(
    /'vector-quantized': the objective 'needy' knows nothing of its codes\. Choose objective 'vq'/,
  );
});

it('an objective that needs what prior or posterior lacks is refused in a sentence', () => {
  expect(step(model, { posterior: ['logProbOfDraw'], prior: ['root'] })).not.toThrow();
  expect(step(model, { posterior: ['logProb'] })).toThrow(UnsupportedError);
  expect(step(model, { posterior: ['logProb'] })).toThrow(
    /'needy' needs of the posterior .*\(logProb\), which 'planar'/,
  );
  expect(step(vamp, { posterior: ['root'], prior: ['moments'] })).not.toThrow();
  expect(step(vamp, { prior: ['root'] })).toThrow(
    /'needy' needs of the prior a covariance root.*'vamp'.*standard-normal/,
  );
});
