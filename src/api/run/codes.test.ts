import { describe, expect, it } from 'vitest';
import { NdArray, train } from '../index.ts';
import type { Run, TrainOptions } from '../index.ts';
import { key, normal, uniform } from '../../random/index.ts';
import { expectAllClose } from '../../testing/index.ts';

const [size, width, latent] = [40, 6, 3];
const x = uniform(key(1), [size, width]);
const families: readonly TrainOptions[] = [
  { posterior: 'isotropic' },
  { posterior: 'diagonal' },
  { posterior: 'full', root: 'symmetric' },
  { posterior: 'full', root: 'cholesky' },
  { posterior: 'low-rank', rank: 2 },
];

type Matrix = number[][];

/** A run with weights that were drawn: after some steps a head would hardly differ from example to example. */
async function drawnRun(options: TrainOptions): Promise<Run> {
  const run = await train(x, {
    ...options,
    dataOptions: { scale: 'none' },
    latent,
    hidden: [5],
    likelihood: 'bernoulli',
    epochs: 1,
    batchSize: 20,
    validation: 0,
    threads: 1,
  });
  Object.values(run.parameters).forEach(({ data, shape }, k) => { data.set(normal(key(10 + k), shape).data.map((v) => v / 2)); }); // prettier-ignore
  return run;
}

/** x W + b in plain arithmetic, float64. */
function linear(run: Run, name: string, input: readonly number[]): number[] {
  const { data: weight } = run.parameters[`${name}.weight`]!;
  const { data: bias } = run.parameters[`${name}.bias`]!;
  return Array.from(bias, (start, j) => input.reduce((sum, value, i) => sum + value * weight[i * bias.length + j]!, start)); // prettier-ignore
}

const matrix = (entry: (i: number, j: number) => number): Matrix =>
  Array.from({ length: latent }, (_, i) => Array.from({ length: latent }, (__, j) => entry(i, j)));
const timesTransposed = (a: Matrix, b: Matrix): Matrix =>
  matrix((i, j) => a[i]!.reduce((sum, value, k) => sum + value * b[j]![k]!, 0));

/** Σ as src/models/posteriors says, from the head's numbers. */
function covarianceOf(run: Run, options: TrainOptions, features: readonly number[]): Matrix {
  const logVariance = linear(run, 'logVariance', features);
  const stddev = (i: number): number => Math.exp((logVariance[i] ?? logVariance[0]!) / 2);
  if (options.posterior === 'low-rank') {
    const v = linear(run, 'factor', features);
    const w = (i: number, r: number): number => stddev(i) * Math.tanh(v[2 * i + r]!);
    return matrix((i, j) => (i === j ? stddev(i) ** 2 : 0) + w(i, 0) * w(j, 0) + w(i, 1) * w(j, 1));
  }
  if (options.posterior !== 'full') return matrix((i, j) => (i === j ? stddev(i) ** 2 : 0));
  const below = linear(run, 'offDiagonal', features);
  const unit = (i: number, j: number): number =>
    i === j ? 1 : i > j ? Math.tanh(below[(i * (i - 1)) / 2 + j]!) / Math.sqrt(latent) : 0;
  const isRoot = options.root === 'symmetric';
  const factor = matrix((i, j) => unit(i, j) * (isRoot ? Math.sqrt(stddev(j)) : stddev(j)));
  const product = timesTransposed(factor, factor);
  return isRoot ? timesTransposed(product, product) : product;
}

describe('codes', () => {
  it.each(families)('of $posterior $root are what the network and the head say of each example', async (options) => {
    const run = await drawnRun(options);
    const { mean, stddev, covariance } = await run.encode(x);
    const rows = Array.from({ length: size }, (_, n) => Array.from(x.data.subarray(n * width, (n + 1) * width)));
    const features = rows.map((row) => linear(run, 'encoder.0', row).map((value) => Math.max(0, value)));
    const sigmas = features.map((row) => covarianceOf(run, options, row));
    // Float32: sums of six terms, their exponential and three products.
    const tolerance = { rtol: 1e-5, atol: 1e-5 };
    expectAllClose(mean, NdArray.from(features.map((row) => linear(run, 'mean', row))), tolerance);
    expectAllClose(covariance, NdArray.from(sigmas), tolerance);
    expectAllClose(stddev, NdArray.from(sigmas.map((sigma) => sigma.map((row, i) => Math.sqrt(row[i]!)))), tolerance);
    // They differ from example to example by far more than that.
    expect(new Set(sigmas.map((sigma) => sigma[0]![0]!.toFixed(2))).size).toBeGreaterThan(5);
    await run.dispose();
  });
});

