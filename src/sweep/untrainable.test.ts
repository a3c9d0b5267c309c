import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sweep } from './index.ts';
import type { SweepOptions, SweepSettings } from './index.ts';
import { dimensionsOfSettings } from './sweep-json.ts';
import { strategyFor } from './strategy-options.ts';
import { checkTrainable } from './untrainable.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-sweep-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const check = (settings: Omit<SweepSettings, 'data'>): string | undefined => {
  const whole = { data: 'digits', ...settings };
  const dimensions = dimensionsOfSettings(whole, 'sweep');
  const strategy = strategyFor(dimensions, { settings: whole, lag: 2, direction: () => undefined });
  return checkTrainable(whole, { dimensions, strategy });
};
/** The lines that name combinations, without what is wrong with them. */
const named = (settings: Omit<SweepSettings, 'data'>): string[] => {
  try {
    check(settings);
    return [];
  } catch (error) {
    const [, ...lines] = String(error).split('\n');
    if (lines.length === 0) throw error;
    return lines.slice(0, -1).map((line) => line.trim().split(':')[0] ?? '');
  }
};

it('names all combinations that cannot be trained by what decides them, before anything is', () => {
  const posterior = ['diagonal', 'low-rank', 'full', 'planar'];
  const others = { latent: [4, 8], learningRate: { from: 1e-4, to: 1e-2, points: 2 } };
  expect(named({ strategy: 'grid', space: { ...others, posterior, rank: [1, 2] } })).toEqual(
    ['diagonal', 'full', 'planar'].flatMap((name) => [1, 2].map((rank) => `posterior ${name}, rank ${rank}`)),
  );
  const range = { from: 1, to: 4 };
  for (const strategy of ['tpe', { name: 'random', trials: 40 }, { name: 'halving', trials: 40 }] as const)
    expect(named({ strategy, space: { ...others, posterior, rank: range } }).sort()).toEqual(
      ['diagonal', 'full', 'planar'].map((name) => `posterior ${name}, rank (any)`),
    );
  const objective = ['elbo', 'dip', 'beta-tc'];
  expect(named({ strategy: 'grid', space: { ...others, posterior, objective } })).toEqual([
    'posterior planar, objective dip',
    'posterior planar, objective beta-tc',
  ]);
  expect(() => check({ space: { posterior: ['diagonal'], objective: ['elbo'], rank: [2] } })).toThrow(
    /^sweep: 1 combination of the space cannot be trained, with any data:\n {2}rank 2: .*rank.*low-rank.*\nGive an axis a 'when'/,
  );
});

it('names models of which there is no such number as trials are compared by', () => {
  const space = { preset: ['vae', 'vq-vae'], batchSize: [64, 128] };
  for (const objective of ['nll', 'elbo']) expect(named({ objective, strategy: 'grid', space })).toEqual(['preset vq-vae']); // prettier-ignore
  expect(named({ objective: 'validation.criterion', strategy: 'grid', space })).toEqual([]);
});

it('takes what some data can be trained with', () => {
  const space = { posterior: ['low-rank', 'diagonal'], rank: { values: [1, 2], when: { posterior: 'low-rank' } } };
  expect(check({ strategy: 'grid', space })).toBeUndefined();
  expect(check({ space: { network: ['dense', 'conv'], likelihood: ['bernoulli', 'gaussian', 'laplace', 'poisson'] } })).toBeUndefined(); // prettier-ignore
  expect(check({ options: { condition: 'colour,size' }, space: { prior: ['standard-normal', 'conditional-normal'] } })).toBeUndefined(); // prettier-ignore
  expect(check({ options: { preset: 'm2', labelled: 100 }, space: { latent: [2, 4] } })).toBeUndefined();
  expect(check({ space: { trim: [0, 0.1], optimizer: ['adam', 'sgd'] } })).toBeUndefined();
});

it('says it of numbers alone, which a space cannot leave out, and of what trainings have against each other', () => {
  const space = { latent: { from: 2, to: 8, whole: true }, rank: { from: 1, to: 4, whole: true } };
  const notice = check({ options: { posterior: 'low-rank' }, space });
  expect(notice).toMatch(/^trials with some numbers of these ranges cannot be trained and will fail:\n.*\n? *latent 2, rank 4: .*4 has more columns than the 2/); // prettier-ignore
  expect(named({ options: { epochs: 1 }, space: { latent: [2, 4], trim: [0, 0.1] } })).toEqual(['trim 0.1']);
});

it('ends a sweep before it has a folder, and so do data that are nowhere', async () => {
  const out = join(folder, 'refused');
  const base: SweepOptions = { data: 'digits', out, space: { latent: [2] }, onNotice: 'silent' };
  await expect(sweep({ ...base, options: { rank: 2 } })).rejects.toThrow(/all: .*rank/);
  await expect(sweep({ ...base, data: 'no/such.csv' })).rejects.toThrow(/^no\/such\.csv: no such data set, folder or file\./); // prettier-ignore
  expect(existsSync(join(out, 'sweep.json'))).toBe(false);
});
