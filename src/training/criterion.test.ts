// What an objective's own criterion decides: the best epoch, the end, and the examples left out.
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine/index.ts';
import { square, sub, sum } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { CriterionProgram, createObjective, defineObjective, elbo } from '../objectives/index.ts';
import type { Criterion, Examples } from '../objectives/index.ts';
import { key, uniform } from '../random/index.ts';
import { updatePatience } from './early-stopping.ts';
import { Trainer } from './index.ts';
import type { EpochEvent, TrainingConfig } from './index.ts';
import { worstExamples } from './trim.ts';
import { validate } from './validation.ts';

const inputSize = 5;
const model = createVae({ inputSize, latent: 2, hidden: [6], activation: 'tanh', posterior: 'diagonal' });
const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });

/** Numbers in [0, 1]; from the example `far` on, numbers far from what a Bernoulli's mean can be. */
function examples(size: number, { seed, far = size }: { readonly seed: number; readonly far?: number }): Examples {
  const { data } = uniform(key(seed), [size, inputSize], { dtype: 'float32' });
  const rows = data.map((value, at) => (at >= far * inputSize ? 3 + value : value));
  return {
    size,
    exampleSize: inputSize,
    read: (indices, out) => {
      indices.forEach((index, k) => {
        out.set(rows.subarray(index * inputSize, (index + 1) * inputSize), k * inputSize);
      });
    },
  };
}

/** The lower, the better. */
const squaredError: Criterion = {
  metric: 'squaredError',
  direction: 'min',
  perExample: ({ x, output }) => sum(square(sub(output.likelihood.mean, x)), -1),
};
const row = defineObjective({
  ...elbo,
  name: 'elbo-by-error',
  build: (options, sizes) => ({ ...elbo.build(options, sizes), criterion: squaredError }),
});
const objective = createObjective(row, {}, { latent: 2, inputSize, trainingSize: 64, batchSize: 16 });

const config: TrainingConfig = {
  epochs: 8,
  batchSize: 16,
  optimizer: { name: 'adam', learningRate: 0.3 },
  schedule: { name: 'constant' },
  validation: 0,
  seed: 2,
};

async function epochsOf(options: Partial<TrainingConfig>) {
  const parts = { training: examples(64, { seed: 1 }), validation: examples(20, { seed: 2, far: 18 }) };
  const trainer = await Trainer.create({ engine, model, objective, config: { ...config, ...options }, ...parts });
  const epochs: EpochEvent[] = [];
  let bestEpoch = NaN;
  for await (const event of trainer.run()) {
    if (event.event === 'epoch') epochs.push(event);
    if (event.event === 'done') ({ bestEpoch } = event);
  }
  await trainer.dispose();
  return { epochs, bestEpoch, progress: trainer.progress };
}

describe('a criterion of which less is better', () => {
  it('decides which epoch is the best', async () => {
    const { epochs, bestEpoch, progress } = await epochsOf({});
    const values = epochs.map(({ validation }) => validation?.criterion?.value ?? NaN);
    expect(epochs[0]?.validation?.criterion).toMatchObject({ metric: 'squaredError', direction: 'min' });
    expect(epochs.map(({ validation }) => validation?.metrics?.squaredError)).toEqual(values);
    expect(bestEpoch).toBe(values.indexOf(Math.min(...values)) + 1);
    expect(progress.bestValue).toBe(Math.min(...values));
    epochs.forEach(({ best }, k) => {
      expect(best).toBe(values.slice(0, k).every((value) => value > (values[k] ?? NaN)));
    });
  });

  it('is that of the examples explained best, where a share is left out', async () => {
    const { epochs } = await epochsOf({ epochs: 1, validationTrim: 0.1 });
    const { validation } = epochs[0] ?? {};
    expect(validation?.trimmedElbo).toBeUndefined();
    expect(validation?.criterion?.metric).toBe('trimmedSquaredError');
    expect(validation?.metrics?.trimmedSquaredError).toBe(validation?.criterion?.value);
    // Two of the twenty are further than 2 from any mean in all five numbers.
    expect(validation?.metrics?.squaredError).toBeGreaterThan((2 / 20) * 5 * 4);
    expect(validation?.criterion?.value).toBeLessThan(5);
  });

  it('names the worst examples, and the mean of all', async () => {
    const parameters = initializeParameters(model.parameters, key(3));
    const program = await CriterionProgram.compile(engine, model, { parameters, criterion: squaredError });
    const data = examples(20, { seed: 2, far: 18 });
    const options = { key: key(4), batchSize: 7 };
    expect(await worstExamples(program, data, { ...options, count: 2 })).toEqual([18, 19]);
    const { metrics, elbo: bound, reconstruction, kl } = await validate(program, data, { ...options, trim: 0 });
    expect(metrics).toMatchObject({ elbo: bound, reconstruction, kl });
    expect(metrics?.squaredError).toBeGreaterThan(2);
    await program.dispose();
  });

  it('is waited for by what it falls', () => {
    const earlyStopping = { patience: 2, minDelta: 0.5 };
    let patience = { reference: null, waited: 0 } as { reference: number | null; waited: number };
    const waited = [10, 9.8, 9.4, 9.4, 12, NaN].map((value) => {
      patience = updatePatience(patience, value, { earlyStopping, direction: 'min' });
      return patience.waited;
    });
    expect(waited).toEqual([0, 1, 0, 1, 2, 3]);
    expect(patience.reference).toBe(9.4);
  });
});
