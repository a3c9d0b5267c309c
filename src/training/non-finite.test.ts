import { beforeAll, describe, expect, it } from 'vitest';
import { NumericalError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { createEngine } from '../engine/index.ts';
import type { Engine } from '../engine/index.ts';
import type { TrainingConfig } from '../config/index.ts';
import { createVae } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import type { Examples } from '../objectives/index.ts';
import { bernoulli, foldIn, key } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { Trainer } from './index.ts';
import type { Checkpoint, NonFiniteEvent, TrainingEvent } from './index.ts';

const inputSize = 12;
const examples = 80;
const dense = createVae({ inputSize, latent: 2, hidden: [8], activation: 'relu', posterior: 'diagonal' });
const rows = Float32Array.from(bernoulli(key(1), 0.3, [examples, inputSize]).data);

const config: TrainingConfig = {
  epochs: 3,
  batchSize: 16,
  optimizer: { name: 'adam', learningRate: 0.01 },
  schedule: { name: 'constant' },
  validation: 0,
  seed: 4,
};

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
});

/** The examples, and after `spoil` those that are not. */
function examplesWith(spoil: (out: Float32Array, drawn: Key, indices: Uint32Array) => void): Examples {
  return {
    size: examples,
    exampleSize: inputSize,
    read: (indices, out, drawn) => {
      indices.forEach((index, k) => {
        out.set(rows.subarray(index * inputSize, (index + 1) * inputSize), k * inputSize);
      });
      spoil(out, drawn, indices);
    },
  };
}

/** Example 7 is too large for float32: whatever is drawn, its batch has no finite loss. */
const oneExample = examplesWith((out, _, indices) => {
  const at = indices.indexOf(7);
  if (at >= 0) out.fill(3e38, at * inputSize, (at + 1) * inputSize);
});

/** What is too large depends on what is drawn: of ten batches about one. */
const byNoise = examplesWith((out, { low }) => {
  if (low % 10 === 0) out[5] = 3e38;
});

/** One step an epoch, which makes some parameter infinite whose gradient is finite. */
const overflowing = {
  keep: false,
  training: examplesWith(() => undefined),
  config: { batchSize: examples, clipNorm: 1e3, optimizer: { name: 'sgd', learningRate: 1e39 } },
} as const;
/** A learning rate from which nothing comes back. */
const wrecking = 100;

interface Options {
  readonly training: Examples;
  readonly onNan?: TrainingConfig['onNan'];
  readonly model?: Vae;
  readonly resume?: Checkpoint | undefined;
  readonly config?: Partial<TrainingConfig>;
  readonly notices?: string[];
}

function trainerOf({ training, onNan, model = dense, resume, notices, ...rest }: Options): Promise<Trainer> {
  const full = { ...config, ...rest.config, ...(onNan && { onNan }) };
  const onNotice = (line: string): void => void notices?.push(line);
  return Trainer.create({ engine, model, training, config: full, resume, onNotice });
}

interface Outcome {
  readonly events: TrainingEvent[];
  /** The state after each event; the first before any. */
  readonly states: Checkpoint[];
  readonly error?: unknown;
}

async function follow({ keep = true, ...options }: Options & { readonly keep?: boolean }): Promise<Outcome> {
  const trainer = await trainerOf(options);
  const [events, states]: [TrainingEvent[], Checkpoint[]] = [[], [trainer.checkpoint()]];
  try {
    for await (const event of trainer.run()) {
      events.push(event);
      if (keep) states.push(trainer.checkpoint());
    }
    return { events, states };
  } catch (error) {
    return { events, states, error };
  } finally {
    await trainer.dispose();
  }
}

function foundIn(events: readonly TrainingEvent[]): NonFiniteEvent[] {
  return events.filter((event) => event.event === 'non-finite');
}

const numbers = (arrays: Readonly<Record<string, NdArray>>): number[] =>
  Object.values(arrays).flatMap(({ data }) => Array.from(data));

