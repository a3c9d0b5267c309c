// Training steps that several threads share: what they compute, and what happens when a thread fails.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NdArray, NumericalError } from '../../src/core/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import type { TrainingConfig } from '../../src/io/index.ts';
import { createVae } from '../../src/models/index.ts';
import type { Vae } from '../../src/models/index.ts';
import { initializeParameters } from '../../src/nn/index.ts';
import type { Examples } from '../../src/objectives/index.ts';
import { bernoulli, foldIn, key } from '../../src/random/index.ts';
import type { Key } from '../../src/random/index.ts';
import { expectAllClose } from '../../src/testing/index.ts';
import { Optimizer, ParameterStore, Trainer, TrainingStep, buildStep, flatLength } from '../../src/training/index.ts';
import type { Checkpoint, TrainerOptions, TrainingEvent } from '../../src/training/index.ts';
import { planStep } from '../../src/training/replicas/plan.ts';
import { Replicas } from '../../src/training/replicas/replicas.ts';
import { Entries } from './entry.ts';

const inputSize = 20;
const batchSize = 12;
const model = createVae({ inputSize, latent: 3, hidden: [17], activation: 'relu', posterior: 'full' });
/** With weights that are large enough to be multiplied where they are updated. */
const large = createVae({ inputSize: 280, latent: 3, hidden: [250], activation: 'relu', posterior: 'diagonal' });
const entries = new Entries();
let followerEntry: URL;
let engine: Engine;

beforeAll(async () => {
  followerEntry = await entries.follower();
  engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
});
afterAll(() => {
  entries.remove();
});

function batchOf(seed: number, size = inputSize): Float32Array {
  return Float32Array.from(bernoulli(key(seed), 0.3, [batchSize, size]).data);
}

interface Task {
  readonly count: number;
  readonly config: Pick<TrainingConfig, 'optimizer'>;
  readonly steps: number;
  readonly model?: Vae;
}

/** The same steps on one thread: each replica's rows one after the other, gradients added up, one optimiser. */
async function inTurn({ count, config, steps, model: vae = model }: Task): Promise<Float32Array<ArrayBuffer>> {
  const store = new ParameterStore(vae.parameters, { extra: 2 * flatLength(vae.parameters) });
  store.assign(initializeParameters(vae.parameters, key(1)));
  const optimizer = new Optimizer(config.optimizer, store);
  const step = await TrainingStep.compile(engine, buildStep(vae, batchSize / count), { store });
  for (let index = 0; index < steps; index++) {
    const batch = batchOf(index, vae.inputSize);
    const sum = new Float32Array(store.gradients.length);
    for (let replica = 0; replica < count; replica++) {
      const length = batch.length / count;
      step.batch.data.set(batch.subarray(replica * length, (replica + 1) * length));
      await step.run({ key: foldIn(foldIn(key(2), index), replica), beta: 1 });
      store.gradients.forEach((g, k) => (sum[k] = Math.fround((sum[k] ?? 0) + g)));
    }
    store.gradients.set(sum);
    optimizer.step({ learningRate: config.optimizer.learningRate, gradientScale: 1 / count });
  }
  await step.dispose();
  return Float32Array.from(store.values);
}

async function together({ count, config, steps, model: vae = model }: Task) {
  const notices: string[] = [];
  const options = { model: vae, config: { batchSize, ...config }, count, followerEntry };
  const replicas = await Replicas.start(engine, { ...options, onNotice: (line) => notices.push(line) });
  expect(notices).toEqual([]);
  replicas.load(initializeParameters(vae.parameters, key(1)));
  const outcomes = [];
  for (let index = 0; index < steps; index++) {
    replicas.batch.set(batchOf(index, vae.inputSize));
    const request = { key: foldIn(key(2), index), beta: 1, learningRate: config.optimizer.learningRate };
    outcomes.push(await replicas.take(request));
  }
  const result = { values: Float32Array.from(replicas.store.values), outcomes };
  await replicas.dispose();
  return result;
}

const adam = { optimizer: { name: 'adam', learningRate: 0.01 } } as const;

