import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NdArray, ValueError, load, makeDigits, train, writeArray } from '../../index.ts';
import type { Dataset, ModelOptions, TrainOptions } from '../../index.ts';

const small: TrainOptions = { latent: 2, hidden: [8], epochs: 1, batchSize: 16, validation: 0, seed: 1, threads: 1 };
const folder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-likelihood-')), 'run');

/** 64 examples of shape [3, 2] made by `value`. */
function examples(value: (k: number) => number): NdArray<'float32'> {
  return new NdArray(
    Float32Array.from({ length: 64 * 6 }, (_, k) => value(k)),
    [64, 3, 2],
  );
}
const gray = examples((k) => ((k * 7) % 11) / 10);
const real = examples((k) => Math.sin(k) * 3);
const counts = examples((k) => (k * k) % 7);
const oneHot = examples((k) => +(k % 2 === Math.floor(k / 2) % 2));

const cases: readonly [ModelOptions, NdArray, readonly string[]][] = [
  [{ likelihood: 'continuous-bernoulli' }, gray, ['logits']],
  [{ likelihood: 'gaussian', stddev: 0.3 }, gray, ['stddev']],
  [{ likelihood: 'gaussian' }, real, ['stddev']],
  [{ likelihood: 'gaussian', stddev: 'head' }, real, ['stddev']],
  [{ likelihood: 'laplace', stddev: 'per-dimension' }, real, ['scale']],
  [{ likelihood: 'poisson' }, counts, ['rate']],
  [{ likelihood: 'ordinal', classes: 7 }, counts, ['logProbs']],
  [{ likelihood: 'categorical' }, oneHot, ['logits']],
];

describe.each(cases)('a run with %o', (options, data, parameters) => {
  it('trains, evaluates, draws data of its kind, and is the same when loaded', async () => {
    const out = folder();
    const notices: string[] = [];
    const run = await train(data, { ...small, ...options, out, onNotice: (line) => notices.push(line) });
    expect(notices.filter((line) => !line.includes('standardised'))).toEqual([]);
    const { likelihood: name, ...ofIt } = options;
    expect(run.config.model.likelihood).toMatchObject({ name, ...ofIt });
    expect(run.config.data.binarize).toBe('none');
    const { nll, elbo } = await run.evaluate({ draws: 5, limit: 20 });
    expect(nll.value).toBeLessThanOrEqual(-elbo + 3);

    const drawn = await run.sample(5, { show: 'draw' });
    expect(drawn.shape).toEqual([5, 3, 2]);
    expect(await run.sample(5, { show: 'draw' })).toEqual(drawn);
    expect(await run.sample(5, { show: 'draw', seed: 1 })).not.toEqual(drawn);
    await run.encode(drawn); // Which checks that the values are such as the likelihood takes.
    await run.encode(await run.sample(2, { show: 'mode' }));

    const loaded = await load(out, { threads: 1 });
    const other = await loaded.evaluate({ data, draws: 5, limit: 20 });
    expect(other.elbo).toBe(elbo);

    const { InferenceSession } = await import('onnxruntime-node');
    const decoder = await InferenceSession.create(join(out, 'model/decoder.onnx'));
    expect([...decoder.outputNames].sort()).toEqual([...parameters, 'mean'].sort());
    await Promise.all([run.dispose(), loaded.dispose()]);
  });
});

