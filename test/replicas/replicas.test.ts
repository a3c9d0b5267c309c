// Training steps that several threads share: what they compute, and what happens when a thread fails.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import type { TrainingConfig } from '../../src/config/index.ts';
import { createVae, likelihoodFamily, mixedFamily } from '../../src/models/index.ts';
import type { LikelihoodOptions, MixedBlock, Vae, VaeOptions } from '../../src/models/index.ts';
import { initializeParameters } from '../../src/nn/index.ts';
import { createObjective, objectives } from '../../src/objectives/index.ts';
import type { TrainingObjective } from '../../src/objectives/index.ts';
import { bernoulli, foldIn, key } from '../../src/random/index.ts';
import type { Checkpoint } from '../../src/training/index.ts';
import type { StepOutcome } from '../../src/training/replicas/replica.ts';
import { Replicas } from '../../src/training/replicas/replicas.ts';
import type { ReplicasOptions } from '../../src/training/replicas/replicas.ts';
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

const adam = { optimizer: { name: 'adam', learningRate: 0.01 } } as const;

interface Task {
  readonly count?: number | undefined;
  readonly pace?: ReplicasOptions['pace'];
  readonly model: Vae;
  readonly rows: number;
  readonly config?: Pick<TrainingConfig, 'optimizer' | 'clipNorm'>;
  readonly steps?: number;
  readonly resume?: State | undefined;
  readonly engine?: Engine;
  readonly objective?: TrainingObjective | undefined;
}

type State = Pick<Checkpoint, 'parameters' | 'optimizer' | 'steps' | 'sharing'>;

function hashOf(array: Float32Array): string {
  return createHash('sha256').update(array).digest('hex');
}

/** Steps on drawn counts, which suit every likelihood here: the parameters, the optimiser's arrays and what each step said. */
async function stepsOf(task: Task) {
  const { count, pace, resume, model: vae, rows, config = adam, steps = 3, engine: other, objective } = task;
  const notices: string[] = [];
  const onNotice = (line: string) => notices.push(line);
  const settings = { batchSize: rows, ...config };
  const options = {
    model: vae,
    config: settings,
    count,
    pace,
    resume,
    followerEntry,
    onNotice,
    ...(objective && { objective }),
  };
  const replicas = await Replicas.start(other ?? engine, options);
  try {
    replicas.load(resume?.parameters ?? initializeParameters(vae.parameters, key(1)), resume);
    const outcomes: StepOutcome[] = [];
    const states: State[] = [];
    for (let index = resume?.steps ?? 0; index < steps; index++) {
      replicas.batch.set(bernoulli(key(index), 0.3, [rows, vae.inputSize]).data);
      const request = {
        key: foldIn(key(2), index),
        scalars: { beta: 0.7, codeWeight: 0.2, regularizerWeight: 0.05 },
        learningRate: config.optimizer.learningRate,
      };
      outcomes.push(await replicas.take(request));
      states.push({
        parameters: replicas.store.snapshot(),
        optimizer: replicas.optimizerState(),
        steps: replicas.steps,
        ...(replicas.sharing && { sharing: replicas.sharing }),
      });
    }
    const arrays = [replicas.store.values, ...Object.values(replicas.optimizerState()).map(({ data }) => data)];
    return { bits: arrays.map(hashOf), outcomes, notices, states };
  } finally {
    await replicas.dispose();
  }
}

const small = { inputSize: 36, latent: 5, hidden: [33, 18] } as const;
const image = { ...small, shape: [6, 6], network: 'conv', channels: [5, 6], hidden: [] } as const;
const likelihoods: readonly LikelihoodOptions[] = [
  { likelihood: 'continuous-bernoulli' },
  { likelihood: 'gaussian' },
  { likelihood: 'laplace', stddev: 'per-dimension' },
  { likelihood: 'poisson' },
  { likelihood: 'categorical', classes: 4 },
  { likelihood: 'ordinal', classes: 4 },
];
const columns: readonly MixedBlock[] = [
  { column: 'a', kind: 'numeric', offset: 0, width: 1, missing: 4 },
  { column: 'b', kind: 'categorical', offset: 1, width: 3 },
  { column: 'c', kind: 'ordinal', offset: 5, width: 4 },
  { column: 'd', kind: 'boolean', offset: 10, width: 1, missing: 9 },
  ...Array.from({ length: 25 }, (_, k) => ({ column: `e${k}`, kind: 'numeric' as const, offset: 11 + k, width: 1 })),
];

