// On x = W z + noise everything is known: log p(x), the true posterior, and by it every bound where q is the true posterior.
import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { createEngine, evaluate, evaluateAll } from '../engine/index.ts';
import { MultivariateNormal, MultivariateNormalDiag, StandardNormal, klDivergence } from '../gaussian/index.ts';
import { asGraphKey, constant, grad, matmul, stopGradient } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { createVae, drawSeveral, gaussianLikelihood } from '../models/index.ts';
import type { PosteriorDistribution, VaeOutput } from '../models/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { bernoulli, key } from '../random/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { buildStep } from '../training/index.ts';
import { drawnTerms } from './draws.ts';
import { createObjective, objectives } from './index.ts';
import type { Losses, TrainingObjective } from './index.ts';
import { renyiBound } from './renyi.ts';

const [noise, latent] = [0.5, 2];
const w = [[1, 0.4], [-0.3, 0.8], [0.6, -0.5]]; // prettier-ignore
const x = [0.7, -1.1, 0.2];

const rowOf = (name: string) => objectives.find((row) => row.name === name)!;
const objectiveOf = (name: string, options: Record<string, unknown>): TrainingObjective =>
  createObjective(rowOf(name), options, { latent, inputSize: 3, batchSize: 4, trainingSize: 4 });

/** What the model says of as many copies of x as q has rows. */
function outputOf(q: PosteriorDistribution, weight: Tensor, objective: TrainingObjective, seed = 1): VaeOutput {
  const { value, logProb } = drawSeveral(q, key(seed), objective.draws ?? 1);
  const decoded = objective.cutsOff ? stopGradient(value) : value;
  const likelihood = gaussianLikelihood(matmul(decoded, weight, { transposeB: true }), noise);
  const prior = StandardNormal.ofSize(latent);
  return { posterior: q, prior, latent: value, logProbOfDraw: logProb, decoded, likelihood };
}

function lossesOf(objective: TrainingObjective, output: VaeOutput): Losses {
  const [rows = 1] = output.latent.shape as number[];
  return objective.build({
    x: constant(Array.from({ length: rows }, () => x)),
    rows,
    key: asGraphKey(key(9)),
    model: {} as never,
    parameters: {},
    output,
    scalars: { beta: constant(0.3) },
    trainingSize: 4,
  });
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, k) => sum + v * b[k]!, 0);
const column = (j: number): number[] => w.map((row) => row[j]!);
/** p(z|x): precision I + WᵀW/s². */
const precision = [0, 1].map((i) => [0, 1].map((j) => (i === j ? 1 : 0) + dot(column(i), column(j)) / noise ** 2));
const determinant = precision[0]![0]! * precision[1]![1]! - precision[0]![1]! ** 2;
const covariance = [[precision[1]![1]!, -precision[0]![1]!], [-precision[0]![1]!, precision[0]![0]!]].map((row) => row.map((v) => v / determinant)); // prettier-ignore
const mean = covariance.map((row) => dot(row, [0, 1].map((j) => dot(column(j), x) / noise ** 2))); // prettier-ignore
const evidence = evaluate(
  MultivariateNormal.fromCovariance(
    [0, 0, 0],
    w.map((a, i) => w.map((b, j) => dot(a, b) + (i === j ? noise ** 2 : 0))),
  ).logProb(x),
).item();
const exact = (rows: number): PosteriorDistribution =>
  MultivariateNormal.fromCovariance(constant(Array.from({ length: rows }, () => [mean])), [[covariance]]);

/** A posterior beside the true one, of as many rows; each row has its own numbers, for gradients of its own. */
function beside(rows: number): { readonly q: PosteriorDistribution; readonly numbers: readonly [Tensor, Tensor] } {
  const of = (values: readonly number[]): Tensor => constant(Array.from({ length: rows }, () => [values]));
  const numbers = [
    of(mean.map((v, j) => v + 0.25 - 0.4 * j)),
    of([Math.log(1.3 * covariance[0]![0]!), Math.log(0.9 * covariance[1]![1]!)]),
  ] as const;
  return { q: MultivariateNormalDiag.fromLogVariance(...numbers), numbers };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly error: number;
}
function momentsOf(values: ArrayLike<number>): Moments {
  const all = Array.from(values);
  const average = all.reduce((sum, v) => sum + v, 0) / all.length;
  const variance = all.reduce((sum, v) => sum + (v - average) ** 2, 0) / (all.length - 1);
  return { mean: average, variance, error: Math.sqrt(variance / all.length) };
}

const cases: readonly (readonly [string, Record<string, unknown>])[] = [
  ['iwae', { draws: 1 }],
  ['iwae', { draws: 7 }],
  ['iwae', { draws: 7, gradient: 'dreg' }],
  ['miwae', { draws: 3, bounds: 4 }],
  ['ciwae', { draws: 6 }],
  ['piwae', { draws: 3, bounds: 2 }],
  ...[-3, 0, 0.5, 0.9999, 1, 1.0001, 4].map((order) => ['renyi', { draws: 6, order }] as const),
];

