import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluateAll } from '../engine/index.ts';
import { MultivariateNormal, MultivariateNormalDiag, StandardNormal } from '../gaussian/index.ts';
import type { Gaussian } from '../gaussian/index.ts';
import { asGraphKey, constant, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { key, normal } from '../random/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { aggregateTerms } from './beta-tc.ts';
import { createObjective, objectives } from './index.ts';

const sizes = { latent: 2, inputSize: 3, batchSize: 5, trainingSize: 40 };
const drawn = (seed: number, shape: readonly number[]) => normal(key(seed), shape, { dtype: 'float64' });

/** Two-dimensional Gaussians, and the same as numbers: means, and Σ row by row. */
function posteriors(count: number): { full: Gaussian; diagonal: Gaussian; means: Float64Array; sigma: number[][] } {
  const means = drawn(1, [count, 2]);
  const factors = drawn(2, [count, 3]).data;
  const tril = new NdArray(new Float64Array(4 * count), [count, 2, 2]);
  const sigma: number[][] = [];
  for (let row = 0; row < count; row++) {
    const [a, b, c] = [0.6 + 0.2 * Math.abs(factors[3 * row]!), 0.5 * factors[3 * row + 1]!, 0.8];
    tril.data.set([a, 0, b, c], 4 * row);
    sigma.push([a * a, a * b, a * b, b * b + c * c]);
  }
  const variance = new NdArray(Float64Array.from(sigma.flatMap(([v, , , w]) => [v!, w!])), [count, 2]);
  return {
    full: MultivariateNormal.fromScaleTril(constant(means), constant(tril)),
    diagonal: MultivariateNormalDiag.fromVariance(constant(means), constant(variance)),
    means: means.data,
    sigma,
  };
}

/** log N(z; μ, Σ) in two dimensions, with Σ⁻¹ written out. */
function logDensity(z: readonly number[], mean: readonly number[], [a, b, , d]: readonly number[]): number {
  const [x, y] = [z[0]! - mean[0]!, z[1]! - mean[1]!];
  const determinant = a! * d! - b! * b!;
  const quadratic = (d! * x * x - 2 * b! * x * y + a! * y * y) / determinant;
  return -0.5 * quadratic - Math.log(2 * Math.PI) - 0.5 * Math.log(determinant);
}

const logMarginal = (x: number, mean: number, variance: number): number =>
  -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));

const terms = (posterior: Gaussian, options: { trainingSize: number; estimator: 'weighted' | 'stratified' }) => {
  const { value: latent, logProb: logProbOfDraw } = posterior.sampleAndLogProb(key(3));
  const prior = StandardNormal.ofSize(2);
  const parts = aggregateTerms({ posterior, prior, latent, logProbOfDraw }, options);
  return evaluateAll({ latent, logProbOfDraw, whole: sub(logProbOfDraw, prior.logProb(latent)), ...parts });
};

describe.each(['full', 'diagonal'] as const)('aggregateTerms of %s posteriors', (kind) => {
  it.each(['weighted', 'stratified'] as const)('are the double sums, %s', (estimator) => {
    const [rows, trainingSize] = [7, 40];
    const all = posteriors(rows);
    const found = terms(all[kind], { trainingSize, estimator });
    const z = found.latent.data;
    const weight = (i: number, j: number): number => {
      if (estimator === 'weighted') return 1 / (trainingSize * rows);
      return i === j ? 1 / trainingSize : (1 - 1 / trainingSize) / (rows - 1);
    };
    for (let i = 0; i < rows; i++) {
      let joint = 0;
      const marginals = [0, 0];
      for (let j = 0; j < rows; j++) {
        const [a, , , d] = all.sigma[j]!;
        const sigma = kind === 'full' ? all.sigma[j]! : [a!, 0, 0, d!];
        const [point, mean] = [
          [z[2 * i]!, z[2 * i + 1]!],
          [all.means[2 * j]!, all.means[2 * j + 1]!],
        ];
        joint += weight(i, j) * Math.exp(logDensity(point, mean, sigma));
        marginals[0]! += weight(i, j) * Math.exp(logMarginal(point[0]!, mean[0]!, a!));
        marginals[1]! += weight(i, j) * Math.exp(logMarginal(point[1]!, mean[1]!, d!));
      }
      const product = Math.log(marginals[0]!) + Math.log(marginals[1]!);
      const logPrior = logMarginal(z[2 * i]!, 0, 1) + logMarginal(z[2 * i + 1]!, 0, 1);
      const wanted = [found.logProbOfDraw.data[i]! - Math.log(joint), Math.log(joint) - product, product - logPrior];
      const { mutualInformation, totalCorrelation, dimensionwiseKl } = found;
      const own = [mutualInformation, totalCorrelation, dimensionwiseKl].map(({ data }) => data[i]!);
      expectAllClose(own, wanted, { rtol: 1e-12, atol: 1e-12 });
      expect(own.reduce((sum, term) => sum + term, 0)).toBeCloseTo(found.whole.data[i]!, 12);
    }
  });
});