describe('replicas', () => {
  // Two gradients add up to the same bits in either order.
  it('of a batch halved take the steps of one thread that does the halves in turn, to the bit', async () => {
    const task = { count: 2, config: adam, steps: 5 };
    expect((await together(task)).values).toEqual(await inTurn(task));
  });

  it.each([
    [3, 'adam', adam],
    [4, 'sgd', { optimizer: { name: 'sgd', learningRate: 0.01 } }],
    [2, 'adamw', { optimizer: { name: 'adamw', learningRate: 0.01, weightDecay: 0.1 } }],
  ] as const)('%i of them do so to rounding, with %s', async (count, _, config) => {
    const task = { count, config, steps: 5 };
    const expected = new NdArray(await inTurn(task), [flatLength(model.parameters)]);
    const { values } = await together(task);
    // Adam's steps may differ where a gradient is all rounding: by at most two learning rates a step, rarely.
    const close = values.filter((value, k) => Math.abs(value - (expected.data[k] ?? NaN)) < 1e-5).length;
    expect(close / values.length).toBeGreaterThan(0.99);
    expectAllClose(new NdArray(values, expected.shape), expected, { rtol: 0, atol: 0.1 });
  });

  // Three ranges of two large weights and small parameters between them: weights are parted between rows.
  it.each([2, 3])('%i of them multiply for the large weights that they update', async (count) => {
    const task = { count, config: { optimizer: { name: 'sgd', learningRate: 0.01 } }, steps: 3, model: large } as const;
    expect(planStep(buildStep(large, batchSize / count), large.parameters, count).products).toHaveLength(2);
    const expected = await inTurn(task);
    const { values } = await together(task);
    const start = new ParameterStore(large.parameters);
    start.assign(initializeParameters(large.parameters, key(1)));
    const moved = (flat: Float32Array): NdArray =>
      new NdArray(
        flat.map((value, k) => value - (start.values[k] ?? NaN)),
        [flat.length],
      );
    // Parameters up to 0.2 are rounded to 2⁻²⁷ in every step; each moves by its gradient, alike to 1e-4 of itself.
    expectAllClose(moved(values), moved(expected), { rtol: 1e-4, atol: 2 ** -25 });
    expect(moved(expected).data.some((change) => Math.abs(change) > 1e-3)).toBe(true);
  });

  it('report the means of the whole batch and the norm of its gradient', async () => {
    const { outcomes } = await together({ count: 2, config: adam, steps: 1 });
    const store = new ParameterStore(model.parameters);
    store.assign(initializeParameters(model.parameters, key(1)));
    const step = await TrainingStep.compile(engine, buildStep(model, batchSize / 2), { store });
    const halves: { loss: number; reconstruction: number; kl: number }[] = [];
    const mean = new Float64Array(store.gradients.length);
    for (const replica of [0, 1]) {
      step.batch.data.set(batchOf(0).subarray(replica * step.batch.size, (replica + 1) * step.batch.size));
      halves.push(await step.run({ key: foldIn(foldIn(key(2), 0), replica), beta: 1 }));
      store.gradients.forEach((g, k) => (mean[k] = (mean[k] ?? 0) + g / 2));
    }
    const [{ loss, reconstruction, kl, gradientNorm } = { loss: 0, reconstruction: 0, kl: 0, gradientNorm: 0 }] =
      outcomes;
    const meanOf = (name: 'loss' | 'reconstruction' | 'kl') => halves.reduce((sum, half) => sum + half[name], 0) / 2;
    expect([loss, reconstruction, kl]).toEqual([meanOf('loss'), meanOf('reconstruction'), meanOf('kl')]);
    expect(gradientNorm).toBeCloseTo(Math.hypot(...mean), 4);
    await step.dispose();
  });

  it('do not start beside a module that is not there: one thread does the work, and a line says so', async () => {
    const notices: string[] = [];
    const replicas = await Replicas.start(engine, {
      model,
      config: { batchSize, ...adam },
      count: 2,
      followerEntry: new URL('missing.mjs', followerEntry),
      onNotice: (line) => notices.push(line),
    });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/others do not start: .*missing\.mjs/);
    replicas.load(initializeParameters(model.parameters, key(1)));
    replicas.batch.set(batchOf(0));
    expect((await replicas.take({ key: key(3), beta: 1, learningRate: 0.01 })).loss).toBeGreaterThan(0);
    await replicas.dispose();
  });
});

