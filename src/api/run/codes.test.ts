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
