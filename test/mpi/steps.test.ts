// Steps that the ranks of a job take together, against those of one process: bits, gradients, refusals, and ranks that fall apart.
import { describe, expect, it } from 'vitest';
import { dist, missing, modulesOn } from './harness.ts';

const from = (module: string): string => `'${new URL(module, dist).href}'`;

const prelude = `
  import { createEngine } from ${from('engine/index.js')};
  import { createVae } from ${from('models/index.js')};
  import { mpiWorld, together } from ${from('mpi/index.js')};
  import { initializeParameters } from ${from('nn/index.js')};
  import { createObjective, elboObjective, objectives } from ${from('objectives/index.js')};
  import { bernoulli, foldIn, key } from ${from('random/index.js')};
  import { startSteps } from ${from('training/replicas/start-steps.js')};
  const ranks = await mpiWorld();
  const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
  const say = (value) => { if (ranks.rank === 0) console.log(JSON.stringify(value)); };
  const many = 90;
  /** Steps on drawn examples, by ranks, of so many threads each, or by one thread of this process alone. */
  async function begin(model, { ranks, threads, config = { optimizer: { name: 'sgd', learningRate: 1 } }, objective, rows = many } = {}) {
    const settings = { batchSize: rows, ...config };
    const steps = await startSteps(engine, {
      model, ranks, config: settings, onNotice: (line) => { if (!/^\\d ranks take every training step, with 2 threads each/.test(line)) throw new Error(line); },
      objective: objective ?? elboObjective(model, rows), count: ranks ? threads : 1,
    });
    steps.load(initializeParameters(model.parameters, key(1)));
    return steps;
  }
  function take(steps, index, learningRate) {
    steps.batch.set(bernoulli(key(index), 0.3, [steps.batch.length]).data);
    return steps.take({ key: foldIn(key(2), index), scalars: { beta: 0.7 }, learningRate });
  }`;

const models = `
  const small = { inputSize: 36, latent: 5, hidden: [33, 18], activation: 'relu' };
  const models = {
    dense: createVae({ ...small, posterior: 'full' }),
    convolutional: createVae({ ...small, shape: [6, 6], network: 'conv', channels: [5, 6], hidden: [], posterior: 'diagonal' }),
  };`;

interface Compared {
  readonly name: string;
  readonly error: number;
  readonly equal: boolean;
  readonly norms: readonly number[];
  readonly losses: readonly number[];
}

/** @param threads of a rank, as an expression */
const compare = (threads: string): string => `${prelude}${models}
  const threads = ${threads};
  for (const [name, model, rows] of [['dense', models.dense], ['convolutional', models.convolutional], ['a large batch', models.dense, 4400]]) {
    const adam = { optimizer: { name: 'adam', learningRate: 0.01 }, clipNorm: 5 };
    const [alone, parted] = [await begin(model, { config: adam, rows }), await begin(model, { ranks, threads, config: adam, rows })];
    const [one, all] = [await begin(model, { rows }), await begin(model, { ranks, threads, rows })];
    const start = one.store.values.slice();
    const outcomes = [await take(one, 7, 1), await take(all, 7, 1)];
    // With the learning rate 1 a step of gradient descent is the gradient.
    const norm = (f) => Math.sqrt(start.reduce((sum, _, i) => sum + f(i) ** 2, 0));
    const error = norm((i) => one.store.values[i] - all.store.values[i]) / norm((i) => one.store.values[i] - start[i]);
    for (let index = 0; index < 4; index++) {
      await take(alone, index, 0.01);
      await take(parted, index, 0.01);
      // As what goes on from a checkpoint.
      if (index === 1) parted.load(parted.store.snapshot(), { optimizer: parted.optimizerState(), steps: parted.steps });
    }
    const arrays = (steps) => [steps.store.values, ...Object.values(steps.optimizerState()).map(({ data }) => data)];
    const others = arrays(parted);
    const equal = arrays(alone).every((array, k) => array.every((value, i) => Object.is(value, others[k][i])));
    for (const steps of [alone, parted, one, all]) await steps.dispose();
    say({ name, error, equal, norms: outcomes.map((each) => each.gradientNorm), losses: outcomes.map((each) => each.loss) });
  }`;

