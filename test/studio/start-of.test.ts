// What a copy of a run that was not started from the studio is started with: what its options were, read back from its configuration.
import { expect, it } from 'vitest';
import { configFor } from '../../src/api/train/config-for.ts';
import type { ModelOptions } from '../../src/api/train/model-options.ts';
import { presets } from '../../src/config/index.ts';
import { makeDigits } from '../../src/data/index.ts';
import type { Dataset } from '../../src/data/index.ts';
import type { Uploads } from '../../src/studio/data/uploads.ts';
import { startOf } from '../../src/studio/trainings/start-of.ts';

const digits = makeDigits({ count: 600 });
/** As the defaults see them: by support, shape and number. */
const kinds: Readonly<Record<string, Dataset>> = {
  digits,
  'numbers in any unit': { ...digits, support: 'real', sampleShape: [12] },
  'images in colour': { ...digits, sampleShape: [40, 40, 3] },
  'large grey images': { ...digits, sampleShape: [64, 64] },
};

const places = { data: undefined, uploads: { list: () => [] } as unknown as Uploads };

function copied(train: Dataset, options: ModelOptions): Readonly<Record<string, unknown>> {
  const config = configFor({ train, test: train, source: 'digits', notes: [] }, options);
  return startOf(undefined, JSON.parse(JSON.stringify(config)) as Record<string, unknown>, places).options;
}

const given: readonly ModelOptions[] = [
  {},
  { latent: 5, epochs: 7, batchSize: 32, seed: 3 },
  { posterior: 'low-rank' },
  { posterior: 'low-rank', rank: 3, learningRate: 0.01 },
  { objective: 'beta-tc', beta: 6, clipNorm: 2, patience: 4 },
  { likelihood: 'laplace' },
  { likelihood: 'laplace', binarize: 'none', network: 'dense', hidden: [32, 8] },
  { trim: 0.1 },
  { trim: 0.1, validationTrim: 0.3 },
];

it.each(Object.keys(kinds))('says nothing of what follows from data: %s', (kind) => {
  const train = kinds[kind]!;
  for (const options of given) {
    const config = (of: ModelOptions): object => configFor({ train, test: train, source: 'digits', notes: [] }, of);
    const copy = copied(train, options);
    // All of it was given, and the same training comes of it. What was given and would hold anyway, goes without saying.
    expect(options).toMatchObject(copy);
    expect(config(copy)).toEqual(config(options));
  }
  expect(copied(train, {})).toEqual({});
  expect(copied(train, given[1]!)).toEqual(given[1]);
});

it.each(presets)('says $name and what was given over it', ({ name, options }) => {
  expect(copied(digits, { preset: name })).toEqual({ preset: name });
  expect(copied(digits, { preset: name, epochs: 3, latent: 9 })).toEqual({ preset: name, epochs: 3, latent: 9 });
  // The default of the part over that of the preset.
  if (options.beta === undefined || options.beta === 1) return;
  expect(copied(digits, { preset: name, beta: 1 })).toEqual({ preset: name, beta: 1 });
});
