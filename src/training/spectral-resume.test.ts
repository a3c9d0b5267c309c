// Power iteration is state: a training that goes on has it where the other left it.
import { expect, it } from 'vitest';
import { createEngine } from '../engine/index.ts';
import { createVae } from '../models/index.ts';
import { createObjective, objectives } from '../objectives/index.ts';
import type { Examples } from '../objectives/index.ts';
import { bernoulli, key } from '../random/index.ts';
import { Trainer, buildStep } from './index.ts';
import type { Checkpoint, TrainingConfig } from './index.ts';
import { partByRows } from './replicas/row-step.ts';

const inputSize = 6;
const model = createVae({
  inputSize,
  latent: 2,
  hidden: [5],
  posterior: 'deterministic',
  network: { name: 'dense', hidden: [5], decoderNorm: 'spectral' },
});
const row = objectives.find(({ name }) => name === 'rae')!;
const objective = createObjective(
  row,
  { regularizer: 'none' },
  { latent: 2, inputSize, batchSize: 8, trainingSize: 40 },
);
const { data } = bernoulli(key(1), 0.4, [40, inputSize]);
const training: Examples = {
  size: 40,
  exampleSize: inputSize,
  read: (indices, out) => {
    indices.forEach((index, k) => {
      out.set(data.subarray(index * inputSize, (index + 1) * inputSize), k * inputSize);
    });
  },
};
const config: TrainingConfig = {
  epochs: 2,
  batchSize: 8,
  optimizer: { name: 'adam', learningRate: 0.01 },
  schedule: { name: 'constant' },
  validation: 0,
  seed: 4,
};

async function drain(trainer: Trainer): Promise<void> {
  const events = trainer.run();
  while (!(await events.next()).done);
}

it('goes on from a checkpoint to the bit, power iteration included', async () => {
  const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
  const trainer = (resume?: Checkpoint) => Trainer.create({ engine, model, objective, config, resume, training });
  const whole = await trainer();
  const start = whole.checkpoint().parameters['decoder.0.weight.u']!.data.slice();
  await drain(whole);
  const first = await trainer();
  const abort = new AbortController();
  for await (const event of first.run(abort.signal)) if (event.event === 'step' && event.step === 3) abort.abort();
  const second = await trainer(first.checkpoint());
  await drain(second);
  expect(second.parameters).toEqual(whole.parameters);
  expect(whole.parameters['decoder.0.weight.u']!.data).not.toEqual(start);
  for (const each of [whole, first, second]) await each.dispose();
});

it('is not shared by threads, as its state is of no example', () => {
  expect(partByRows(buildStep(model, 8, objective))).toBeUndefined();
});
