// Parameters that belong to an objective: where they lie, what changes them, and by whom.
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine/index.ts';
import { mean, mul, square, sub } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import { initializeParameters, parameter, zeros } from '../nn/index.ts';
import { createObjective, defineObjective, elboTerms, negativeElbo, objectivePrefix } from '../objectives/index.ts';
import { bernoulli, foldIn, key } from '../random/index.ts';
import { Replicas } from './replicas/replicas.ts';
import type { ReplicasOptions } from './replicas/replicas.ts';

const level = `${objectivePrefix}level`;
const [inputSize, batchSize] = [784, 64];

/** The ELBO, and beside it a level that follows the mean of x: its gradient is known. */
const row = defineObjective({
  name: 'levelled',
  summary: 'the ELBO and a level',
  when: 'in this test',
  options: {},
  build: () => ({
    parameters: [{ name: level, shape: [3], initializer: zeros }],
    optimizer: { learningRate: 1, beta1: 0, beta2: 0.9 },
    couplesExamples: false,
    build: ({ x, output, parameters }) => {
      const terms = elboTerms({ ...output, x });
      const own = mul(mean(square(sub(parameter(parameters, level), mean(x)))), 0.5);
      return {
        loss: negativeElbo(terms),
        own,
        metrics: { reconstruction: mean(terms.reconstruction), kl: mean(terms.kl) },
      };
    },
  }),
});
// Work enough for ONNX Runtime to part its ops among two threads.
const model = createVae({ inputSize, latent: 4, hidden: [250], activation: 'relu', posterior: 'diagonal' });
const objective = createObjective(row, {}, { latent: 4, inputSize, trainingSize: 1000, batchSize });
const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
const silent = { onNotice: () => undefined } as const;
const config = { batchSize, optimizer: { name: 'sgd', learningRate: 0.01 } } as const;

async function start(options: Partial<ReplicasOptions> & { threads?: number } = {}): Promise<Replicas> {
  const { threads = 1, ...rest } = options;
  const replicas = await Replicas.start({ ...engine, threads }, { model, objective, config, ...silent, ...rest });
  replicas.load(initializeParameters([...model.parameters, ...objective.parameters], key(1)));
  return replicas;
}

const x = bernoulli(key(2), 0.3, [batchSize, inputSize]).data;
const meanOfX = x.reduce((sum, value) => sum + value, 0) / x.length;
const request = (step: number, rate = 0.5) => ({
  key: foldIn(key(3), step),
  scalars: {},
  learningRate: 0.01,
  ownLearningRate: rate,
});

describe("an objective's own parameters", () => {
  it('follow their own loss, at their own rate and with their own norm to cut', async () => {
    const replicas = await start({ config: { ...config, clipNorm: 1e-3 } });
    replicas.batch.set(x);
    const { gradientNorm, ownGradientNorm } = await replicas.take(request(0));
    // ∂/∂levelₖ of ½ · ⅓ Σ (levelₖ − x̄)² at 0: −x̄ / 3 each.
    expect(ownGradientNorm).toBeCloseTo((meanOfX / 3) * Math.sqrt(3), 6);
    expect(gradientNorm).toBeGreaterThan(1);
    // Adam's first step is its learning rate, however long the gradient: 0.5 upwards.
    for (const value of replicas.store.parameters[level]!.data) expect(value).toBeCloseTo(0.5, 4);
    await replicas.take(request(1, 0));
    for (const value of replicas.store.parameters[level]!.data) expect(value).toBeCloseTo(0.5, 4);
    await replicas.dispose();
  });

  it('are kept beside the optimizer of the model, each under its name', async () => {
    const replicas = await start({
      config: { ...config, optimizer: { name: 'sgd', learningRate: 0.01, momentum: 0.9 } },
    });
    replicas.batch.set(x);
    await replicas.take(request(0));
    const state = replicas.optimizerState();
    expect(Object.keys(state)).toEqual([
      'velocities',
      `${objectivePrefix}firstMoments`,
      `${objectivePrefix}secondMoments`,
    ]);
    expect(state[`${objectivePrefix}firstMoments`]?.data.subarray(0, 3).every((value) => value < 0)).toBe(true);
    const parameters = replicas.store.snapshot();
    const again = await start({ config: { ...config, optimizer: { name: 'sgd', learningRate: 0.01, momentum: 0.9 } } });
    again.load(parameters, { optimizer: state, steps: 1 });
    again.batch.set(x);
    await replicas.take(request(1));
    await again.take(request(1));
    expect(again.store.parameters).toEqual(replicas.store.parameters);
    const rest = Object.fromEntries(Object.entries(state).filter(([name]) => !name.endsWith('firstMoments')));
    expect(() => {
      again.load(parameters, { optimizer: rest, steps: 1 });
    }).toThrow(/'objective.firstMoments' has no numbers/);
    for (const each of [replicas, again]) await each.dispose();
  });

  it('are the same whoever takes a step: one thread, or ops parted among several', async () => {
    const crews = ['one', 'all', 'all', 'one'] as const;
    let step = 0;
    const replicas = await start({ threads: 2, pace: { next: () => crews[step] ?? 'one', add: () => undefined } });
    const alone = await start();
    for (; step < crews.length; step++) {
      for (const each of [replicas, alone]) {
        each.batch.set(x);
        await each.take(request(step));
      }
    }
    expect(replicas.steps).toBe(4);
    const [found, expected] = [replicas, alone].map((each) => Array.from(each.store.parameters[level]!.data));
    found!.forEach((value, k) => {
      expect(value).toBeCloseTo(expected![k]!, 5);
    });
    for (const each of [replicas, alone]) await each.dispose();
  });

  it('keep a step from being shared by rows', async () => {
    await expect(start({ count: 2 })).rejects.toThrow(/'levelled' has parameters of its own: use one replica/);
  });
});