const models: Readonly<Record<string, VaeOptions>> = {
  'a diagonal posterior': { ...small, activation: 'relu', posterior: 'diagonal' },
  'a full posterior, symmetric root': { ...small, activation: 'gelu', posterior: 'full' },
  'a full posterior, Cholesky root': { ...small, activation: 'softplus', posterior: 'full', root: 'cholesky' },
  'a low-rank posterior': { ...small, activation: 'elu', posterior: 'low-rank' },
  'an isotropic posterior': { ...small, activation: 'tanh', posterior: 'isotropic' },
  'large weights': { ...small, inputSize: 280, hidden: [250], activation: 'sigmoid', posterior: 'diagonal' },
  'convolutions and dropout': { ...image, activation: 'relu', posterior: 'diagonal', dropout: 0.3 },
  'residual convolutions': { ...image, activation: 'tanh', posterior: 'full', network: 'residual' },
  ...Object.fromEntries(
    likelihoods.map((options) => {
      const likelihood = likelihoodFamily(options, { inputSize: small.inputSize });
      return [`the likelihood ${likelihood.name}`, { ...small, activation: 'relu', posterior: 'diagonal', likelihood }];
    }),
  ),
  'columns of a table': {
    ...small,
    activation: 'relu',
    posterior: 'full',
    likelihood: mixedFamily({ inputSize: small.inputSize, blocks: columns }),
  },
};

/** For objectives that need no density; the prior is state that no step reads. */
const densityless: Readonly<Record<string, VaeOptions>> = {
  'codes without noise': { ...small, activation: 'relu', posterior: 'deterministic', prior: 'ex-post-mixture' },
  'codes without noise, by convolutions': { ...image, activation: 'tanh', posterior: 'deterministic' },
};

