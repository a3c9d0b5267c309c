import { describe, expect, it } from 'vitest';
import { NdArray, NumericalError } from '../core/index.ts';
import { createEngine } from '../engine/index.ts';
import type { TrainingConfig } from '../config/index.ts';
import { createVae } from '../models/index.ts';
import type { Examples } from '../objectives/index.ts';
import { bernoulli, key, uniform } from '../random/index.ts';
import { initializeParameters } from '../nn/index.ts';
import type { InitializerContext } from '../nn/index.ts';
import { Optimizer, ParameterStore, Trainer, flatLength } from './index.ts';
import type { Checkpoint, TrainingEvent } from './index.ts';
import { patienceIsOver, updatePatience } from './early-stopping.ts';
import { optimizerSlots } from './optimizers.ts';
import { StepTimes } from './step-times.ts';

const inputSize = 12;
const model = createVae({ inputSize, latent: 2, hidden: [8], activation: 'relu', posterior: 'diagonal' });

/** Rows of one of two patterns with a little noise: easy to learn. */
function patterns(count: number, seed: number): Examples {
  const flips = bernoulli(key(seed), 0.05, [count, inputSize]).data;
  const rows = Float32Array.from(flips, (flip, at) => {
    const [row, column] = [Math.floor(at / inputSize), at % inputSize];
    return Math.abs(((row + column) % 2) - flip);
  });
  return {
    size: count,
    exampleSize: inputSize,
    read: (indices, out) => {
      indices.forEach((index, k) => {
        out.set(rows.subarray(index * inputSize, (index + 1) * inputSize), k * inputSize);
      });
    },
  };
}

const config: TrainingConfig = {
  epochs: 3,
  batchSize: 16,
  optimizer: { name: 'adam', learningRate: 0.01 },
  schedule: { name: 'cosine', warmupSteps: 2 },
  validation: 0,
  seed: 4,
};

const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });

function trainer(options: Partial<TrainingConfig> = {}, extra: { validation?: Examples; resume?: Checkpoint } = {}) {
  return Trainer.create({ engine, model, training: patterns(80, 1), config: { ...config, ...options }, ...extra });
}

async function collect(events: AsyncIterable<TrainingEvent>, until: (event: TrainingEvent) => boolean = () => false) {
  const list: TrainingEvent[] = [];
  for await (const event of events) {
    list.push(event);
    if (until(event)) break;
  }
  return list;
}

const flat = (parameters: Readonly<Record<string, NdArray>>): number[] =>
  Object.values(parameters).flatMap(({ data }) => Array.from(data));

