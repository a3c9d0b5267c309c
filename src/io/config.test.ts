import { describe, expect, test } from 'vitest';
import { ValueError } from '../core/index.ts';
import { parseRunConfig } from './index.ts';
import type { RunConfig } from './index.ts';

const example: RunConfig = {
  schemaVersion: 1,
  rootsigmaVersion: '0.1.0',
  data: { source: 'digits', kind: 'digits', shape: [28, 28], count: 10000, binarize: 'dynamic', options: { seed: 0 } },
  model: {
    preset: 'vae',
    posterior: 'full',
    root: 'symmetric',
    latent: 16,
    hidden: [400, 200],
    activation: 'relu',
    likelihood: 'bernoulli',
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
    for (const posterior of ['isotropic', 'diagonal']) {
      const { model } = changed('model.root', undefined) as RunConfig;
      expect(() => parseRunConfig({ ...example, model: { ...model, posterior } })).not.toThrow();
      expect(() => parseRunConfig({ ...example, model: { ...model, posterior: 'low-rank', rank: 3 } })).not.toThrow();
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
    ['model.hidden', [400, -1], '$.model.hidden[1]: expected a whole number of at least 1, found -1.'],
    ['model.hidden', 400, '$.model.hidden: expected a list of layer widths, found 400.'],
    [
      'model.posterior',
      'cholesky',
      "$.model.posterior: expected one of 'isotropic', 'diagonal', 'full', 'low-rank', found \"cholesky\".",
    ],
    [
      'model.posterior',
      'diagonal',
      '$.model.root: expected no root unless the posterior is \'full\', found "symmetric".',
    ],
    ['model.rank', 4, "$.model.rank: expected a rank exactly when the posterior is 'low-rank', found 4."],
    ['model', undefined, '$.model: expected an object, found nothing.'],
    ['data.shape', [], '$.data.shape: expected a list of sizes, found [].'],
    ['data.options', { f: [undefined] }, '$.data.options.f: expected a JSON value'],
    ['objective.beta', -1, '$.objective.beta: expected a number of at least 0, found -1.'],
    ['schemaVersion', undefined, '$.schemaVersion: expected 1, found nothing.'],
    ['schemaVersion', 2, 'schemaVersion 2 was written by a newer rootsigma; this one reads up to 1.'],
  ];
  for (const [path, value, message] of wrong) {
    test(`names the path: ${path} = ${JSON.stringify(value)}`, () => {
      const parse = (): unknown => parseRunConfig(changed(path, value), { name: 'config.json' });
      expect(parse).toThrow(message);
      expect(parse).toThrow(/^config\.json: /);
      expect(parse).toThrow(ValueError);
    });
  }

  test('says every problem, one a line', () => {
    const broken = { ...example, objective: { name: 'elbo', beta: 'x' }, extra: 1 };
    expect(() => parseRunConfig(broken)).toThrow(/objective\.beta[^\n]*\n.*\$\.extra/);
  });

  test('refuses what is no object', () => {
    for (const value of [null, 3, 'text', [], undefined]) expect(() => parseRunConfig(value)).toThrow(ValueError);
  });
});
