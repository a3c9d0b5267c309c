import { describe, expect, it } from 'vitest';
import { NdArray, NumericalError } from '../core/index.ts';
import { referenceEngine } from '../engine/index.ts';
import { createVae } from '../models/index.ts';
import type { Examples } from '../objectives/index.ts';
import { key, normal } from '../random/index.ts';
import { LatentStatistics, LogMeanExp, estimateNll, evaluateModel, meanWithError } from './index.ts';

const model = createVae({ inputSize: 3, latent: 1, hidden: [], activation: 'relu', posterior: 'diagonal' });
const rows = [[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 1, 0]]; // prettier-ignore

const examples: Examples = {
  size: rows.length,
  exampleSize: 3,
  read: (indices, out) => {
    indices.forEach((index, k) => {
      out.set(rows[index] ?? [], 3 * k);
    });
  },
};

/** Parameters by name, `scale` times standard normal draws but for what is given. */
function parametersWith(scale: number, given: Record<string, number[]> = {}): Record<string, NdArray<'float32'>> {
  return Object.fromEntries(
    model.parameters.map(({ name, shape }, k) => {
      const data = given[name] ?? Array.from(normal(key(k), shape).data, (value) => value * scale);
      return [name, new NdArray(Float32Array.from(data), shape, 'float32')];
    }),
  );
}

/** log p(x) by the trapezoid rule over z in [−10, 10]: its error is far below 1e-6 for these smooth integrands. */
function exactLogLikelihood(x: readonly number[], parameters: Record<string, NdArray>): number {
  const weight = parameters['decoder.0.weight']?.data ?? [];
  const bias = parameters['decoder.0.bias']?.data ?? [];
  const step = 1e-3;
  let total = 0;
  for (let z = -10; z <= 10; z += step) {
    let log = -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);
    x.forEach((value, i) => {
      const logit = (weight[i] ?? NaN) * z + (bias[i] ?? NaN);
      log += value * logit - Math.log1p(Math.exp(logit));
    });
    total += Math.exp(log) * step;
  }
  return Math.log(total);
}

/** E_q[log p(x|z)] − KL by the trapezoid rule over z within ten standard deviations of q. */
function exactElbo(x: readonly number[], parameters: Record<string, NdArray>): number {
  const entries = (name: string): ArrayLike<number> => parameters[name]?.data ?? [];
  const linear = (name: string): number =>
    x.reduce(
      (total, value, i) => total + value * (entries(`${name}.weight`)[i] ?? NaN),
      entries(`${name}.bias`)[0] ?? NaN,
    );
  const [mean, logVariance] = [linear('mean'), linear('logVariance')];
  const stddev = Math.exp(logVariance / 2);
  const step = 1e-3;
  let reconstruction = 0;
  for (let u = -10; u <= 10; u += step) {
    const z = mean + stddev * u;
    const logs = x.map((value, i) => {
      const logit = (entries('decoder.0.weight')[i] ?? NaN) * z + (entries('decoder.0.bias')[i] ?? NaN);
      return value * logit - Math.log1p(Math.exp(logit));
    });
    const log = logs.reduce((a, b) => a + b, 0);
    reconstruction += (log * Math.exp(-0.5 * u * u) * step) / Math.sqrt(2 * Math.PI);
  }
  return reconstruction - 0.5 * (stddev ** 2 + mean ** 2 - 1 - logVariance);
}

describe('estimateNll', () => {
  it('takes more draws than memory could hold at once, and can be stopped among them', async () => {
    const parameters = parametersWith(0.7);
    const signal = AbortSignal.timeout(100);
    const many = { engine: referenceEngine, model, parameters, examples, draws: 1e9, key: key(0), signal };
    await expect(estimateNll(many)).rejects.toThrow(/aborted/);
  });

  it('is exact with one draw when the posterior is the prior and the decoder ignores z', async () => {
    const zero = {
      'mean.weight': [0, 0, 0],
      'mean.bias': [0],
      'logVariance.weight': [0, 0, 0],
      'logVariance.bias': [0],
    };
    const parameters = parametersWith(1, { ...zero, 'decoder.0.weight': [0, 0, 0] });
    const expected = -rows.reduce((sum, x) => sum + exactLogLikelihood(x, parameters), 0) / rows.length;
    const nll = await estimateNll({ engine: referenceEngine, model, parameters, examples, draws: 1, key: key(0) });
    expect(nll.value).toBeCloseTo(expected, 5);
    expect(nll.effectiveSampleSize).toBeCloseTo(1, 6);
  });

  it('approaches the integral with many draws, in chunks', async () => {
    const parameters = parametersWith(0.7);
    const expected = -rows.reduce((sum, x) => sum + exactLogLikelihood(x, parameters), 0) / rows.length;
    const draws = 20_011; // Not a multiple of the chunk.
    const nll = await estimateNll({ engine: referenceEngine, model, parameters, examples, draws, key: key(1) });
    // An example's error has a standard deviation of about √(1/ESS − 1/K); the mean of four has half of it.
    const error = Math.sqrt(1 / nll.effectiveSampleSize - 1 / draws) / 2;
    expect(Math.abs(nll.value - expected)).toBeLessThan(4.5 * error);
    expect(error).toBeLessThan(0.01);
    expect(nll.draws).toBe(draws);
    expect(nll.effectiveSampleSize).toBeLessThan(draws);
  });

  it('does not depend on the engine, the batch or what else is evaluated beyond rounding', async () => {
    const parameters = parametersWith(0.5);
    const nll = await estimateNll({ engine: referenceEngine, model, parameters, examples, draws: 7, key: key(2) });
    const again = await estimateNll({ engine: referenceEngine, model, parameters, examples, draws: 7, key: key(2) });
    expect(again).toEqual(nll);
  });

  it('refuses a model that gives NaN', async () => {
    const parameters = parametersWith(1, { 'decoder.0.bias': [NaN, 0, 0] });
    const failed = estimateNll({ engine: referenceEngine, model, parameters, examples, draws: 2, key: key(0) });
    await expect(failed).rejects.toThrow(NumericalError);
  });
});

