import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { presets } from '../../config/index.ts';
import { makeDigits } from '../../data/index.ts';
import { load, train } from '../index.ts';
import { conditionNames } from '../data/condition-config.ts';
import { configFor } from './config-for.ts';

const digits = makeDigits({ count: 60 });
const splits = { train: digits, test: digits, source: 'digits', notes: [] };
const small = { latent: 2, hidden: [8], threads: 1, epochs: 2 };

it.each(presets)('$name is a model and a training, with all that it says', ({ name, options }) => {
  const { data, model, objective, training, preset } = configFor(splits, { preset: name });
  expect(preset).toBe(name);
  const parts: Readonly<Record<string, unknown>>[] = [model.prior, model.posterior, model.network, objective];
  for (const [option, value] of Object.entries(options)) {
    const found = [
      ...parts,
      { ...training, latent: model.latent, trim: training.trim?.fraction, condition: conditionNames(data)[0] },
    ].some(
      (part) =>
        JSON.stringify(part[option]) === JSON.stringify(value) ||
        (part.name === value && option in { ...model, objective }),
    );
    expect(found, option).toBe(true);
  }
});

it('what else is given goes over it; another part than its own comes without its options', () => {
  const { objective } = configFor(splits, { preset: 'beta-tc-vae', beta: 8, alpha: 2 });
  expect(objective).toEqual({ name: 'beta-tc', beta: 8, alpha: 2, gamma: 1, estimator: 'stratified' });
  const other = configFor(splits, { preset: 'low-rank-vae', posterior: 'full' });
  expect(other.model.posterior).toEqual({ name: 'full', root: 'symmetric' });
  expect(configFor(splits, { preset: 'anomalies', epochs: 100 }).training.trim).toEqual({
    fraction: 0.05,
    warmupEpochs: 5,
  });
});

it('a run says which it began from, also when it goes on', async () => {
  const out = join(mkdtempSync(join(tmpdir(), 'rootsigma-presets-')), 'run');
  const run = await train(digits, { preset: 'full-vae', ...small, out });
  expect(run.config).toMatchObject({ preset: 'full-vae', model: { posterior: { name: 'full' } } });
  await run.dispose();
  await (await train(digits, { resume: true, epochs: 3, out })).dispose();
  const again = await load(out);
  expect(again.config).toMatchObject({ preset: 'full-vae', training: { epochs: 3 } });
  await again.dispose();
});

it('refuses names that there are not, and a configuration beside it', async () => {
  await expect(train(digits, { preset: 'vea', ...small })).rejects.toThrow(/preset must be one of 'vae', .* got 'vea'/);
  const config = configFor(splits, small);
  await expect(train(digits, { preset: 'vae', config })).rejects.toThrow(
    /'vae' says what to start from, and so does a/,
  );
});