it('the total correlation is that of a Gaussian, where all codes together are one', () => {
  // Means from N(0, C) and variance s² about each: together N(0, C + s² I), whose coordinates correlate by ρ.
  const [count, spread, shared] = [900, 0.25, 0.8];
  const noise = drawn(8, [count, 2]).data;
  const means = new NdArray(
    Float64Array.from(noise, (value, at) =>
      at % 2 === 0 ? value : shared * noise[at - 1]! + Math.sqrt(1 - shared ** 2) * value,
    ),
    [count, 2],
  );
  const posterior = MultivariateNormalDiag.fromVariance(constant(means), constant(spread));
  const { totalCorrelation } = terms(posterior, { trainingSize: count, estimator: 'stratified' });
  const exact = -0.5 * Math.log(1 - (shared / (1 + spread)) ** 2);
  const values = Array.from(totalCorrelation.data);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  // Four standard errors, and what the sum over these codes in place of all has too much: some (1 + 1/s)²/N.
  expect(Math.abs(mean - exact)).toBeLessThan(
    4 * Math.sqrt(variance / count) + (1 + 1 / Math.sqrt(spread)) ** 2 / count,
  );
});

describe('the objective beta-tc', () => {
  const row = objectives.find(({ name }) => name === 'beta-tc')!;

  it('is minus the reconstruction, and α, β and γ times the parts of the KL', () => {
    const model = createVae({ inputSize: 3, latent: 2, hidden: [4], activation: 'tanh', posterior: 'full' });
    const drawnParameters = Object.entries(initializeParameters(model.parameters, key(5)));
    const parameters = Object.fromEntries(drawnParameters.map(([name, value]) => [name, constant(value)]));
    const x = constant([[0, 1, 1], [1, 1, 0], [0, 0, 1], [1, 0, 0], [1, 1, 1]], 'float32'); // prettier-ignore
    const output = model.apply(parameters, x, { key: asGraphKey(key(6)), mode: 'train' });
    const [alpha, beta, gamma] = [0.5, 3, 2];
    const objective = createObjective(row, {}, sizes);
    const scalars = {
      alpha: constant(alpha, 'float32'),
      beta: constant(beta, 'float32'),
      gamma: constant(gamma, 'float32'),
    };
    const { loss, metrics } = objective.build({ x, rows: 5, key: asGraphKey(key(7)), model, parameters, output, scalars, trainingSize: 40 }); // prettier-ignore
    const found = new Map(Object.entries(evaluateAll({ ...(metrics as Readonly<Record<string, Tensor>>), loss })));
    const of = (name: string): number => found.get(name)!.item();
    const penalty = alpha * of('mutualInformation') + beta * of('totalCorrelation') + gamma * of('dimensionwiseKl');
    expect(of('reconstruction')).toBeLessThan(-0.1);
    expect(of('loss')).toBeCloseTo(penalty - of('reconstruction'), 4);
  });

  it('compares examples, and needs some', () => {
    expect(createObjective(row, {}, sizes)).toMatchObject({
      couplesExamples: true,
      scalars: { alpha: 1, beta: 6, gamma: 1 },
    });
    expect(() => createObjective(row, {}, { ...sizes, batchSize: 1 })).toThrow(/batchSize must be at least 2/);
    expect(() => createObjective(row, { estimator: 'other' }, sizes)).toThrow(
      /estimator must be one of 'weighted', 'stratified'/,
    );
  });
});