/** What a training must leave alike, however it came to it. */
const essence = ({ parameters, optimizer, steps, progress }: Checkpoint) => ({
  parameters: numbers(parameters),
  optimizer: numbers(optimizer),
  steps,
  progress,
});

describe('stop', () => {
  it('says where it arose, as the last event and as an error, and changes nothing', async () => {
    const { events, states, error } = await follow({ training: oneExample });
    expect(error).toBeInstanceOf(NumericalError);
    const last = events.at(-1);
    expect(last).toMatchObject({ event: 'non-finite', policy: 'stop', action: 'stopped', inARow: 1 });
    const { failedStep = NaN, step, place = '' } = last?.event === 'non-finite' ? last : {};
    expect([step, events.length]).toEqual([failedStep - 1, failedStep]);
    expect(place).toMatch(/^-?Infinity in \w+( of [\w.]+)? at \[/);
    expect(String(error)).toContain(`step ${failedStep} (epoch 1) has loss`);
    expect(String(error)).toContain(place);
    expect(essence(states.at(-1)!)).toEqual(essence(states.at(-2)!));
  });

  it('names the example where the data hold it', async () => {
    const spoiled = examplesWith((out, _, indices) => {
      const at = indices.indexOf(9);
      if (at >= 0) out[at * inputSize] = NaN;
    });
    const { error } = await follow({ training: spoiled });
    expect(String(error)).toContain('the data: example 9 of those trained on holds NaN');
  });

  it('refuses a state that is not finite: it is never kept', async () => {
    const trainer = await trainerOf({ training: byNoise });
    trainer.parameters['mean.bias']!.data[1] = Infinity;
    expect(() => trainer.checkpoint()).toThrow(/Infinity in mean\.bias/);
    await trainer.dispose();
  });

  it('finds a parameter that an update made infinite, at the latest after the epoch', async () => {
    const { error } = await follow(overflowing);
    expect(String(error)).toMatch(/step 1 \(epoch 1\) has -?(Infinity|NaN) in [\w.]+\. Lower the learning rate/);
  });
});

describe('skip', () => {
  it('leaves the update out, counts the step, and goes on', async () => {
    const notices: string[] = [];
    const { events, states } = await follow({ training: oneExample, onNan: 'skip', notices });
    const found = foundIn(events);
    // One batch an epoch has the example.
    expect(found.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(found.map(({ skipped }) => skipped)).toEqual([1, 2, 3]);
    expect(events.at(-1)).toMatchObject({ event: 'done', reason: 'finished', steps: 15, skipped: 3 });
    for (const event of found) {
      const at = events.indexOf(event);
      const [before, after] = [states[at]!, states[at + 1]!];
      expect([event.step, event.failedStep]).toEqual([
        event.failedStep,
        after.progress.nonFinite!.skipped + after.steps,
      ]);
      expect(numbers(after.parameters)).toEqual(numbers(before.parameters));
      expect([numbers(after.optimizer), after.steps]).toEqual([numbers(before.optimizer), before.steps]);
    }
    // Every step of an epoch is counted once.
    const steps = events.flatMap((event) =>
      event.event === 'step' || event.event === 'non-finite' ? [event.step] : [],
    );
    expect(steps).toEqual(Array.from({ length: 15 }, (_, k) => k + 1));
    // An epoch's means are of the steps that counted.
    const [epoch] = events.filter((event) => event.event === 'epoch');
    const counted = events.slice(0, 5).flatMap((event) => (event.event === 'step' ? [event.reconstruction] : []));
    expect(epoch?.training.reconstruction).toBeCloseTo(counted.reduce((a, b) => a + b) / 4, 4);
    expect(notices).toHaveLength(3);
    expect(notices[0]).toMatch(/^step \d+ has loss .* \(-?Infinity in .*\): its update is left out, 1 so far\.$/);
  });

  it('goes on from any checkpoint to the bit', async () => {
    const options = { training: byNoise, onNan: 'skip' } as const;
    const whole = await follow(options);
    expect(foundIn(whole.events).length).toBeGreaterThan(0);
    for (const at of [2, 7, 11]) {
      const { states } = await follow({ ...options, resume: whole.states[at] });
      expect(essence(states.at(-1)!)).toEqual(essence(whole.states.at(-1)!));
    }
  });

  it('keeps the running averages of batch normalisation as they were', async () => {
    const image = { shape: [4, 3], network: 'conv', channels: [4], normalization: 'batch' } as const;
    const model = createVae({ inputSize, latent: 2, hidden: [], activation: 'relu', posterior: 'diagonal', ...image });
    const { events, states } = await follow({ training: oneExample, onNan: 'skip', model });
    const at = events.findIndex(({ event }) => event === 'non-finite');
    expect(at).toBeGreaterThanOrEqual(0);
    expect(Object.keys(states[at]!.parameters)).toContain('encoder.0.norm.variance');
    expect(numbers(states[at + 1]!.parameters)).toEqual(numbers(states[at]!.parameters));
    expect(events.at(-1)).toMatchObject({ reason: 'finished' });
  });

  it('stops after ten in a row', async () => {
    const { events, error } = await follow({ training: examplesWith((out) => out.fill(3e38)), onNan: 'skip' });
    expect(foundIn(events).map(({ action }) => action)).toEqual([...Array<string>(10).fill('skipped'), 'stopped']);
    expect(String(error)).toMatch(/step 11 .* 10 steps in a row were skipped before it/);
  });

  it('stops where leaving out a step does not help', async () => {
    const { error } = await follow({ ...overflowing, onNan: 'skip' });
    expect(String(error)).toMatch(/skipping a step does not help there; onNan 'rollback'/);
  });
});

describe('rollback', () => {
  const options = { training: byNoise, onNan: 'rollback' } as const;

  it('goes back to the state before, with other noise and half the learning rate', async () => {
    const { events, states } = await follow(options);
    const found = foundIn(events);
    expect(found.length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ event: 'done', reason: 'finished', steps: 15, rollbacks: found.length });
    let rate = config.optimizer.learningRate;
    for (const event of events) {
      if (event.event === 'step') expect(event.learningRate).toBeCloseTo(rate, 12);
      if (event.event !== 'non-finite') continue;
      rate /= 2;
      const at = events.indexOf(event);
      expect(event.learningRateFactor).toBeCloseTo(rate / config.optimizer.learningRate, 12);
      // The state there is that of the epoch's start, or of the one before where the first step from there fails.
      expect(event.step % 5).toBe(0);
      expect(event.failedStep - event.step).toBeLessThanOrEqual(6);
      const start = states.slice(0, at + 1).findLast(({ steps }) => steps === event.step)!;
      const { parameters, optimizer, steps } = essence(states[at + 1]!);
      expect({ parameters, optimizer, steps }).toEqual({
        parameters: numbers(start.parameters),
        optimizer: numbers(start.optimizer),
        steps: start.steps,
      });
      // What comes next is the same batch with other draws.
      const [before, again] = [events[events.indexOf(event) - 1], events[at + 1]];
      if (before?.event === 'step' && again?.event === 'step' && before.step === again.step)
        expect(again.reconstruction).not.toBe(before.reconstruction);
    }
  });

  it('goes on from any checkpoint to the bit', async () => {
    const whole = await follow(options);
    const ends = essence(whole.states.at(-1)!);
    const rolled = whole.events.findIndex(({ event }) => event === 'non-finite');
    for (const at of [1, rolled, rolled + 1, rolled + 2, whole.states.length - 3]) {
      const { states, events } = await follow({ ...options, resume: whole.states[at] });
      expect(essence(states.at(-1)!)).toEqual(ends);
      expect(foundIn(events)).toEqual(foundIn(whole.events.slice(at)));
    }
  });

  it('stops after ten in a row that do not get past', async () => {
    const { events, error } = await follow({ training: oneExample, onNan: 'rollback' });
    const found = foundIn(events);
    expect(found.map(({ action }) => action)).toEqual([...Array<string>(10).fill('rolled-back'), 'stopped']);
    expect(found.filter(({ place }) => place !== undefined)).toHaveLength(4); // three that are told of, and the last
    expect(String(error)).toMatch(/10 rollbacks in a row did not get past it/);
  });

  it('goes back to before a parameter became infinite', async () => {
    const { events } = await follow({ ...overflowing, onNan: 'rollback' });
    const [first] = foundIn(events);
    expect(first).toMatchObject({ action: 'rolled-back', step: 0, failedStep: 1 });
  });

  it('goes back to before a finite update that wrecked everything, until the learning rate is low enough', async () => {
    const { events } = await follow({
      keep: false,
      training: examplesWith(() => undefined),
      onNan: 'rollback',
      // One step an epoch: from where each epoch ends, the next step fails.
      config: { batchSize: examples, epochs: 4, optimizer: { name: 'sgd', learningRate: wrecking } },
    });
    const found = foundIn(events);
    expect(found.map(({ step, failedStep }) => failedStep - step)).toContain(2);
    expect(events.at(-1)).toMatchObject({ event: 'done', reason: 'finished', steps: 4 });
  });
});

describe('gradients that are finite, and whose squares are not', () => {
  /** Example 7 is so large that the squares of its gradient overflow; its loss and its gradient are finite. */
  const large = examplesWith((out, _, indices) => {
    const at = indices.indexOf(7);
    if (at >= 0) out.fill(1e15, at * inputSize, (at + 1) * inputSize);
  });

  it('are found in the step that has them, before a moment is infinite', async () => {
    const { events, states, error } = await follow({ training: large });
    expect(error).toBeInstanceOf(NumericalError);
    expect(String(error)).toMatch(
      /step \d+ \(epoch 1\) has gradient norm \d\.\de\+\d+, and beyond 1\.8e\+19 squares are too large for the optimiser's moments\. Lower/,
    );
    expect(foundIn(events)).toMatchObject([{ action: 'stopped' }]);
    expect(essence(states.at(-1)!)).toEqual(essence(states.at(-2)!));
  });

  it('are left out, or gone back from', async () => {
    const skipped = await follow({ training: large, onNan: 'skip' });
    expect(skipped.events.at(-1)).toMatchObject({ event: 'done', reason: 'finished', skipped: 3 });
    const rolled = await follow({ training: large, onNan: 'rollback' });
    expect(foundIn(rolled.events)[0]).toMatchObject({ action: 'rolled-back', step: 0 });
  });

  it('are taken where they are clipped, and by an optimiser that squares nothing', async () => {
    for (const changes of [{ clipNorm: 1 }, { optimizer: { name: 'sgd', learningRate: 1e-40 } }] as const) {
      const { events } = await follow({ training: large, config: changes });
      expect(events.at(-1)).toMatchObject({ event: 'done', reason: 'finished' });
      expect(foundIn(events)).toEqual([]);
    }
  });
});

it('a validation that is not finite is not the best, and patience counts it', async () => {
  const notices: string[] = [];
  const trainer = await Trainer.create({
    engine,
    model: dense,
    training: examplesWith(() => undefined),
    validation: oneExample,
    config: { ...config, earlyStopping: { patience: 2 } },
    onNotice: (line) => notices.push(line),
  });
  const events: TrainingEvent[] = [];
  for await (const event of trainer.run()) events.push(event);
  expect(events.filter(({ event }) => event === 'epoch')).toMatchObject([{ best: false }, { best: false }]);
  expect(events.at(-1)).toMatchObject({ reason: 'stopped-early', bestEpoch: 2 });
  expect(numbers(trainer.result()).every(Number.isFinite)).toBe(true);
  expect(notices[0]).toMatch(/epoch 1: the ELBO of the held-out examples is/);
  await trainer.dispose();
});

it('draws after a rollback are those of no other step', () => {
  const seed = key(4);
  const keys = [seed, foldIn(foldIn(seed, 5), 1), foldIn(foldIn(seed, 5), 2)].map((each) => foldIn(foldIn(each, 2), 3));
  expect(new Set(keys.map(({ high, low }) => `${high} ${low}`)).size).toBe(3);
});
