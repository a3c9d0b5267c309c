// Whole trainings whose steps several threads share: the same bits, checkpoints, and what becomes of steps and threads that fail.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NdArray } from '../../src/core/index.ts';
import { NumericalError } from '../../src/core/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import type { TrainingConfig } from '../../src/config/index.ts';
import { createVae } from '../../src/models/index.ts';
import type { Examples } from '../../src/objectives/index.ts';
import type { Key } from '../../src/random/index.ts';
import { Trainer } from '../../src/training/index.ts';
import type { Checkpoint, TrainerOptions, TrainingEvent } from '../../src/training/index.ts';
import { Entries } from './entry.ts';

const inputSize = 20;
const batchSize = 36;
const model = createVae({ inputSize, latent: 3, hidden: [17], activation: 'relu', posterior: 'full' });
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

describe('a trainer with replicas', () => {
  const training: Examples = {
    size: 180,
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
    optimizer: { name: 'adam', learningRate: 0.01 },
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

  it.each([
    [1, 2],
    [2, 1],
  ])('continues on another number of threads to the bit: %i, then %i', async (before, after) => {
    const abort = new AbortController();
    const first = await create({ replicas: before });
    for await (const event of first.run(abort.signal)) if (event.event === 'step' && event.step === 4) abort.abort();
    const resume = first.checkpoint();
    await first.dispose();
    const rest = await finish(await create({ resume, replicas: after }));
    expect(rest.events.at(-1)).toMatchObject({ reason: 'finished', steps: 15 });
    expect(rest.values).toEqual((await finish(await create({ replicas: before }))).values);
  });

  it.each([1, 2])(
    'keeps the number of threads in its checkpoints, where that makes a difference: %i',
    async (count) => {
      const first = await create();
      const kept = { count, by: 'rows' } as const;
      expect(first.checkpoint().sharing).toBeUndefined();
      const resume: Checkpoint = { ...first.checkpoint(), sharing: kept };
      await first.dispose();
      const notices: string[] = [];
      const onNotice = (line: string): void => void notices.push(line);
      const next = await create({ engine: { ...engine, threads: 2 }, replicas: undefined, resume, onNotice });
      expect(next.checkpoint().sharing).toEqual(kept);
      expect(notices).toEqual([expect.stringMatching(/take.* every training step, as before/)]);
      expect((await finish(next)).events.at(-1)).toMatchObject({ reason: 'finished', steps: 15 });
    },
  );

  it('goes on with one thread where memory is too small for another, and says both', async () => {
    const first = await create();
    const resume: Checkpoint = { ...first.checkpoint(), sharing: { count: 2, by: 'rows' } };
    await first.dispose();
    const notices: string[] = [];
    const onNotice = (line: string): void => void notices.push(line);
    const threads = { engine: { ...engine, threads: 2 }, replicas: undefined };
    const next = await create({ ...threads, resume, onNotice, spareMemory: { bytes: 1000, step: 10 } });
    expect(notices).toEqual([
      expect.stringMatching(/^1 of 2 threads takes the training steps/),
      expect.stringMatching(/here they cannot be taken so/),
    ]);
    expect((await finish(next)).values).toEqual((await finish(await create())).values);
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
    await expect(finishEvents(trainer)).rejects.toThrow(/step 1 .*Infinity in \w+ .*at \[35/);
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
    ['never comes', 'for (;;);', /a thread has not come for \d+ s/],
  ])('reports a thread that %s in the middle of a training, and does not hang', async (_, action, message) => {
    const text = `import { parentPort, workerData } from 'node:worker_threads';
      parentPort.postMessage('ready');
      const words = new Int32Array(workerData.member.memory, 0, 48);
      // Executes the commands to load the parameters and two arrays of the optimiser, two barriers each. Fails in the step.
      for (let barrier = 0; barrier < 6; barrier++) {
        const generation = Atomics.load(words, 16);
        if (Atomics.add(words, 0, 1) === 1) {
          Atomics.store(words, 0, 0);
          Atomics.add(words, 16, 1);
          Atomics.notify(words, 16);
        } else while (Atomics.load(words, 16) === generation);
      }
      setTimeout(() => { ${action} }, 50);`;
    const trainer = await create({ followerEntry: entries.module('failing.mjs', text), followerPatience: 1 });
    await expect(finishEvents(trainer)).rejects.toThrow(message);
    await trainer.dispose();
  });
});
