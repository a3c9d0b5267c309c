import { describe, expect, test } from 'vitest';
import { ValueError } from '../core/index.ts';
import { builtInParts, chooseParts, parseRunConfig, upgradedEntries } from './index.ts';
import type { RunConfig } from './index.ts';

const example: RunConfig = {
  schemaVersion: 2,
  rootsigmaVersion: '0.1.0',
  data: { source: 'digits', kind: 'digits', shape: [28, 28], count: 10000, binarize: 'dynamic', options: { seed: 0 } },
  model: {
    latent: 16,
    prior: { name: 'standard-normal' },
    posterior: { name: 'full', root: 'symmetric' },
    likelihood: { name: 'bernoulli' },
    network: { name: 'dense', hidden: [400, 200], activation: 'relu' },
  },
  objective: { name: 'elbo', beta: 1 },
  training: {
    epochs: 10,
    batchSize: 128,
    optimizer: { name: 'adam', learningRate: 1e-3 },
    schedule: { name: 'cosine', warmupSteps: 100 },
    validation: 0.1,
    seed: 0,
  },
};

/** The same as layout 1 had it. */
const flat = {
  ...example,
  schemaVersion: 1,
  model: {
    preset: 'vae',
    posterior: 'full',
    root: 'symmetric',
    latent: 16,
    hidden: [400, 200],
    activation: 'relu',
    likelihood: 'bernoulli',
  },
};