describe('Trainer', () => {
  it('learns: the ELBO rises far above its start, step by step as reported', async () => {
    const subject = await trainer({ epochs: 40 });
    const begun = performance.now();
    const events = await collect(subject.run());
    const passed = (performance.now() - begun) / 1000;
    const epochs = events.filter((event) => event.event === 'epoch');
    const steps = events.filter((event) => event.event === 'step');
    expect(epochs).toHaveLength(40);
    expect(steps).toHaveLength(40 * 5);
    // At the start every pixel costs about log 2; the two patterns can be told with log 2 nats and 5 % noise.
    expect(epochs[0]?.training.elbo).toBeLessThan(-0.9 * inputSize * Math.log(2));
    expect(epochs.at(-1)?.training.elbo).toBeGreaterThan(-0.6 * inputSize * Math.log(2));
    for (const { loss, reconstruction, kl = NaN } of steps) expect(loss).toBeCloseTo(kl - reconstruction, 4);
    for (const { epoch, training } of epochs) {
      const own = steps.filter((step) => step.epoch === epoch);
      const mean = (name: 'reconstruction' | 'kl') =>
        own.reduce((sum, step) => sum + (step[name] ?? NaN), 0) / own.length;
      expect(training.reconstruction).toBeCloseTo(mean('reconstruction'), 10);
      expect(training.kl).toBeCloseTo(mean('kl'), 10);
      expect(training.elbo).toBeCloseTo(mean('reconstruction') - mean('kl'), 10);
    }
    const done = events.at(-1);
    expect(done).toMatchObject({ event: 'done', reason: 'finished', epochs: 40, steps: 200, bestEpoch: 40 });
    // Seconds and milliseconds, whatever the machine: no more than passed here, and what the steps took.
    if (done?.event !== 'done') throw new Error('no end');
    expect(done.seconds).toBeLessThanOrEqual(passed);
    expect(done.meanStepMs * 200).toBeLessThanOrEqual(done.seconds * 1000);
    await subject.dispose();
  });

  it('gives the same bits for the same seed, others for another', async () => {
    const runs = [];
    for (const seed of [4, 4, 5]) {
      const subject = await trainer({ seed });
      await collect(subject.run());
      runs.push(flat(subject.result()));
      await subject.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
  });

  it.each([1, 4, 5, 9])('continues from a checkpoint after step %i to the bit', async (stop) => {
    const validation = patterns(20, 2);
    const options = { optimizer: { name: 'adamw', learningRate: 0.01, weightDecay: 0.1 } } as const;
    const whole = await trainer(options, { validation });
    const allEvents = await collect(whole.run());
    const abort = new AbortController();
    const first = await trainer(options, { validation });
    for await (const event of first.run(abort.signal)) if (event.event === 'step' && event.step === stop) abort.abort();
    const checkpoint = first.checkpoint();
    const second = await trainer(options, { validation, resume: checkpoint });
    const laterEvents = await collect(second.run());
    expect(flat(second.result())).toEqual(flat(whole.result()));
    expect(flat(second.parameters)).toEqual(flat(whole.parameters));
    const means = (events: TrainingEvent[]) =>
      events.flatMap((event) => (event.event === 'epoch' ? [[event.epoch, event.training, event.validation]] : []));
    const expected = means(allEvents);
    expect(means(laterEvents)).toEqual(expected.slice(expected.length - means(laterEvents).length));
    for (const subject of [whole, first, second]) await subject.dispose();
  });

  it('stops when asked, with the steps so far', async () => {
    const abort = new AbortController();
    const subject = await trainer();
    const events: TrainingEvent[] = [];
    for await (const event of subject.run(abort.signal)) {
      events.push(event);
      if (event.event === 'step' && event.step === 7) abort.abort();
    }
    expect(events.at(-1)).toMatchObject({ event: 'done', reason: 'interrupted', steps: 7, epochs: 1 });
    await subject.dispose();
  });

  it('keeps the best epoch by validation and stops when it no longer gets better', async () => {
    // A rate this high overshoots: later epochs are worse.
    const options = {
      epochs: 30,
      optimizer: { name: 'sgd', learningRate: 0.5 },
      earlyStopping: { patience: 2 },
    } as const;
    const subject = await trainer(options, { validation: patterns(40, 3) });
    const events = await collect(subject.run());
    const elbos = events.flatMap((event) =>
      event.event === 'epoch' && event.validation ? [event.validation.elbo ?? NaN] : [],
    );
    const done = events.at(-1);
    const best = elbos.indexOf(Math.max(...elbos)) + 1;
    expect(done).toMatchObject({ event: 'done', reason: 'stopped-early', bestEpoch: best, epochs: best + 2 });
    expect(flat(subject.result())).not.toEqual(flat(subject.parameters));
    await subject.dispose();
  });

  it('is not led by a held-out example unlike all others, where it is to leave a share of them out', async () => {
    const usual = patterns(20, 3);
    // The first has its pixels the other way round in one half: the surer the model, the less it expects that.
    const validation: Examples = {
      ...usual,
      read: (indices, out, key) => {
        usual.read(indices, out, key);
        indices.forEach((index, k) => {
          if (index > 0) return;
          for (let i = 0; i < inputSize / 2; i++) out[k * inputSize + i] = 1 - out[k * inputSize + i]!;
        });
      },
    };
    const options = { epochs: 40, optimizer: { name: 'adam', learningRate: 0.01 } } as const;
    const bestOf = async (validationTrim?: number) => {
      const subject = await trainer(
        { ...options, ...(validationTrim !== undefined && { validationTrim }) },
        { validation },
      );
      const events = await collect(subject.run());
      await subject.dispose();
      const epochs = events.flatMap((event) => (event.event === 'epoch' && event.validation ? [event.validation] : []));
      const done = events.at(-1);
      return { epochs, bestEpoch: done?.event === 'done' ? done.bestEpoch : 0 };
    };
    const [all, most] = [await bestOf(), await bestOf(0.1)];
    expect(all.epochs[0]).not.toHaveProperty('trimmedElbo');
    const criteria = most.epochs.map(({ trimmedElbo = NaN }) => trimmedElbo);
    expect(most.bestEpoch).toBe(criteria.indexOf(Math.max(...criteria)) + 1);
    // Epochs do not depend on how they are judged; 18 of 20 examples are judged by, the two lowest left out.
    expect(most.epochs.map(({ elbo }) => elbo)).toEqual(all.epochs.map(({ elbo }) => elbo));
    most.epochs.forEach(({ elbo = NaN, trimmedElbo = NaN }) => {
      expect(trimmedElbo).toBeGreaterThan(elbo);
    });
    expect(most.bestEpoch).toBeGreaterThan(all.bestEpoch);
  });

  it('names the step, the epoch and the layer where a loss stops being finite', async () => {
    const subject = await trainer();
    const weight = subject.parameters['decoder.0.weight'];
    weight?.data.fill(1e38);
    const failure = collect(subject.run());
    await expect(failure).rejects.toThrow(NumericalError);
    await expect(failure).rejects.toThrow(/step 1 \(epoch 1\).*decoder\.0/);
    await subject.dispose();
  });

  it('names a parameter that is NaN already', async () => {
    const subject = await trainer();
    const bias = subject.parameters['mean.bias'];
    if (bias) bias.data[1] = NaN;
    await expect(collect(subject.run())).rejects.toThrow(/NaN in 'mean\.bias' at \[1\]/);
    await subject.dispose();
  });

  it('clips the gradient: plain SGD then moves by no more than rate × norm', async () => {
    const clipNorm = 1e-3;
    const subject = await trainer({
      clipNorm,
      optimizer: { name: 'sgd', learningRate: 1 },
      schedule: { name: 'constant' },
    });
    const before = flat(subject.parameters);
    const [step] = await collect(subject.run(), () => true);
    const moved = Math.hypot(...flat(subject.parameters).map((value, k) => value - (before[k] ?? NaN)));
    expect(step?.event === 'step' && step.gradientNorm).toBeGreaterThan(clipNorm);
    // Weights near 1 carry float32 roundings of 6e-8 each.
    expect(moved).toBeCloseTo(clipNorm, 5);
    await subject.dispose();
  });

  it("refuses an optimiser's state that is not its own", async () => {
    const subject = await trainer({ epochs: 1 });
    const { optimizer, ...rest } = subject.checkpoint();
    const { firstMoments = NdArray.from([]) } = optimizer;
    await subject.dispose();
    const resume = { ...rest, optimizer: { firstMoments } } as Checkpoint;
    await expect(trainer({ epochs: 1 }, { resume })).rejects.toThrow(/'secondMoments' has no numbers/);
  });

  it('refuses a data set smaller than a batch', async () => {
    await expect(trainer({ batchSize: 81 })).rejects.toThrow(/80 examples do not fill one batch of 81/);
  });
});

describe('ParameterStore', () => {
  it('shows one flat array through named views', () => {
    const store = new ParameterStore(model.parameters);
    store.assign(initializeParameters(model.parameters, key(1)));
    const view = store.parameters['mean.weight'];
    view?.data.fill(7);
    expect(store.values.filter((value) => value === 7)).toHaveLength(16);
    expect(store.count).toBe(model.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0));
  });

  it('refuses missing, unknown and misshapen parameters and then keeps its values', () => {
    const store = new ParameterStore(model.parameters);
    store.assign(initializeParameters(model.parameters, key(1)));
    const good = store.snapshot();
    const { 'mean.bias': bias, ...rest } = good;
    expect(() => {
      store.assign(rest);
    }).toThrow(/'mean\.bias' is missing/);
    expect(() => {
      store.assign({ ...good, extra: NdArray.from([1]) });
    }).toThrow(/no parameter 'extra'/);
    const wrong = { ...good, 'mean.bias': NdArray.from(Array.from(bias?.data ?? []).concat(1)) };
    expect(() => {
      store.assign(wrong);
    }).toThrow(/'mean\.bias' has shape \[3\], the model needs \[2\]/);
    expect(store.snapshot()).toEqual(good);
  });
});