describe('evaluateModel', () => {
  it('reports an ELBO below the log likelihood, in its parts, and calls back', async () => {
    const parameters = parametersWith(0.7);
    const progress: string[] = [];
    const result = await evaluateModel({
      engine: referenceEngine,
      model,
      parameters,
      examples,
      draws: 4000,
      seed: 3,
      onProgress: ({ stage, done, total }) => progress.push(`${stage} ${done}/${total}`),
    });
    expect(result.elbo).toBeCloseTo(result.reconstruction - result.kl, 12);
    expect(result.examples).toBe(4);
    expect(result.klPerDimension!).toHaveLength(1);
    expect(result.klPerDimension![0]).toBeCloseTo(result.kl, 5);
    expect(result.nll.value).toBeLessThan(-result.elbo);
    expect(progress).toEqual(['elbo 4/4', 'nll 4/4']);
  });

  it('estimates the ELBO by as many draws as the NLL, with the standard error over examples', async () => {
    const parameters = parametersWith(0.7);
    const result = await evaluateModel({
      engine: referenceEngine,
      model,
      parameters,
      examples,
      draws: 4000,
      seed: 3,
    });
    const exact = rows.map((x) => exactElbo(x, parameters));
    const { mean, standardError } = meanWithError(exact);
    // log p(x|z) has a standard deviation of at most 1 here: four examples of 4,000 draws each, five standard errors.
    expect(Math.abs(result.elbo - mean)).toBeLessThan(5 / Math.sqrt(4 * 4000));
    expect(Math.abs(result.elboStandardError - standardError)).toBeLessThan(5 / Math.sqrt(4000));
    expect(standardError).toBeGreaterThan(5 / Math.sqrt(4000));
    expect(result.samples).toBe(4000);
  });

  it('stops when asked', async () => {
    const signal = AbortSignal.abort();
    const options = { engine: referenceEngine, model, parameters: parametersWith(1), examples, draws: 1, seed: 0 };
    await expect(evaluateModel({ ...options, signal })).rejects.toThrow(/abort/i);
  });
});

describe('LogMeanExp', () => {
  it('is log of the mean weight, whatever the scale and order', () => {
    for (const shift of [-1000, 0, 1000]) {
      const total = new LogMeanExp();
      for (const weight of [3, 1, 2]) total.add(Math.log(weight) + shift);
      expect(total.value).toBeCloseTo(Math.log(2) + shift, 12);
      expect(total.effectiveSampleSize).toBeCloseTo(36 / 14, 12);
    }
  });

  it('takes weights in any order, each for what it is', () => {
    const orders = [[1, 2, 5], [1, 5, 2], [2, 1, 5], [2, 5, 1], [5, 1, 2], [5, 2, 1]]; // prettier-ignore
    // A shift of 800 alone would overflow or vanish; the last sets the three far apart.
    for (const scale of [0, 800, -800]) {
      for (const order of orders) {
        const total = new LogMeanExp();
        for (const weight of order) total.add(Math.log(weight) + scale);
        expect(total.value).toBeCloseTo(Math.log(8 / 3) + scale, 11);
        expect(total.effectiveSampleSize).toBeCloseTo(64 / 30, 11);
        expect(total.mean).toBeCloseTo(Math.log(10) / 3 + scale, 11);
      }
    }
    const far = new LogMeanExp();
    for (const logWeight of [-1000, 0, -2000, 1000]) far.add(logWeight);
    expect([far.value, far.effectiveSampleSize]).toEqual([1000 - Math.log(4), 1]);
    expect(far.mean).toBe(-500);
  });

  it('takes weights of zero', () => {
    const total = new LogMeanExp();
    total.add(-Infinity);
    total.add(0);
    expect(total.value).toBeCloseTo(-Math.log(2), 14);
    expect(total.effectiveSampleSize).toBe(1);
    total.add(-Infinity);
    expect(total.value).toBeCloseTo(-Math.log(3), 14);
    const none = new LogMeanExp();
    none.add(-Infinity);
    none.add(-Infinity);
    expect(none.value).toBe(-Infinity);
  });
});

describe('LatentStatistics', () => {
  it('counts units whose mean moves and averages each KL', () => {
    const statistics = new LatentStatistics(2);
    statistics.add({ mean: NdArray.from([[1, 0.05], [-1, -0.05]]), variance: NdArray.from([[0.5, 1], [0.5, 1]]) }); // prettier-ignore
    expect(statistics.activeUnits).toBe(1); // Variances 1 and 0.0025.
    const [first, second] = statistics.klPerDimension;
    expect(first).toBeCloseTo(0.5 * (0.5 + 1 - 1 - Math.log(0.5)), 12);
    expect(second).toBeCloseTo(0.5 * 0.0025, 12);
  });
});

describe('meanWithError', () => {
  it('gives the standard error of the mean', () => {
    expect(meanWithError([1, 2, 3, 4])).toEqual({ mean: 2.5, standardError: Math.sqrt(5 / 3 / 4) });
    expect(meanWithError([7])).toEqual({ mean: 7, standardError: 0 });
  });
});
