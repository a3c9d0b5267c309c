import { expect, it } from 'vitest';
import { CapabilityError } from '../../core/index.ts';
import { makeDigits } from '../../data/index.ts';
import { createVae, posteriors, priors } from '../../models/index.ts';
import { createObjective, objectives } from '../../objectives/index.ts';
import { buildStep } from '../../training/index.ts';
import { train } from '../index.ts';

const missing = 'no/such/file.npy';
const small = { latent: 4, hidden: [8], epochs: 1, threads: 1, onNotice: 'silent' } as const;

/** What putting the parts together in a model of another size says. */
function faultOf(prior: string, posterior: string, objective: string): string | undefined {
  const row = objectives.find(({ name }) => name === objective);
  if (!row) return undefined;
  try {
    const conditionSize = prior === 'conditional-normal' ? 3 : 0;
    const sizes = { latent: 4, inputSize: 6, trainingSize: 100, batchSize: 8 };
    const model = createVae({ ...sizes, hidden: [5], prior, posterior, conditionSize });
    buildStep(model, 8, createObjective(row, {}, sizes));
    return undefined;
  } catch (error) {
    if (error instanceof CapabilityError) return error.message;
    throw error;
  }
}

/** One of those that can the same. */
function oneOfEach<T extends { readonly capabilities: readonly string[] }>(rows: readonly T[]): readonly T[] {
  return [...new Map(rows.toReversed().map((row) => [row.capabilities.join(), row])).values()];
}

it('says of all parts what one lacks for another before data are read', { timeout: 60_000 }, async () => {
  let refused = 0;
  for (const objective of ['elbo', 'beta-tc', 'factor', 'dip', 'info', 'wae'] as const) {
    for (const { name: prior } of [...oneOfEach(priors), ...priors.filter(({ name }) => name === 'vamp')]) {
      for (const { name: posterior } of oneOfEach(posteriors)) {
        // Each kind beside the usual ones of the others: pairs decide.
        if (prior !== 'standard-normal' && posterior !== oneOfEach(posteriors).at(-1)?.name) continue;
        const fault = faultOf(prior, posterior, objective);
        const condition = prior === 'conditional-normal' ? { condition: 'label' } : {};
        const attempt = train(missing, { ...small, prior, posterior, objective, ...condition });
        await expect(attempt, `${objective} ${prior} ${posterior}`).rejects.toThrow(fault ?? /no\/such\/file/);
        if (fault !== undefined) refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(3);
});

it('whether they come of a preset, an object or an entry of the configuration', async () => {
  const learned = /the draws of the prior 'gaussian-mixture' have no gradient/;
  const prior = 'gaussian-mixture';
  await expect(train(missing, { ...small, preset: 'wae-mmd', prior })).rejects.toThrow(learned);
  await expect(train(missing, { ...small, objective: { name: 'wae' }, prior: { name: prior } })).rejects.toThrow(
    learned,
  );
  await expect(train(missing, { ...small, objective: 'wae', set: { 'model.prior': prior } })).rejects.toThrow(learned);
  const dreg = train(missing, { ...small, posterior: 'planar', objective: 'iwae', gradient: 'dreg' });
  await expect(dreg).rejects.toThrow("objective 'iwae' with gradient 'dreg' needs of the posterior a log density at any point"); // prettier-ignore
  const dip = train(missing, { ...small, posterior: 'planar', objective: 'dip', variant: 'ii' });
  await expect(dip).rejects.toThrow(/^objective 'dip' with variant 'ii' needs of the posterior/);
});

it('a posterior of codes goes with its own objective, and with the standard prior or one over codes', async () => {
  const mixed = train(missing, { ...small, preset: 'vq-vae', prior: 'ex-post-mixture' });
  await expect(mixed).rejects.toThrow(
    /posterior 'vector-quantized': .*Choose prior 'chow-liu', .* or 'standard-normal'/,
  );
  const other = train(missing, { ...small, prior: 'chow-liu' });
  await expect(other).rejects.toThrow(/prior 'chow-liu' needs of the posterior codes of a book \(codes\), which 'diagonal' does not have\. Choose .*vector-quantized/); // prettier-ignore
  for (const objective of ['elbo', 'ae', 'rae', 'wae'] as const) {
    const other = train(missing, { ...small, posterior: 'vector-quantized', objective });
    await expect(other, objective).rejects.toThrow(CapabilityError);
    await expect(other, objective).rejects.toThrow(/'vector-quantized': .* Choose objective 'vq'/);
  }
  await expect(train(missing, { ...small, preset: 'vq-vae' })).rejects.toThrow(/no\/such\/file/);
});

it('what goes together trains', async () => {
  const run = await train(makeDigits({ count: 40 }), { ...small, objective: 'wae', prior: 'realnvp', priorFlows: 2 });
  expect(run.config.objective.name).toBe('wae');
  await run.dispose();
});