describe('Optimizer', () => {
  // One parameter vector, two steps, against the textbook formulas in float64.
  const specs = [{ name: 'w', shape: [5], initializer: (k: ReturnType<typeof key>) => uniform(k, [5]) }];
  const gradient = [0.5, -1, 2, -0.25, 0];

  function run(optimizer: TrainingConfig['optimizer']) {
    const store = new ParameterStore(specs, { extra: optimizerSlots(optimizer) * flatLength(specs) });
    store.assign(initializeParameters(specs, key(2)));
    const start = Array.from(store.values.subarray(0, 5));
    const subject = new Optimizer(optimizer, store);
    store.gradientViews.w?.data.set(gradient);
    for (let step = 0; step < 2; step++) subject.step({ learningRate: optimizer.learningRate, gradientScale: 0.5 });
    return { start, end: Array.from(store.values.subarray(0, 5)) };
  }

  it('takes Adam steps', () => {
    const { start, end } = run({ name: 'adam', learningRate: 0.1 });
    gradient.forEach((g, k) => {
      // A constant gradient has m̂ = g and v̂ = g²: each step moves by lr·sign(g).
      expect(end[k]).toBeCloseTo((start[k] ?? NaN) - 0.2 * Math.sign(g), 5);
    });
  });

  it('decays weights apart from the gradient in AdamW', () => {
    const { start, end } = run({ name: 'adamw', learningRate: 0.1, weightDecay: 0.5 });
    gradient.forEach((g, k) => {
      let w = start[k] ?? NaN;
      for (let step = 0; step < 2; step++) w = w * (1 - 0.1 * 0.5) - 0.1 * Math.sign(g);
      expect(end[k]).toBeCloseTo(w, 5);
    });
  });

  it('takes SGD steps with and without momentum', () => {
    const plain = run({ name: 'sgd', learningRate: 0.1 });
    gradient.forEach((g, k) => {
      expect(plain.end[k]).toBeCloseTo((plain.start[k] ?? NaN) - 0.2 * 0.5 * g, 6);
    });
    const heavy = run({ name: 'sgd', learningRate: 0.1, momentum: 0.9 });
    gradient.forEach((g, k) => {
      expect(heavy.end[k]).toBeCloseTo((heavy.start[k] ?? NaN) - 0.1 * 0.5 * g * (1 + 1.9), 6);
    });
  });
});