describe('draws of z', () => {
  const few = new NdArray(x.data.slice(0, 2 * width), [2, width]);

  it.each(families)('of $posterior $root have the moments that encode gives', async (options) => {
    const run = await drawnRun(options);
    const count = 4000;
    const { mean, covariance, draws = mean } = await run.encode(few, { draws: count, seed: 3 });
    expect(draws.shape).toEqual([2, count, latent]);
    for (let row = 0; row < 2; row++) {
      const z = (k: number, i: number): number => draws.data[(row * count + k) * latent + i]!;
      const mu = (i: number): number => mean.data[row * latent + i]!;
      const sigma = (i: number, j: number): number => covariance.data[(row * latent + i) * latent + j]!;
      const average = (of: (k: number) => number): number => Array.from({ length: count }, (_, k) => of(k)).reduce((a, b) => a + b) / count; // prettier-ignore
      for (let i = 0; i < latent; i++) {
        // Five standard errors each, of 18 numbers a family.
        expect(Math.abs(average((k) => z(k, i)) - mu(i))).toBeLessThan(5 * Math.sqrt(sigma(i, i) / count));
        for (let j = 0; j <= i; j++) {
          const error = average((k) => (z(k, i) - mu(i)) * (z(k, j) - mu(j))) - sigma(i, j);
          expect(Math.abs(error)).toBeLessThan(5 * Math.sqrt((sigma(i, i) * sigma(j, j) + sigma(i, j) ** 2) / count));
        }
      }
    }
    await run.dispose();
  });

  it('are of their seed, and of the row: more rows change none', async () => {
    const run = await drawnRun({ posterior: 'full' });
    const drawsOf = async (of: NdArray, seed: number) =>
      Array.from((await run.encode(of, { draws: 3, seed })).draws!.data);
    const all = await drawsOf(x, 1);
    expect(await drawsOf(few, 1)).toEqual(all.slice(0, 2 * 3 * latent));
    expect(await drawsOf(few, 2)).not.toEqual(all.slice(0, 2 * 3 * latent));
    expect(new Set(all).size).toBe(all.length);
    // So many that rows go by the piece, and each piece has draws of its own.
    const many = (await run.encode(few, { draws: 2 ** 20 })).draws!;
    const [first, second] = [0, 1].map((row) => Array.from(many.data.subarray(row * 2 ** 20 * latent, row * 2 ** 20 * latent + 9))); // prettier-ignore
    expect(first).not.toEqual(second);
    expect((await run.encode(few)).draws).toBeUndefined();
    await expect(run.encode(few, { draws: 0 })).rejects.toThrow(/draws must be a whole number of at least 1/);
    await run.dispose();
  });
});

describe('a posterior without moments', () => {
  it('is said where its moments are asked for, and nowhere else', async () => {
    const notices: string[] = [];
    const options = { dataOptions: { scale: 'none' }, latent, hidden: [5], epochs: 1, batchSize: 20, validation: 0, threads: 1 } as const; // prettier-ignore
    const run = await train(x, { ...options, posterior: { name: 'planar', flows: 2 }, onNotice: (line) => notices.push(line) }); // prettier-ignore
    notices.length = 0;
    const reconstructed = await run.reconstruct(x);
    await run.interpolate(x, x, { steps: 2 });
    await run.traverse({ steps: 2, example: new NdArray(x.data.slice(0, width), [width]) });
    expect(notices).toEqual([]);
    const { mean } = await run.encode(x);
    await run.encode(x);
    expect(notices).toEqual([expect.stringContaining("a 'planar' posterior has no moments in closed form")]);
    expect((await run.decode(mean)).data).toEqual(reconstructed.data);
    await run.dispose();
  });
});