describe('replicas', () => {
  // 100 rows: parts of 64 and 36, or 32, 32, 32 and 4. 33: 16 and 17.
  it.each(Object.entries(models))('take the steps of one thread to the bit: %s', async (_, options) => {
    const vae = createVae(options);
    const one = await stepsOf({ count: 1, model: vae, rows: 100 });
    expect(one.outcomes.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(await stepsOf({ count: 2, model: vae, rows: 100 })).toEqual(one);
    expect(await stepsOf({ count: 4, model: vae, rows: 100 })).toEqual(one);
    const few = { model: vae, rows: 33, steps: 2, config: { ...adam, clipNorm: 0.5 } } as const;
    expect(await stepsOf({ ...few, count: 2 })).toEqual(await stepsOf({ ...few, count: 1 }));
  });

  it.each([
    ['iwae', { draws: 3 }, 'a diagonal posterior'],
    ['iwae', { draws: 3, gradient: 'dreg' }, 'a full posterior, symmetric root'],
    ['piwae', { draws: 2, bounds: 2 }, 'convolutions and dropout'],
    ['renyi', { draws: 3, order: 1.5 }, 'columns of a table'],
    ['rae', { regularizer: 'l2' }, 'codes without noise'],
    ['rae', { regularizer: 'gradient-penalty' }, 'codes without noise, by convolutions'],
  ] as const)('take the steps of one thread to the bit: %s %o of %s', async (name, options, modelName) => {
    const vae = createVae({ ...small, ...models[modelName], ...densityless[modelName] });
    const row = objectives.find((each) => each.name === name)!;
    const { latent } = vae;
    const make = (rows: number): TrainingObjective =>
      createObjective(row, options, { latent, inputSize: vae.inputSize, batchSize: rows, trainingSize: rows });
    const task = { model: vae, rows: 33, steps: 2, objective: make(33) } as const;
    const one = await stepsOf({ ...task, count: 1 });
    expect(one.outcomes.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(await stepsOf({ ...task, count: 2 })).toEqual(one);
  });

  it('do not share a step that is computed from state, which followers are not given', async () => {
    const vae = createVae({ ...small, activation: 'relu', posterior: 'diagonal', prior: 'ex-post-mixture' });
    await expect(stepsOf({ count: 2, model: vae, rows: 33, steps: 1 })).rejects.toThrow(/use one replica/);
    const { outcomes } = await stepsOf({ count: undefined, model: vae, rows: 33, steps: 1 });
    expect(Number.isFinite(outcomes[0]?.loss)).toBe(true);
  });

  it.each([
    { name: 'sgd', learningRate: 0.01 },
    { name: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: true },
    { name: 'adamw', learningRate: 0.01, weightDecay: 0.1 },
  ] as const)('do so with $name', async (optimizer) => {
    const task = { model, rows: batchSize, config: { optimizer, clipNorm: 1 } };
    const one = await stepsOf({ ...task, count: 1 });
    expect(await stepsOf({ ...task, count: 2 })).toEqual(one);
    // And where one thread and two take turns, each going on from the other.
    const turns = ['all', 'all', 'one', 'all', 'one', 'one', 'all', 'one'] as const;
    const long = { ...task, steps: turns.length };
    let step = 0;
    const inTurn = await stepsOf({
      ...long,
      count: 2,
      pace: { next: () => turns[step++] ?? 'all', add: () => undefined },
    });
    expect(inTurn).toEqual(await stepsOf({ ...long, count: 1 }));
  });

  it('release every program that they compiled', async () => {
    const held = new Set<string>();
    let compiled = 0;
    const counting: Engine = {
      ...engine,
      threads: 2,
      compile: async (spec) => {
        const program = await engine.compile(spec);
        const name = `${compiled++}: ${Object.keys(spec.outputs).join()}`;
        held.add(name);
        return {
          inputs: program.inputs,
          run: (feeds) => program.run(feeds),
          dispose: () => {
            held.delete(name);
            return program.dispose();
          },
        };
      },
    };
    const { outcomes } = await stepsOf({ count: 2, model, rows: batchSize, engine: counting });
    expect(outcomes).toHaveLength(3);
    expect(compiled).toBeGreaterThan(1);
    expect([...held]).toEqual([]);
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
    replicas.batch.set(bernoulli(key(0), 0.3, [batchSize, inputSize]).data);
    expect((await replicas.take({ key: key(3), scalars: { beta: 1 }, learningRate: 0.01 })).loss).toBeGreaterThan(0);
    await replicas.dispose();
  });
});

describe('where a step that is shared has other bits', () => {
  /** An engine by which what is made of all rows, where threads share them, comes to something else: as another processor's kernels may. */
  const rounding = (): Engine => ({
    ...engine,
    threads: 2,
    compile: async (spec) => {
      const program = await engine.compile(spec);
      if (!Object.keys(spec.boundInputs ?? {}).some((name) => name.startsWith('factor/'))) return program;
      const gradient = Object.entries(spec.boundOutputs ?? {}).find(([name]) => name.startsWith('gradient/'))?.[1];
      expect(gradient).toBeDefined();
      return {
        inputs: program.inputs,
        run: async (feeds) => {
          const result = await program.run(feeds);
          gradient?.data.forEach((value, k) => (gradient.data[k] = value + 1e-3));
          return result;
        },
        dispose: () => program.dispose(),
      };
    },
  });
  const paceOf = (...turns: ('one' | 'all')[]): NonNullable<ReplicasOptions['pace']> => ({
    next: () => turns.shift() ?? 'one',
    add: () => undefined,
  });
  // So many parameters that both threads update some.
  const wide = createVae({ inputSize: 100, latent: 3, hidden: [50], activation: 'relu', posterior: 'diagonal' });
  const task = { model: wide, rows: batchSize, count: 2, steps: 6 } as const;

  it('the number that it was begun with takes all of them, and a line says so', async () => {
    const two = await stepsOf({ ...task, engine: rounding() });
    const one = await stepsOf({ ...task, count: 1, engine: rounding() });
    expect(two.bits).not.toEqual(one.bits);
    // Begun by two: they go on, whoever may be faster.
    const begunByTwo = await stepsOf({ ...task, engine: rounding(), pace: paceOf('all', 'one', 'one') });
    expect(begunByTwo.bits).toEqual(two.bits);
    expect(begunByTwo.notices).toEqual([expect.stringMatching(/^2 threads take every training step from here on.*the checkpoint keeps it/)]); // prettier-ignore
    // Begun by one: the step that shows it is one's too.
    const begunByOne = await stepsOf({ ...task, engine: rounding(), pace: paceOf('one', 'one', 'all', 'all') });
    expect(begunByOne.bits).toEqual(one.bits);
    expect(begunByOne.notices).toEqual([expect.stringMatching(/^One thread takes every training step from here on/)]);
    expect(begunByOne.states.map(({ sharing }) => sharing?.count)).toEqual([undefined, undefined, 1, 1, 1, 1]);
  });

  it.each([
    ['two', ['all']],
    ['one', ['one', 'one', 'all']],
  ] as const)('a training that goes on, from any step, is shared as before: begun by %s', async (_, turns) => {
    const whole = await stepsOf({ ...task, engine: rounding(), pace: paceOf(...turns) });
    for (const [at, resume] of whole.states.entries()) {
      // Without a number asked for, and with a pace that would have it otherwise.
      const rest = await stepsOf({ ...task, ...(resume.sharing && { count: undefined }), engine: rounding(), resume, pace: paceOf('all', 'one', 'all') }); // prettier-ignore
      expect(rest.bits, `after step ${at + 1}`).toEqual(whole.bits);
      if (!resume.sharing) continue;
      expect(rest.notices).toEqual([expect.stringMatching(/every training step, as before: the processor that the run began/)]); // prettier-ignore
      expect(rest.states.every(({ sharing }) => sharing?.count === resume.sharing?.count)).toBe(true);
    }
  });

  it('says that it cannot be shared as before, where it cannot', async () => {
    const { states } = await stepsOf({ ...task, engine: rounding(), pace: paceOf('all'), steps: 2 });
    const rest = await stepsOf({ ...task, count: undefined, resume: states[1] });
    expect(rest.notices).toEqual([expect.stringMatching(/taken by 2 threads.*here they cannot be taken so.*no longer to the bit/)]); // prettier-ignore
    expect(rest.states.map(({ sharing }) => sharing)).toEqual(rest.states.map(() => undefined));
  });
});

it('the step that is checked moves running averages once', async () => {
  const conv = { shape: [16, 16], network: 'conv', channels: [24, 24], normalization: 'batch' } as const;
  const vae = createVae({ inputSize: 256, latent: 2, hidden: [], activation: 'relu', posterior: 'diagonal', ...conv });
  const stepOf = async (pace?: ReplicasOptions['pace']) => {
    const task = { model: vae, rows: 32, steps: 1, ...(pace ? { pace } : { count: 1 }) };
    const { states } = await stepsOf({ ...task, engine: { ...engine, threads: 2 } });
    return states[0]!.parameters;
  };
  const [checked, plain] = [await stepOf({ next: () => 'all', add: () => undefined }), await stepOf()];
  expect(Object.keys(plain).filter((name) => name.endsWith('norm.mean'))).not.toHaveLength(0);
  for (const [name, { data }] of Object.entries(plain)) {
    if (!/norm\.(mean|variance)$/.test(name)) continue;
    const { data: other } = checked[name]!;
    // Threads that part each operation may add in another order.
    data.forEach((value, k) => {
      expect(Math.abs(other[k]! - value), name).toBeLessThan(1e-4 * (Math.abs(value) + 1e-2));
    });
  }
});
