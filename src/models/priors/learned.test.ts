import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/index.ts';
import type { Engine } from '../../engine/index.ts';
import { evaluateModel } from '../../evaluation/index.ts';
import { key, normal } from '../../random/index.ts';
import { Trainer, buildStep } from '../../training/index.ts';
import { partByRows } from '../../training/replicas/row-step.ts';
import { createVae, likelihoodFamily } from '../index.ts';
import type { PartChoice } from '../../parts/index.ts';

// Two clouds of points, which N(0, I) must join: a prior that learns fits them better, and on two threads as on one.

const count = 256;
const noise = normal(key(3), [count, 5]).data;
const examples = {
  size: count,
  exampleSize: 5,
  read: (indices: Uint32Array, out: Float32Array) => {
    indices.forEach((index, k) => {
      for (let at = 0; at < 5; at++) out[5 * k + at] = (index % 2 === 0 ? 1 : -1) + 0.1 * noise[5 * index + at]!;
    });
  },
};
const sizes = { inputSize: 5, latent: 2, hidden: [6], activation: 'tanh', posterior: 'diagonal' } as const;
const config = {
  epochs: 30,
  batchSize: 32,
  optimizer: { name: 'adam', learningRate: 0.01 },
  schedule: { name: 'constant' },
  validation: 0,
  seed: 1,
} as const;

async function fit(engine: Engine, prior: PartChoice, replicas: number) {
  const likelihood = likelihoodFamily({ likelihood: 'gaussian', stddev: 0.3 }, { inputSize: 5 });
  const model = createVae({ ...sizes, prior, likelihood });
  expect(partByRows(buildStep(model, 32))).toBeDefined();
  const trainer = await Trainer.create({ engine, model, training: examples, config, replicas, onNotice: 'silent' });
  let steps = 0;
  for await (const event of trainer.run()) if (event.event === 'step') steps++;
  expect(steps).toBe(30 * 8);
  const parameters = trainer.result();
  await trainer.dispose();
  const { nll, klPerDimension } = await evaluateModel({ engine, model, parameters, examples, draws: 20, seed: 0 });
  return { parameters, nll: nll.value, klPerDimension };
}

describe('a prior that learns', () => {
  let engine: Engine;
  let standard: Awaited<ReturnType<typeof fit>>;
  beforeAll(async () => {
    engine = await createEngine();
    standard = await fit(engine, 'standard-normal', 1);
  });

  it.each<{ readonly name: string; readonly [option: string]: unknown }>([
    { name: 'vamp', pseudoInputs: 8 },
    { name: 'gaussian-mixture', components: 8 },
    { name: 'realnvp', priorFlows: 4, priorUnits: 8 },
    { name: 'maf', priorFlows: 2, priorUnits: 8 },
  ])('$name fits two clouds better than N(0, I), and on two threads as on one', async (prior) => {
    const own = await fit(engine, prior, 1);
    expect(own.nll).toBeLessThan(standard.nll);
    expect([own.klPerDimension, standard.klPerDimension?.length]).toEqual([undefined, 2]);
    const parted = await fit(engine, prior, 2);
    for (const [name, { data }] of Object.entries(own.parameters)) {
      expect(parted.parameters[name]?.data, name).toEqual(data);
    }
  });
});
