import { describe, expect, it } from 'vitest';
import { ValueError } from '../core/index.ts';
import { createEngine } from '../engine/index.ts';
import type { TrainingConfig } from '../config/index.ts';
import { createVae } from '../models/index.ts';
import type { Examples } from '../objectives/index.ts';
import { bernoulli, key } from '../random/index.ts';
import { Trainer } from './index.ts';
import type { Checkpoint } from './index.ts';
import { trimmedCount, without } from './trim.ts';

const inputSize = 12;
const model = createVae({ inputSize, latent: 2, hidden: [8], activation: 'relu', posterior: 'diagonal' });
const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });

/** One pattern, the same in all rows but every tenth, which is noise. */
const size = 100;
const noise = bernoulli(key(9), 0.5, [size, inputSize]).data;
const contaminated: Examples = {
  size,
  exampleSize: inputSize,
  read: (indices, out) => {
    indices.forEach((index, k) => {
      for (let i = 0; i < inputSize; i++)
        out[k * inputSize + i] = index % 10 === 3 ? noise[index * inputSize + i]! : i % 2;
    });
  },
};
const strange = Array.from({ length: 10 }, (_, k) => 10 * k + 3);

const config: TrainingConfig = {
  epochs: 12,
  batchSize: 10,
  optimizer: { name: 'adam', learningRate: 0.02 },
  schedule: { name: 'linear' },
  validation: 0,
  seed: 4,
  trim: { fraction: 0.1, warmupEpochs: 6 },
};

async function finish(subject: Trainer): Promise<void> {
  const events = subject.run();
  while (!(await events.next()).done);
}

const trainer = (resume?: Checkpoint) => Trainer.create({ engine, model, training: contaminated, config, resume });

describe('trimmed training', () => {
  it('leaves out the examples that do not go with the rest, after the warm-up', async () => {
    const subject = await trainer();
    const steps: number[] = [];
    let [last, trimmed] = [0, undefined as readonly number[] | undefined];
    for await (const event of subject.run()) {
      if (event.event === 'epoch') {
        steps.push(event.step - last);
        last = event.step;
      } else if (event.event === 'step') {
        expect(event.totalSteps).toBe(114);
        trimmed = subject.checkpoint().progress.trimmed;
        expect(trimmed?.length).toBe(event.epoch > 6 ? 10 : undefined);
      }
    }
    expect(steps).toEqual([...Array<number>(6).fill(10), ...Array<number>(6).fill(9)]);
    expect(trimmed).toEqual(strange);
    await subject.dispose();
  });

  it('continues to the bit from within a trimmed epoch', async () => {
    const whole = await trainer();
    await finish(whole);
    const first = await trainer();
    const abort = new AbortController();
    for await (const event of first.run(abort.signal)) if (event.event === 'step' && event.step === 81) abort.abort();
    const checkpoint = first.checkpoint();
    expect(checkpoint.progress).toMatchObject({ epoch: 8, batch: 3, trimmed: expect.any(Array) as number[] });
    const second = await trainer(checkpoint);
    await finish(second);
    expect(second.result()).toEqual(whole.result());
    await Promise.all([whole, first, second].map((subject) => subject.dispose()));
  });

  it('refuses to leave less than a batch', async () => {
    const failed = Trainer.create({
      engine,
      model,
      training: contaminated,
      config: { ...config, batchSize: 95 },
    });
    await expect(failed).rejects.toThrow(ValueError);
  });
});

describe('trimmedCount and without', () => {
  it('count from the warm-up on, and keep the order', () => {
    const trim = { fraction: 0.25, warmupEpochs: 2 };
    expect([0, 1, 2, 3].map((epoch) => trimmedCount(9, trim, epoch))).toEqual([0, 0, 2, 2]);
    expect(trimmedCount(9, undefined, 5)).toBe(0);
    expect(Array.from(without([0, 3], 5))).toEqual([1, 2, 4]);
    expect(Array.from(without([], 2))).toEqual([0, 1]);
  });
});