describe.each(cases)('the objective %s, %o', (name, options) => {
  const objective = objectiveOf(name, options);

  it('is −log p(x) where q is the true posterior, in every draw', () => {
    const { loss, metrics } = lossesOf(objective, outputOf(exact(3), constant(w), objective));
    const found = evaluateAll({ loss, reconstruction: metrics.reconstruction, kl: metrics.kl ?? loss });
    expect(found.loss.item()).toBeCloseTo(-evidence, 10);
  });

  it('is its formula, in loops over draws', () => {
    const { q } = beside(2);
    const output = outputOf(q, constant(w), objective);
    const {
      latent: z,
      loss,
      logDensity,
    } = evaluateAll({
      latent: output.latent,
      logDensity: output.logProbOfDraw,
      loss: lossesOf(objective, output).loss,
    });
    const draws = objective.draws!;
    const normal = (v: number, sd: number): number => -0.5 * (v / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
    const bounds = [0, 1].map((row) => {
      const weights = Array.from({ length: draws }, (_, k) => {
        const at = Array.from(z.data.subarray(2 * (row * draws + k), 2 * (row * draws + k) + 2));
        const likelihood = w.reduce((sum, weight, i) => sum + normal(x[i]! - dot(weight, at), noise), 0);
        return likelihood + normal(at[0]!, 1) + normal(at[1]!, 1) - logDensity.data[row * draws + k]!;
      });
      return boundOf(name, options, weights);
    });
    expect(loss.item()).toBeCloseTo(-(bounds[0]! + bounds[1]!) / 2, 9);
  });
});

const logMean = (logs: readonly number[]): number =>
  Math.log(logs.reduce((sum, v) => sum + Math.exp(v), 0) / logs.length);
const averageOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function boundOf(name: string, options: Record<string, unknown>, logs: readonly number[]): number {
  if (name === 'ciwae') return 0.3 * averageOf(logs) + 0.7 * logMean(logs);
  if (name === 'miwae') {
    const size = options.draws as number;
    return averageOf([0, 1, 2, 3].map((m) => logMean(logs.slice(m * size, (m + 1) * size))));
  }
  if (name !== 'renyi') return logMean(logs);
  const power = 1 - (options.order as number);
  return power === 0 ? averageOf(logs) : logMean(logs.map((v) => power * v)) / power;
}

it('IWAE comes from the ELBO to log p(x) as draws grow', () => {
  const bounds = [1, 3, 9, 64].map((draws) => {
    const { q } = beside(3000);
    const output = outputOf(q, constant(w), objectiveOf('iwae', { draws }));
    const { logWeights } = drawnTerms(constant([x]), output);
    return momentsOf(evaluate(renyiBound(logWeights, 0)).data);
  });
  const [first, , , last] = bounds as [Moments, Moments, Moments, Moments];
  // log p(x) − KL(q ‖ p(z|x)), in closed form.
  const { q } = beside(1);
  const truth = MultivariateNormal.fromCovariance(mean, covariance);
  const elbo = evidence - evaluate(klDivergence(q, truth)).item();
  expect(Math.abs(first.mean - elbo)).toBeLessThan(4.5 * first.error);
  bounds.slice(1).forEach(({ mean: value, error }, k) => {
    const before = bounds[k]!;
    expect(value - before.mean).toBeGreaterThan(4.5 * Math.hypot(error, before.error));
  });
  // What is left is var(w / p(x)) / 2K and less for more draws.
  expect(evidence - last.mean).toBeLessThan((evidence - elbo) / 8);
  expect(evidence - last.mean).toBeGreaterThan(-4.5 * last.error);
});

it.each([-1, 0, 0.5, 1, 1.5, 2])('the Rényi bound of order %f is that of quadrature', (order) => {
  const [center, spread] = [0.2, 0.45];
  const weight = [[1], [-0.3], [0.6]];
  const q = MultivariateNormalDiag.fromStddev(constant(Array.from({ length: 60 }, () => [[center]])), [spread]);
  const logNormal = (v: number, sd: number): number =>
    -0.5 * (v / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
  const [step, half] = [1e-3, 8000];
  const points = Array.from({ length: 2 * half + 1 }, (_, k) => center + (k - half) * step);
  const logWeight = (z: number): number =>
    weight.reduce((sum, [a = NaN], i) => sum + logNormal(x[i]! - a * z, noise), 0) +
    logNormal(z, 1) -
    logNormal(z - center, spread);
  const density = (z: number): number => Math.exp(logNormal(z - center, spread));
  const wanted =
    order === 1
      ? points.reduce((sum, z) => sum + step * density(z) * logWeight(z), 0)
      : Math.log(points.reduce((sum, z) => sum + step * Math.exp(logNormal(z - center, spread) + (1 - order) * logWeight(z)), 0)) / (1 - order); // prettier-ignore
  const { value, logProb } = drawSeveral(q, key(4), 4000);
  const likelihood = gaussianLikelihood(matmul(value, constant(weight), { transposeB: true }), noise);
  const output = { posterior: q, prior: StandardNormal.ofSize(1), latent: value, logProbOfDraw: logProb, decoded: value, likelihood }; // prettier-ignore
  const found = momentsOf(evaluate(renyiBound(drawnTerms(constant([x]), output).logWeights, order)).data);
  // The estimate's own bias is some var / 2K.
  expect(Math.abs(found.mean - wanted)).toBeLessThan(4.5 * found.error + 1e-3);
});

/** Gradients of the loss by each row's own numbers of q, [rows, 4] flat, and by W. */
function gradientsOf(objective: TrainingObjective, rows: number, seed = 1) {
  const { q, numbers } = beside(rows);
  const weight = constant(w);
  const { loss } = lossesOf(objective, outputOf(q, weight, objective, seed));
  const [byMean, byLogVariance, byWeight] = grad(loss, [...numbers, weight]) as [Tensor, Tensor, Tensor];
  return evaluateAll({ byMean, byLogVariance, byWeight });
}

describe('the doubly reparameterised gradient', () => {
  const [rows, draws] = [3000, 32];
  const plain = gradientsOf(objectiveOf('iwae', { draws }), rows);
  const double = gradientsOf(objectiveOf('iwae', { draws, gradient: 'dreg' }), rows, 2);
  const each = (array: NdArray, j: number): number[] => Array.from({ length: rows }, (_, k) => rows * array.data[2 * k + j]!); // prettier-ignore

  it.each([
    ['byMean', 0],
    ['byMean', 1],
    ['byLogVariance', 0],
    ['byLogVariance', 1],
  ] as const)('has the mean of the bound’s own and a smaller variance, %s %i', (what, j) => {
    const [own, other] = [momentsOf(each(plain[what], j)), momentsOf(each(double[what], j))];
    expect(Math.abs(own.mean - other.mean)).toBeLessThan(4.5 * Math.hypot(own.error, other.error));
    expect(other.variance).toBeLessThan(own.variance / 2);
  });

  it('is not zero', () => {
    const { mean: average, error } = momentsOf(each(double.byMean, 0));
    expect(Math.abs(average)).toBeGreaterThan(4.5 * error);
  });
});

describe('the decoder’s gradient', () => {
  it.each([
    ['iwae', { draws: 6, gradient: 'dreg' }],
    ['piwae', { draws: 3, bounds: 2 }],
  ] as const)('of %s, %o, is that of IWAE to the bit', (name, options) => {
    const wanted = gradientsOf(objectiveOf('iwae', { draws: 6 }), 4);
    const found = gradientsOf(objectiveOf(name, options), 4);
    expect(found.byWeight.data).toEqual(wanted.byWeight.data);
    expect(found.byMean.data).not.toEqual(wanted.byMean.data);
  });

  it('is so in a training step', async () => {
    const model = createVae({ inputSize: 3, latent, hidden: [5], activation: 'tanh', posterior: 'full' });
    const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
    const gradients = await Promise.all(
      (['iwae', 'dreg'] as const).map(async (gradient) => {
        const { outputs } = buildStep(model, 8, objectiveOf('iwae', { draws: 5, gradient }));
        const program = await engine.compile({ outputs });
        const found = await program.run({
          ...initializeParameters(model.parameters, key(3)),
          x: NdArray.from(bernoulli(key(5), 0.4, [8, 3]), 'float32'),
          key: NdArray.from([12, 34], 'uint32'),
        });
        await program.dispose();
        return found;
      }),
    );
    const [own, other] = gradients;
    for (const name of Object.keys(own ?? {}).filter((each) => each.startsWith('gradient/'))) {
      if (name.startsWith('gradient/decoder')) expect(other?.[name]?.data).toEqual(own?.[name]?.data);
      else expect(other?.[name]?.data).not.toEqual(own?.[name]?.data);
    }
    expect(own?.loss?.data).toEqual(other?.loss?.data);
  });
});

it('the encoder of PIWAE follows MIWAE', () => {
  const options = { draws: 3, bounds: 2 };
  const [found, wanted] = ['piwae', 'miwae'].map((name) => gradientsOf(objectiveOf(name, options), 4));
  for (const what of ['byMean', 'byLogVariance'] as const) {
    expectAllClose(found![what], wanted![what], { rtol: 1e-10, atol: 1e-12 });
  }
});

it('each example draws for itself', () => {
  const { q } = beside(6);
  const all = evaluate(drawSeveral(q, key(3), 4).value).data;
  expect(new Set(all).size).toBe(48);
});