/** The example with the value at a path such as 'training.batchSize' replaced, or removed when undefined. */
function changed(path: string, value: unknown): unknown {
  const config = structuredClone(example) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  let parent = config;
  for (const key of keys.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(parent, keys.at(-1)!);
  else parent[keys.at(-1)!] = value;
  return config;
}

describe('parseRunConfig', () => {
  test('takes the example, and what comes back from JSON', () => {
    expect(parseRunConfig(example)).toEqual(example);
    expect(parseRunConfig(JSON.parse(JSON.stringify(example)))).toEqual(example);
  });

  test('takes every posterior and optimiser', () => {
    for (const posterior of [{ name: 'isotropic' }, { name: 'diagonal' }, { name: 'low-rank', rank: 3 }]) {
      expect(() => parseRunConfig(changed('model.posterior', posterior))).not.toThrow();
    }
    for (const optimizer of [
      { name: 'adam', learningRate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      { name: 'adamw', learningRate: 1, weightDecay: 0.01 },
      { name: 'sgd', learningRate: 1, momentum: 0.9, nesterov: true },
    ]) {
      expect(() => parseRunConfig(changed('training.optimizer', optimizer))).not.toThrow();
    }
  });

  const wrong: [string, unknown, string][] = [
    ['training.batchSize', '128', '$.training.batchSize: expected a whole number of at least 1, found "128".'],
    ['training.batchSize', 0, '$.training.batchSize: expected a whole number of at least 1, found 0.'],
    ['training.batchSize', 1.5, '$.training.batchSize: expected a whole number of at least 1, found 1.5.'],
    ['training.validation', 1, '$.training.validation: expected a number in [0, 1), found 1.'],
    ['training.seed', undefined, '$.training.seed: expected a whole number of at least 0, found nothing.'],
    ['training.epoch', 3, '$.training.epoch: unknown key; known keys are epochs, batchSize'],
    [
      'training.optimizer.name',
      'lion',
      "$.training.optimizer.name: expected one of 'adam', 'adamw', 'sgd', found \"lion\".",
    ],
    [
      'training.optimizer.momentum',
      0.9,
      '$.training.optimizer.momentum: unknown key; known keys are name, learningRate',
    ],
    ['training.optimizer.learningRate', 0, '$.training.optimizer.learningRate: expected a number above 0, found 0.'],
    ['training.optimizer', 'adam', '$.training.optimizer: expected an object, found "adam".'],
    [
      'training.earlyStopping',
      {},
      '$.training.earlyStopping.patience: expected a whole number of at least 1, found nothing.',
    ],
    ['model.latent', null, '$.model.latent: expected a whole number of at least 1, found null.'],
    [
      'model.network.hidden',
      [400, -1],
      '$.model.network.hidden: expected a list of whole numbers of at least 1, up to 1,000, found [400,-1].',
    ],
    [
      'model.network.hidden',
      400,
      '$.model.network.hidden: expected a list of whole numbers of at least 1, up to 1,000, found 400.',
    ],
    ['model.network', 'dense', '$.model.network: expected an object, found "dense".'],
    ['model.network', undefined, '$.model.network: expected an object, found nothing.'],
    [
      'model.posterior.name',
      'cholesky',
      "$.model.posterior.name: expected one of 'isotropic', 'diagonal', 'full', 'low-rank'",
    ],
    ['model.posterior.name', 'cholesky', 'train(data, { parts: [yours] }), found "cholesky".'],
    ['model.posterior.name', 'diagonal', '$.model.posterior.root: unknown key; known keys are name.'],
    ['model.posterior.rank', 4, '$.model.posterior.rank: unknown key; known keys are name, root.'],
    ['model.preset', 'vae', '$.model.preset: unknown key; known keys are latent, prior'],
    ['model', undefined, '$.model: expected an object, found nothing.'],
    ['data.shape', [], '$.data.shape: expected a list of sizes, found [].'],
    ['data.options', { f: [undefined] }, '$.data.options.f: expected a JSON value'],
    ['objective.beta', -1, '$.objective.beta: expected a number of at least 0, found -1'],
    ['schemaVersion', undefined, '$.schemaVersion: expected 2, found nothing.'],
    ['schemaVersion', 3, 'schemaVersion 3 was written by a newer rootsigma; this one reads up to 2.'],
  ];
  for (const [path, value, message] of wrong) {
    test(`names the path: ${path} = ${JSON.stringify(value)}`, () => {
      const parse = (): unknown => parseRunConfig(changed(path, value), { name: 'config.json' });
      expect(parse).toThrow(message);
      expect(parse).toThrow(/^config\.json: /);
      expect(parse).toThrow(ValueError);
    });
  }

  test('gives options that a part does not name their defaults', () => {
    const { model, objective } = parseRunConfig({
      ...example,
      model: { ...example.model, posterior: { name: 'low-rank' }, network: { name: 'dense' } },
      objective: { name: 'elbo' },
    });
    expect(model.posterior).toEqual({ name: 'low-rank', rank: 2 });
    expect(model.network).toEqual({ name: 'dense', hidden: [400], activation: 'relu' });
    expect(objective).toEqual({ name: 'elbo', beta: 1 });
  });

  test('says every problem, one a line', () => {
    const broken = { ...example, objective: { name: 'elbo', beta: 'x' }, extra: 1 };
    expect(() => parseRunConfig(broken)).toThrow(/objective\.beta[^\n]*\n.*\$\.extra/);
  });

  test('refuses what is no object', () => {
    for (const value of [null, 3, 'text', [], undefined]) expect(() => parseRunConfig(value)).toThrow(ValueError);
  });
});

describe('layout 1', () => {
  test('becomes this one', () => {
    expect(parseRunConfig(flat)).toEqual(example);
    const model = {
      ...{ preset: 'vae', posterior: 'low-rank', rank: 3, latent: 2, hidden: [], activation: 'elu' },
      ...{ network: 'conv', channels: [4, 8], normalization: 'batch', dropout: 0.1 },
      ...{ likelihood: 'laplace', stddev: 'head' },
    };
    expect(parseRunConfig({ ...flat, model }).model).toEqual({
      latent: 2,
      prior: { name: 'standard-normal' },
      posterior: { name: 'low-rank', rank: 3 },
      likelihood: { name: 'laplace', stddev: 'head' },
      network: { name: 'conv', hidden: [], activation: 'elu', channels: [4, 8], normalization: 'batch', dropout: 0.1 },
    });
    const own = { ...flat.model, network: 'custom', hidden: [] };
    expect(parseRunConfig({ ...flat, model: own }).model.network).toEqual({ name: 'custom' });
  });

  test('is judged by the paths of this one', () => {
    for (const [model, message] of [
      [
        { ...flat.model, root: 'qr' },
        /\$\.model\.posterior\.root: expected one of 'symmetric', 'cholesky', found "qr"/,
      ],
      [{ ...flat.model, rank: 3 }, /\$\.model\.posterior\.rank: unknown key/],
      [{ ...flat.model, depth: 3 }, /\$\.model\.depth: unknown key/],
      [undefined, /\$\.model: expected an object, found nothing/],
      [null, /\$\.model: expected an object, found null/],
    ] as const) {
      expect(() => parseRunConfig({ ...flat, model })).toThrow(message);
    }
  });

  test('names a part by its path, or by its kind for short', () => {
    const choices = { prior: 'vamp', objective: 'factor', network: 'conv' };
    const short = { 'model.prior': 'vamp', objective: 'factor', 'model.network.name': 'conv' };
    const long = { 'model.prior.name': 'vamp', 'objective.name': 'factor', 'model.network.name': 'conv' };
    for (const entries of [short, long])
      expect(upgradedEntries(entries)).toEqual({ entries: {}, choices, notices: [] });
  });

  test('has paths that are still taken', () => {
    const { entries, choices, notices } = upgradedEntries({
      'model.root': 'cholesky',
      'model.network': 'conv',
      'model.likelihood': { name: 'gaussian' },
      'training.epochs': 3,
    });
    expect(entries).toEqual({
      'model.posterior.root': 'cholesky',
      'model.likelihood': { name: 'gaussian' },
      'training.epochs': 3,
    });
    expect(choices).toEqual({ network: 'conv' });
    expect(notices).toEqual([
      "set: 'model.root' is 'model.posterior.root' now, and taken as that.",
      "set: 'model.network' is 'model.network.name' now, and taken as that.",
    ]);
  });
});

test('an option that a part has in it and beside it is refused', () => {
  const { objective, model } = example;
  const context = { base: { ...model, objective }, parts: builtInParts, data: { shape: [28, 28] } };
  const asked = { posterior: { name: 'low-rank', rank: 3 }, rank: 2 };
  expect(() => chooseParts(asked, context)).toThrow(/'rank' is given in 'posterior' and beside it/);
  expect(chooseParts({ posterior: asked.posterior }, context).posterior).toEqual(asked.posterior);
});