describe('early stopping', () => {
  it('counts epochs without a rise of minDelta', () => {
    const options = { patience: 2, minDelta: 0.5 };
    let patience = { reference: null, waited: 0 } as { reference: number | null; waited: number };
    const waited = [-10, -9.8, -9.4, -9.4, -9.3].map((elbo) => {
      patience = updatePatience(patience, elbo, { earlyStopping: options });
      return patience.waited;
    });
    expect(waited).toEqual([0, 1, 0, 1, 2]);
    expect(patienceIsOver(patience, options)).toBe(true);
    expect(patienceIsOver(patience, undefined)).toBe(false);
  });
});

describe('StepTimes', () => {
  it('gives the median', () => {
    const times = new StepTimes();
    expect(times.median()).toBeNaN();
    for (const value of [5, 1, 100]) times.add(value);
    expect(times.median()).toBe(5);
    times.add(7);
    expect(times.median()).toBe(6);
  });
});

describe('starting values', () => {
  it('may look at training examples, as many as they like', async () => {
    const seen: number[][] = [];
    const probe = {
      name: 'probe',
      shape: [1],
      initializer: (_: unknown, shape: readonly number[], context?: InitializerContext) => {
        for (const count of [80, 100]) {
          const { data, shape: size } = context?.examples(count) ?? NdArray.zeros([0, 0], 'float32');
          expect(size).toEqual([count, inputSize]);
          seen.push(Array.from({ length: count }, (_row, k) => Number.parseInt(data.subarray(k * inputSize, (k + 1) * inputSize).join(''), 2))); // prettier-ignore
        }
        return NdArray.zeros(shape, 'float32');
      },
    };
    const asked = { ...model, parameters: [...model.parameters, probe] };
    const made = await Trainer.create({ engine, model: asked, training: patterns(80, 1), config });
    await made.dispose();
    const rows = NdArray.zeros([80, inputSize], 'float32');
    patterns(80, 1).read(Uint32Array.from({ length: 80 }, (_, k) => k), rows.data, key(0)); // prettier-ignore
    const all = Array.from({ length: 80 }, (_, k) => Number.parseInt(rows.data.subarray(k * inputSize, (k + 1) * inputSize).join(''), 2)); // prettier-ignore
    const [once = [], more = []] = seen;
    const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
    expect(sorted(once)).toEqual(sorted(all));
    expect(once).not.toEqual(all);
    expect(more).toEqual([...once, ...once.slice(0, 20)]);
  });
});
