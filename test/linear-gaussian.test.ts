// Truth: on x = W z + noise the marginal likelihood and the posterior are known (fixtures/ppca.json, 60-digit arithmetic).
// The real training path must reach them: with W fixed, a full posterior closes the gap and a diagonal one stops at a known
// gap; with W learned both reach the maximum, and the diagonal posterior turns W's columns orthogonal.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../src/core/index.ts';
import { createEngine, evaluate } from '../src/engine/index.ts';
import { MultivariateNormal, StandardNormal, klDivergence } from '../src/gaussian/index.ts';
import { constant, matmul } from '../src/graph/index.ts';
import type { Tensor } from '../src/graph/index.ts';
import { eigh } from '../src/linalg/index.ts';
import { gaussianLikelihood, posteriorFor } from '../src/models/index.ts';
import type { PosteriorOptions, Vae } from '../src/models/index.ts';
import { parameter } from '../src/nn/index.ts';
import type { ParameterSpec, Parameters } from '../src/nn/index.ts';
import type { Examples } from '../src/objectives/index.ts';
import { normal } from '../src/random/index.ts';
import { Trainer } from '../src/training/index.ts';
import type { NamedParameters, TrainingEvent } from '../src/training/index.ts';

const fixture = JSON.parse(readFileSync(new URL('fixtures/ppca.json', import.meta.url), 'utf8')) as {
  w: number[][];
  noise_variance: number;
  x: number[][];
  mean_log_marginal: number;
  posterior_covariance: number[][];
  posterior_mean_map: number[][];
  diagonal_gap: number;
};
const inputSize = fixture.w.length;
const latent = fixture.w[0]?.length ?? 0;
const count = fixture.x.length;
const stddev = Math.sqrt(fixture.noise_variance);

const examples: Examples = {
  size: count,
  exampleSize: inputSize,
  read: (indices, out) => {
    indices.forEach((index, k) => {
      out.set(fixture.x[index] ?? [], k * inputSize);
    });
  },
};

/** x = W z + noise with a linear encoder; W is a parameter where it is learned. */
function linearGaussian(options: PosteriorOptions, learned: boolean): Vae {
  const family = posteriorFor(options, { featureSize: inputSize, latent });
  const w: ParameterSpec = {
    name: 'decoder.weight',
    shape: [inputSize, latent],
    initializer: (key, shape) => normal(key, shape),
  };
  const weight = (parameters: Parameters): Tensor =>
    learned ? parameter(parameters, w.name) : constant(fixture.w, 'float32');
  const model: Omit<Vae, 'apply'> = {
    inputSize,
    latent,
    parameters: [...family.parameters, ...(learned ? [w] : [])],
    parts: { posterior: family, prior: { kind: 'prior', name: 'standard-normal', capabilities: [] } },
    prior: () => StandardNormal.ofSize(latent, 'float32'),
    encode: (parameters, x) => family.apply(parameters, x),
    decode: (parameters, z) => gaussianLikelihood(matmul(z, weight(parameters), { transposeB: true }), stddev),
  };
  return {
    ...model,
    apply: (parameters, x, { key }) => {
      const posterior = model.encode(parameters, x);
      const { value: z, logProb } = posterior.sampleAndLogProb(key);
      const prior = model.prior(parameters);
      const likelihood = model.decode(parameters, z);
      return { posterior, prior, latent: z, logProbOfDraw: logProb, decoded: z, likelihood };
    },
  };
}

async function fit(options: PosteriorOptions, learned: boolean) {
  const model = linearGaussian(options, learned);
  const trainer = await Trainer.create({
    engine: await createEngine({ engine: 'onnxruntime-node', threads: 1 }),
    model,
    training: examples,
    config: {
      epochs: 3000,
      batchSize: count,
      optimizer: { name: 'adam', learningRate: 0.03 },
      schedule: { name: 'cosine' },
      validation: 0,
      seed: 2,
    },
  });
  let last: TrainingEvent | undefined;
  for await (const event of trainer.run()) last = event;
  expect(last).toMatchObject({ event: 'done', reason: 'finished' });
  const parameters = trainer.result();
  await trainer.dispose();
  return { model, parameters };
}

/** q(z|x) of all examples in float64. */
function posteriorOf(model: Vae, parameters: NamedParameters) {
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, constant(NdArray.from(value, 'float64'))]),
  );
  return model.encode(tensors, constant(fixture.x));
}

/** log p(x) − ELBO = KL(q(z|x) ‖ p(z|x)), exact, a mean over examples. */
function gap(model: Vae, parameters: NamedParameters, truth: { map: number[][]; covariance: number[][] }): number {
  const mean = matmul(constant(fixture.x), constant(truth.map), { transposeB: true });
  const exact = MultivariateNormal.fromCovariance(evaluate(mean), [truth.covariance]);
  const kl = evaluate(klDivergence(posteriorOf(model, parameters), exact)).data;
  return Array.from(kl).reduce((total, value) => total + value, 0) / count;
}