describe.skipIf(missing !== '')(`steps of ranks${missing}`, () => {
  it.each([
    [3, '1'],
    [4, '1'],
    // Six blocks of rows, two a rank.
    [3, '2'],
    // Three of six: the halves of a rank are not equal. And the threads of one rank are no matter to the others.
    [2, 'ranks.rank + 1'],
  ])(
    'of %i with %s threads each: the gradient of one process, to the bit where their number is a power of two',
    async (size, threads) => {
      const { code, stdout, stderr } = await modulesOn(size, compare(threads));
      expect([code, stderr]).toEqual([0, '']);
      const found = stdout.trim().split('\n').map((line) => JSON.parse(line) as Compared); // prettier-ignore
      expect(found.map(({ name }) => name)).toEqual(['dense', 'convolutional', 'a large batch']);
      for (const { name, error, equal, norms, losses } of found) {
        expect(norms[0]).toBeGreaterThan(1);
        expect(losses[1]).toBe(losses[0]);
        // Halves of sums are not halves for three; and of a large batch, gradients of dense layers are added up by parts too.
        if (name === 'dense' || (name === 'convolutional' && size !== 3)) {
          expect([error, equal, norms[1]]).toEqual([0, true, norms[0]]);
        } else expect(error).toBeLessThan(1e-6);
        if (name === 'a large batch') expect(equal).toBe(false);
      }
    },
  );

  it('are refused by name where examples depend on each other, or there are too few', async () => {
    const { code, stdout, stderr } = await modulesOn(
      3,
      `${prelude}${models}
      const normalised = createVae({ ...small, shape: [6, 6], network: 'conv', channels: [5, 6], hidden: [], normalization: 'batch', posterior: 'diagonal' });
      const coded = createVae({ ...small, latent: 4, posterior: 'vector-quantized', codes: 4, codeSize: 2 });
      const spectral = createVae({ ...small, posterior: 'diagonal', decoderNorm: 'spectral' });
      const sizes = { latent: 5, inputSize: 36, batchSize: many, trainingSize: 1000 };
      const objectiveOf = (name, latent) => createObjective(objectives.find((row) => row.name === name), {}, { ...sizes, latent });
      const own = (name) => createObjective(objectives.find((row) => row.name === name), {}, sizes);
      for (const [model, objective, rows] of [
        [normalised], [coded, objectiveOf('vq', 4)], [spectral], [models.dense, own('beta-tc')], [models.dense, own('factor')], [models.dense, undefined, 20],
      ]) await begin(model, { ranks, objective, rows }).then(() => say('taken'), (error) => say(error.name + ': ' + error.message));`,
    );
    expect([code, stderr]).toEqual([0, '']);
    const alone = 'so ranks cannot part it: train in one process, without mpirun.';
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as string),
    ).toEqual([
      // prettier-ignore
      `ValueError: train: batch normalisation takes means over the examples of a batch, ${alone}`,
      `ValueError: train: the codebook of the posterior 'vector-quantized' follows moving averages over the examples of a batch, ${alone}`,
      `ValueError: train: spectral normalisation (decoderNorm spectral) has state that every step updates, ${alone}`,
      `ValueError: train: the objective 'beta-tc' compares the examples of a batch, ${alone}`,
      `ValueError: train: the objective 'factor' compares the examples of a batch, ${alone}`,
      'ValueError: train: a batch of 20 examples is parted among at most 2 ranks (16 rows each at least), not 3: start fewer, or choose a batch size of 34 or more.',
    ]);
  });

  it('end with the ranks named whose parameters are others', async () => {
    const { stdout } = await modulesOn(
      3,
      `${prelude}${models}
      const steps = await begin(models.dense, { ranks });
      await take(steps, 0, 0.1);
      if (ranks.rank === 1) steps.store.values[steps.store.values.length - 20] += 1e-7;
      try { steps.gatherState(); } catch (error) { say(error.message); }`,
    );
    expect(stdout).toContain('after step 1 rank 1 of 3 has other parameters than rank 0');
  });
});