describe('a trainer with replicas', () => {
  const training: Examples = {
    size: 60,
    exampleSize: inputSize,
    read: (indices, out) => {
      indices.forEach((index, k) => {
        for (let i = 0; i < inputSize; i++) out[k * inputSize + i] = (i + index) % 3 === 0 ? 1 : 0;
      });
    },
  };
  const config: TrainingConfig = {
    epochs: 3,
    batchSize,
    optimizer: adam.optimizer,
    schedule: { name: 'cosine', warmupSteps: 2 },
    clipNorm: 1,
    validation: 0,
    seed: 4,
  };
  const create = (extra: Partial<TrainerOptions> = {}): Promise<Trainer> =>
    Trainer.create({ engine, model, training, config, replicas: 2, followerEntry, ...extra });

  async function finish(trainer: Trainer): Promise<{ values: NdArray[]; events: TrainingEvent[] }> {
    const events: TrainingEvent[] = [];
    for await (const event of trainer.run()) events.push(event);
    const values = Object.values(trainer.result());
    await trainer.dispose();
    return { values, events };
  }

  it('gives the same bits every time', async () => {
    const [first, second] = [await finish(await create()), await finish(await create())];
    expect(second.values).toEqual(first.values);
    expect(first.events.at(-1)).toMatchObject({ event: 'done', reason: 'finished', steps: 15 });
  });

  it.each([3, 5, 8])('continues from a checkpoint after step %i to the bit', async (stop) => {
    const abort = new AbortController();
    const first = await create();
    for await (const event of first.run(abort.signal)) if (event.event === 'step' && event.step === stop) abort.abort();
    const resume = first.checkpoint();
    await first.dispose();
    const whole = await finish(await create());
    const rest = await finish(await create({ resume }));
    expect(rest.values).toEqual(whole.values);
  });

  it('continues what one thread began', async () => {
    const abort = new AbortController();
    const first = await create({ replicas: 1 });
    for await (const event of first.run(abort.signal)) if (event.event === 'step' && event.step === 4) abort.abort();
    const resume = first.checkpoint();
    await first.dispose();
    expect(resume.optimizer.firstMoments?.size).toBe(flatLength(model.parameters));
    const { events } = await finish(await create({ resume }));
    expect(events.at(-1)).toMatchObject({ reason: 'finished', steps: 15 });
  });

  it('refuses a checkpoint of another optimiser and lets its threads go', async () => {
    const first = await create();
    const resume: Checkpoint = { ...first.checkpoint(), optimizer: {} };
    await first.dispose();
    await expect(create({ resume })).rejects.toThrow(/'firstMoments' has no numbers/);
  });

  /** The last row of each batch that `isSpoiled` is too large for float32. */
  const spoil = (isSpoiled: (drawn: Key) => boolean): Examples => ({
    ...training,
    read: (indices, out, drawn) => {
      training.read(indices, out, drawn);
      if (isSpoiled(drawn)) out[out.length - 1] = 3e38;
    },
  });

  it('names the layer of a NaN in rows that another thread computes, and changes no parameter', async () => {
    const spoiled = spoil(() => true);
    const trainer = await create({ training: spoiled });
    const before = Object.values(trainer.checkpoint().parameters);
    await expect(finishEvents(trainer)).rejects.toThrow(NumericalError);
    await expect(finishEvents(trainer)).rejects.toThrow(/step 1 .*Infinity in \w+ .*at \[5/);
    expect(Object.values(trainer.checkpoint().parameters)).toEqual(before);
    await trainer.dispose();
  });

  async function finishEvents(trainer: Trainer): Promise<void> {
    for await (const event of trainer.run()) expect(event.event).toBe('non-finite');
  }

  it('leaves the update of a step that is not finite out on every thread', async () => {
    // By its key, about every fifth batch.
    const spoiled = spoil(({ low }) => low % 5 === 0);
    const skipping = { ...config, onNan: 'skip' } as const;
    const trainer = await create({ training: spoiled, config: skipping, onNotice: () => undefined });
    const states: Checkpoint[] = [trainer.checkpoint()];
    const events: TrainingEvent[] = [];
    for await (const event of trainer.run()) {
      if (event.event === 'step' || event.event === 'non-finite') states.push(trainer.checkpoint());
      events.push(event);
    }
    const last = Object.values(trainer.checkpoint().parameters);
    await trainer.dispose();
    const steps = events.filter(({ event }) => event === 'step' || event === 'non-finite');
    const at = steps.findIndex(({ event }) => event === 'non-finite');
    expect(at).toBeGreaterThan(0);
    expect(states[at + 1]?.parameters).toEqual(states[at]?.parameters);
    expect(states[at + 1]?.optimizer).toEqual(states[at]?.optimizer);
    expect(states[at + 2]?.steps).toBe((states[at]?.steps ?? NaN) + 1);
    // Threads that are loaded afresh go on as those that have skipped.
    const resumed = await create({
      training: spoiled,
      config: skipping,
      resume: states[at + 1],
      onNotice: () => undefined,
    });
    for await (const event of resumed.run()) if (event.event === 'done') expect(event.skipped).toBeGreaterThan(0);
    expect(Object.values(resumed.checkpoint().parameters)).toEqual(last);
    await resumed.dispose();
  });

  it.each([
    ['throws', 'throw new Error("no memory left");', /no memory left/],
    ['ends without a word', 'process.exit(3);', /ended with code 3/],
  ])('reports a thread that %s in the middle of a training, and does not hang', async (_, action, message) => {
    const text = `import { parentPort, workerData } from 'node:worker_threads';
      parentPort.postMessage('ready');
      const words = new Int32Array(workerData.place.memory, 0, 48);
      // Carries out the order to load the parameters: two meetings. Fails in the step.
      for (let meeting = 0; meeting < 2; meeting++) {
        const round = Atomics.load(words, 16);
        if (Atomics.add(words, 0, 1) === 1) {
          Atomics.store(words, 0, 0);
          Atomics.add(words, 16, 1);
          Atomics.notify(words, 16);
        } else while (Atomics.load(words, 16) === round);
      }
      setTimeout(() => { ${action} }, 50);`;
    const trainer = await create({ followerEntry: entries.module('failing.mjs', text) });
    await expect(finishEvents(trainer)).rejects.toThrow(message);
    await trainer.dispose();
  });
});