describe('which likelihood', () => {
  const choose = async (data: NdArray, options: TrainOptions = {}) => {
    const notices: string[] = [];
    const run = await train(data, { ...small, epochs: 1, ...options, onNotice: (line) => notices.push(line) });
    await run.dispose();
    return { config: run.config, notices };
  };

  it('goes by the data: Bernoulli in [0, 1], Gaussian elsewhere, and says so', async () => {
    const image = await choose(gray);
    expect(image.config).toMatchObject({ model: { likelihood: { name: 'bernoulli' } }, data: { binarize: 'dynamic' } });
    const other = await choose(real);
    expect(other.config).toMatchObject({ model: { likelihood: { name: 'gaussian' } }, data: { binarize: 'none', support: 'real' } }); // prettier-ignore
    expect(other.notices).toEqual([
      expect.stringContaining("the likelihood is 'gaussian'"),
      expect.stringContaining('standardised as a whole'),
    ]);
  });

  it("is the base configuration's unless another is asked for, which drops its numbers", async () => {
    const { config } = await choose(gray, { likelihood: 'gaussian', stddev: 0.5 });
    expect((await choose(gray, { config })).config.model.likelihood).toEqual({ name: 'gaussian', stddev: 0.5 });
    const back = (await choose(gray, { config, likelihood: 'bernoulli' })).config;
    expect(back.model.likelihood).toEqual({ name: 'bernoulli' });
    expect(back.data.binarize).toBe('dynamic');
  });

  it.each<[string, NdArray, ModelOptions, RegExp]>([
    ['Bernoulli of measurements', real, { likelihood: 'bernoulli' }, /example 0 holds 2\.52.* at \[0, 1\]; a bernoulli likelihood takes numbers in \[0, 1\].*'gaussian' or 'laplace' would take/], // prettier-ignore
    ['Poisson of gray values', gray, { likelihood: 'poisson' }, /holds 0\.6.*a poisson likelihood takes counts.*'continuous-bernoulli' or 'gaussian'/], // prettier-ignore
    ['Bernoulli of counts', counts, { likelihood: 'bernoulli' }, /'poisson' would take these counts/],
    ['too few levels', counts, { likelihood: 'ordinal', classes: 3 }, /whole numbers from 0 to 2/],
    ['ordinal without levels', counts, { likelihood: 'ordinal' }, /needs 'classes'/],
    [
      'a scale where there is none',
      gray,
      { likelihood: 'poisson', stddev: 1 },
      /'stddev' is for likelihood 'gaussian', 'laplace' or 'mixed', and the likelihood is 'poisson'/,
    ],
    ['mixed without a table', gray, { likelihood: 'mixed' }, /tables, and no other data, go with 'mixed'/],
  ])('refuses %s', async (_, data, options, message) => {
    const failed = choose(data, options);
    await expect(failed).rejects.toThrow(ValueError);
    await expect(failed).rejects.toThrow(message);
  });

  it('every example is looked at, wherever it comes from', async () => {
    const count = 2300;
    const values = Float32Array.from({ length: count * 4 }, (_, k) => ((k * 7) % 11) / 10);
    values[1500 * 4 + 2] = 3;
    const array = new NdArray(values, [count, 2, 2]);
    const file = join(mkdtempSync(join(tmpdir(), 'rootsigma-support-')), 'x.npy');
    await writeArray(file, array);
    const gather = (indices: Uint32Array, out: Float32Array): void => {
      indices.forEach((index, k) => {
        out.set(values.subarray(4 * index, 4 * index + 4), 4 * k);
      });
    };
    const about = { name: 'own', kind: 'array', size: count, sampleShape: [2, 2] } as const;
    const own: Dataset = { ...about, support: 'unit-interval', gather }; // A promise that it does not keep.
    const options = { ...small, likelihood: 'continuous-bernoulli', dataOptions: { testFraction: 0 } } as const;
    for (const [data, given] of [
      [array, {}],
      [own, {}],
      [file, options],
    ] as const) {
      const failed = Promise.resolve(train(data, { ...small, likelihood: 'continuous-bernoulli', ...given }));
      await expect(failed).rejects.toThrow(/example 1500 holds 3 at \[1, 0\]; a continuous-bernoulli likelihood takes numbers in \[0, 1\]/); // prettier-ignore
    }
    values[1500 * 4 + 2] = 0.5;
    const run = await train(array, { ...small, likelihood: 'continuous-bernoulli' });
    values[2299 * 4 + 3] = -1;
    for (const use of [() => run.evaluate({ data: own, draws: 1 }), () => run.score(own)]) {
      await expect(use()).rejects.toThrow(/example 2299 holds -1 at \[1, 1\]/);
    }
    await run.dispose();
  });

  it('finds the optimal σ: the learned one approaches the root mean square of the residuals', async () => {
    const options: TrainOptions = { ...small, likelihood: 'gaussian', epochs: 40, batchSize: 20, learningRate: 0.03 };
    const digits = makeDigits({ seed: 0, count: 100 });
    const run = await train(digits, options);
    const images = await run.testReconstructions(100);
    const squares = Array.from(images.originals.data).reduce((sum, x, k) => sum + (x - (images.reconstructions.data[k] ?? NaN)) ** 2, 0); // prettier-ignore
    const residual = Math.sqrt(squares / images.originals.size);
    const learned = Math.exp((run.parameters['likelihood.logVariance']?.data[0] ?? NaN) / 2);
    // Reconstructions from the posterior's mean have slightly less error than those from its draws.
    expect(learned / residual).toBeGreaterThan(0.97);
    expect(learned / residual).toBeLessThan(1.15);
    await run.dispose();
  });
});