/** p(z|x) under the decoder W: covariance (I + WᵀW/s²)⁻¹ and mean covariance Wᵀ x / s². */
function exactPosterior(w: readonly (readonly number[])[]) {
  const precision = w[0]!.map((_, i) => w[0]!.map((_, j) => (i === j ? 1 : 0) + dot(column(w, i), column(w, j)) / fixture.noise_variance)); // prettier-ignore
  const covariance = inverse(precision);
  const map = covariance.map((row) => w.map((wRow) => dot(row, wRow) / fixture.noise_variance));
  return { map, covariance };
}
const column = (w: readonly (readonly number[])[], j: number): number[] => w.map((row) => row[j] ?? NaN);
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, x, k) => total + x * (b[k] ?? NaN), 0);
function inverse(a: number[][]): number[][] {
  return evaluate(
    MultivariateNormal.fromPrecision(
      a.map(() => 0),
      a,
    ).covariance,
  ).toNested() as number[][];
}

/** Mean log p(x) under the decoder W. */
function meanLogMarginal(w: readonly (readonly number[])[]): number {
  const covariance = w.map((a, i) => w.map((b, j) => dot(a, b) + (i === j ? fixture.noise_variance : 0)));
  const logProb = evaluate(
    MultivariateNormal.fromCovariance(
      covariance.map(() => 0),
      covariance,
    ).logProb(fixture.x),
  );
  return Array.from(logProb.data).reduce((total, value) => total + value, 0) / count;
}

/**
 * The largest mean log p(x) over all W (Tipping and Bishop 1999, with the noise variance fixed): the model's covariance
 * takes the data's eigenvectors, the `latent` largest eigenvalues where they exceed the noise, and the noise elsewhere.
 */
function largestLogMarginal(): number {
  const moment = column(fixture.x, 0).map(() => 0).slice(0, inputSize).map((_, i) =>
    Array.from({ length: inputSize }, (__, j) => dot(column(fixture.x, i), column(fixture.x, j)) / count)); // prettier-ignore
  const values = Array.from(eigh(moment).values.data).reverse();
  const terms = values.map((value, k) => {
    const modeled = k < latent ? Math.max(value, fixture.noise_variance) : fixture.noise_variance;
    return Math.log(2 * Math.PI * modeled) + value / modeled;
  });
  return -terms.reduce((a, b) => a + b, 0) / 2;
}

const families: readonly [string, PosteriorOptions][] = [
  ['diagonal', { posterior: 'diagonal' }],
  ['symmetric', { posterior: 'full', root: 'symmetric' }],
  ['cholesky', { posterior: 'full', root: 'cholesky' }],
  ['low-rank', { posterior: 'low-rank', rank: 2 }],
];

describe('the fixture', () => {
  it('agrees with this library: log marginal and posterior', () => {
    expect(meanLogMarginal(fixture.w)).toBeCloseTo(fixture.mean_log_marginal, 12);
    const { covariance, map } = exactPosterior(fixture.w);
    covariance.flat().forEach((value, k) => {
      expect(value).toBeCloseTo(fixture.posterior_covariance.flat()[k] ?? NaN, 12);
    });
    map.flat().forEach((value, k) => {
      expect(value).toBeCloseTo(fixture.posterior_mean_map.flat()[k] ?? NaN, 12);
    });
  });
});

describe.each(families)('a %s posterior', (name, options) => {
  const expectedGap = name === 'diagonal' ? fixture.diagonal_gap : 0;

  it('with W fixed ends at its known gap to log p(x)', async () => {
    const { model, parameters } = await fit(options, false);
    const truth = { map: fixture.posterior_mean_map, covariance: fixture.posterior_covariance };
    const reached = gap(model, parameters, truth);
    expect(reached).toBeGreaterThan(expectedGap - 1e-4);
    expect(reached).toBeLessThan(expectedGap + (name === 'diagonal' ? 1e-2 : 1e-3));
  });

  it('with W learned reaches the largest marginal likelihood', async () => {
    const { model, parameters } = await fit(options, true);
    const w = parameters['decoder.weight']?.toNested() as number[][];
    const deficit = largestLogMarginal() - meanLogMarginal(w);
    expect(deficit).toBeGreaterThan(-1e-6);
    expect(deficit).toBeLessThan(1e-2);
    // The ELBO reaches it too: a diagonal posterior can be exact only once W's columns are orthogonal.
    expect(gap(model, parameters, exactPosterior(w))).toBeLessThan(1e-2);
    const columns = Array.from({ length: latent }, (_, j) => column(w, j));
    const cosine = (i: number, j: number): number =>
      dot(columns[i]!, columns[j]!) / Math.hypot(...columns[i]!) / Math.hypot(...columns[j]!);
    const largest = Math.max(...[[0, 1], [0, 2], [1, 2]].map(([i, j]) => Math.abs(cosine(i!, j!)))); // prettier-ignore
    if (name === 'diagonal') expect(largest).toBeLessThan(0.05);
  });
});
