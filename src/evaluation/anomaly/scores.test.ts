import { describe, expect, it } from 'vitest';
import { NumericalError, ValueError } from '../../core/index.ts';
import { referenceEngine } from '../../engine/index.ts';
import { createVae } from '../../models/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { key, normal } from '../../random/index.ts';
import {
  bernoulliBackground,
  categoricalBackground,
  explainExamples,
  fitBalance,
  gaussianBackground,
  mixedBackground,
  poissonBackground,
  fitTypicality,
  scoreExamples,
} from './index.ts';
import type { Background } from './index.ts';
import { balanceOf } from './balance.ts';
import { logGamma } from './log-gamma.ts';
import { typicalityOf, typicalityScore } from './typicality.ts';

const posteriors = [
  { posterior: 'diagonal' },
  { posterior: 'full', root: 'symmetric' },
  { posterior: 'full', root: 'cholesky' },
  { posterior: 'low-rank', rank: 1 },
] as const;

function modelOf(options: (typeof posteriors)[number], latent = 1) {
  const model = createVae({ inputSize: 3, latent, hidden: [], activation: 'relu', ...options });
  const parameters = Object.fromEntries(
    model.parameters.map(({ name, shape }, k) => [name, normal(key(k + 5), shape)] as const),
  );
  return { engine: referenceEngine, model, parameters };
}

function examplesOf(rows: readonly (readonly number[])[]): Examples {
  return {
    size: rows.length,
    exampleSize: 3,
    read: (indices, out) => {
      indices.forEach((index, k) => {
        out.set(rows[index]!, 3 * k);
      });
    },
  };
}

const rows = [[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 1, 0]]; // prettier-ignore
const examples = examplesOf(rows);

/** Log-densities of the one-dimensional model, written out: decoder logits a z + b, q(z|x) = N(wᵀx + c, e^(vᵀx + d)). */
function writtenOut(x: readonly number[]) {
  const { parameters } = modelOf({ posterior: 'diagonal' });
  const of = (name: string): number[] => Array.from(parameters[name]!.data);
  const dot = (name: string): number => of(`${name}.weight`).reduce((s, w, i) => s + w * x[i]!, of(`${name}.bias`)[0]!);
  const [weight, bias] = [of('decoder.0.weight'), of('decoder.0.bias')];
  const parts = (z: number): number[] =>
    x.map((value, i) => {
      const logit = weight[i]! * z + bias[i]!;
      return value * logit - Math.log1p(Math.exp(logit));
    });
  return {
    mean: dot('mean'),
    stddev: Math.exp(dot('logVariance') / 2),
    parts,
    logLikelihood: (z: number): number => parts(z).reduce((s, part) => s + part, 0),
  };
}

/** ∫ f(z) N(z; mean, stddev²) dz by the trapezoid rule over ±10 standard deviations. */
function gaussianMean(f: (z: number) => number, { mean = 0, stddev = 1 } = {}): number {
  const step = 1e-3;
  let total = 0;
  for (let e = -10; e <= 10; e += step) total += f(mean + stddev * e) * Math.exp(-0.5 * e * e) * step;
  return total / Math.sqrt(2 * Math.PI);
}

describe('scoreExamples', () => {
  it('reconstruction is −log p(x|z) at the mean, and its contributions add up to it', async () => {
    const parts = modelOf({ posterior: 'diagonal' });
    const scores = await scoreExamples({ ...parts, examples, method: 'reconstruction' });
    const contributions = await explainExamples({ ...parts, examples });
    expect(contributions.shape).toEqual([4, 3]);
    rows.forEach((x, row) => {
      const model = writtenOut(x);
      expect(scores.data[row]).toBeCloseTo(-model.logLikelihood(model.mean), 5);
      model.parts(model.mean).forEach((part, i) => {
        expect(contributions.data[3 * row + i]).toBeCloseTo(-part, 5);
      });
    });
  });

  it('takes more draws than memory could hold at once, and can be stopped among them', async () => {
    const many = { ...modelOf({ posterior: 'diagonal' }), examples, method: 'elbo', draws: 1e9 } as const;
    await expect(scoreExamples({ ...many, signal: AbortSignal.timeout(100) })).rejects.toThrow(/aborted/);
  });

  it('the others approach their integrals with many draws', async () => {
    const parts = modelOf({ posterior: 'diagonal' });
    const draws = 20_000;
    const options = { ...parts, examples, draws, seed: 1 };
    const probability = await scoreExamples({ ...options, method: 'reconstruction-probability' });
    const elbo = await scoreExamples({ ...options, method: 'elbo' });
    const nll = await scoreExamples({ ...options, method: 'nll' });
    rows.forEach((x, row) => {
      const { mean, stddev, logLikelihood } = writtenOut(x);
      const expected = gaussianMean(logLikelihood, { mean, stddev });
      const spread = Math.sqrt(gaussianMean((z) => (logLikelihood(z) - expected) ** 2, { mean, stddev }) / draws);
      expect(Math.abs(probability.data[row]! + expected)).toBeLessThan(4.5 * spread + 1e-5);
      const kl = 0.5 * (stddev ** 2 + mean ** 2 - 1) - Math.log(stddev);
      expect(elbo.data[row]! - probability.data[row]!).toBeCloseTo(kl, 4);
      const logWeight = (z: number): number =>
        logLikelihood(z) - 0.5 * z * z + 0.5 * ((z - mean) / stddev) ** 2 + Math.log(stddev);
      const evidence = gaussianMean((z) => Math.exp(logLikelihood(z)));
      const second = gaussianMean((z) => Math.exp(2 * logWeight(z)), { mean, stddev });
      const relative = Math.sqrt((second / evidence ** 2 - 1) / draws); // Of the mean weight: to first order of its logarithm.
      expect(Math.abs(nll.data[row]! + Math.log(evidence))).toBeLessThan(5 * relative + 1e-5);
    });
  });

  it.each(posteriors)('orders the bounds and depends on the example alone: %o', async (options) => {
    const parts = modelOf(options, 2);
    const elbo = await scoreExamples({ ...parts, examples, method: 'elbo', draws: 2000 });
    const nll = await scoreExamples({ ...parts, examples, method: 'nll', draws: 2000 });
    nll.data.forEach((value, row) => {
      expect(value).toBeLessThan(elbo.data[row]!);
    });
    const shuffled = examplesOf([rows[2]!, rows[0]!]);
    const again = await scoreExamples({ ...parts, examples: shuffled, method: 'nll', draws: 2000 });
    expect(Array.from(again.data)).toEqual([nll.data[2], nll.data[0]]);
  });

  it('likelihood-ratio takes the background off', async () => {
    const parts = modelOf({ posterior: 'diagonal' });
    const nll = await scoreExamples({ ...parts, examples, method: 'nll', draws: 70 });
    const options = { ...parts, examples, method: 'likelihood-ratio', draws: 70 } as const;
    const ratio = await scoreExamples({ ...options, background: bernoulliBackground });
    const choices = [3, 3, 1, 3];
    nll.data.forEach((value, row) => {
      expect(ratio.data[row]).toBeCloseTo(value - Math.log(4 * choices[row]!), 12);
    });
    await expect(scoreExamples(options)).rejects.toThrow(/needs a background/);
  });

  it('balanced-elbo measures both terms of the ELBO by what is usual of them', async () => {
    const parts = { ...modelOf({ posterior: 'diagonal' }), examples, draws: 70 };
    const reconstruction = (await scoreExamples({ ...parts, method: 'reconstruction-probability' })).data;
    const balance = { reconstruction: { center: 2, spread: 0.5 }, kl: { center: 1, spread: 0.25 } };
    const balanced = await scoreExamples({ ...parts, method: 'balanced-elbo', balance });
    const kls = rows.map((x) => {
      const { mean, stddev } = writtenOut(x);
      return 0.5 * (stddev ** 2 + mean ** 2 - 1) - Math.log(stddev);
    });
    kls.forEach((kl, row) => {
      const [r, k] = [2 * (reconstruction[row]! - 2), 4 * (kl - 1)];
      expect(balanced.data[row]).toBeCloseTo((r * Math.abs(r) + k * Math.abs(k)) / 2, 3);
    });
    const fitted = await fitBalance(parts);
    const expected = balanceOf(reconstruction, Float64Array.from(kls));
    for (const term of ['reconstruction', 'kl'] as const) {
      expect(fitted[term].center).toBeCloseTo(expected[term].center, 4);
      expect(fitted[term].spread).toBeCloseTo(expected[term].spread, 4);
    }
    await expect(scoreExamples({ ...parts, method: 'balanced-elbo' })).rejects.toThrow(/fitBalance/);
  });

  it('what is usual is a median and a deviation by medians, which few anomalies do not move and silence does not shrink', () => {
    const values = Float64Array.of(1, 2, 4, 8, 1e6);
    const { reconstruction, kl } = balanceOf(values, new Float64Array(6).fill(3));
    expect(reconstruction).toEqual({ center: 4, spread: 1.4826 * 3 }); // Deviations 0, 2, 3, 4, 10⁶.
    expect(kl).toEqual({ center: 3, spread: 0.05 });
    const even = balanceOf(Float64Array.of(1, 2), Float64Array.of(0, 10));
    expect(even.reconstruction).toEqual({ center: 1.5, spread: 1.4826 * 0.5 });
    expect(even.kl).toEqual({ center: 5, spread: 1.4826 * 5 });
  });

  it('refuses draws that are none, and names an example whose score is not finite', async () => {
    const parts = modelOf({ posterior: 'diagonal' });
    await expect(scoreExamples({ ...parts, examples, method: 'elbo', draws: 0 })).rejects.toThrow(ValueError);
    const broken = examplesOf([rows[0]!, [0, NaN, 0]]);
    const failed = scoreExamples({ ...parts, examples: broken, method: 'elbo' });
    await expect(failed).rejects.toThrow(NumericalError);
    await expect(failed).rejects.toThrow(/example 1 is NaN/);
  });
});

describe('backgrounds', () => {
  const probability = (background: Background, row: number[]): number => Math.exp(-background(row));

  it('the one of zeros and ones is a distribution', () => {
    let total = 0;
    for (let code = 0; code < 64; code++) {
      total += probability(
        bernoulliBackground,
        Array.from({ length: 6 }, (_, bit) => (code >> bit) & 1),
      );
    }
    expect(total).toBeCloseTo(1, 12);
  });

  it('the one of counts is a distribution', () => {
    let total = 0;
    for (let a = 0; a < 60; a++) for (let b = 0; b < 60; b++) total += probability(poissonBackground, [a, b]);
    // The total count has the tail (2/3)^S; beyond 60 little is left.
    expect(total).toBeCloseTo(1, 8);
  });

  it('the one of real numbers is a Cauchy distribution, with marginals of its own kind', () => {
    const background = gaussianBackground({ center: 0.5, stddev: 0.25 });
    const scale = 0.25 * Math.SQRT2;
    for (const x of [-3, 0.5, 1, 100]) {
      expect(probability(background, [x])).toBeCloseTo(1 / (Math.PI * scale * (1 + ((x - 0.5) / scale) ** 2)), 12);
    }
    // ∫ p₀(x, y) dy over y = tan t: the tails fall by y⁻³, so the integrand is smooth and vanishes at the ends.
    const steps = 4000;
    let marginal = 0;
    for (let k = 1; k < steps; k++) {
      const t = Math.PI * (k / steps - 0.5);
      marginal += (probability(background, [0.75, Math.tan(t)]) / Math.cos(t) ** 2) * (Math.PI / steps);
    }
    expect(marginal).toBeCloseTo(probability(background, [0.75]), 5);
  });

  it('the one of table rows takes each kind by its own code, and what is missing as zeros and ones', () => {
    const blocks = [
      { column: 'a', kind: 'numeric', offset: 0, width: 1, missing: 7 },
      { column: 'b', kind: 'boolean', offset: 1, width: 1 },
      { column: 'c', kind: 'categorical', offset: 2, width: 3, missing: 8 },
      { column: 'd', kind: 'numeric', offset: 5, width: 1 },
      { column: 'e', kind: 'boolean', offset: 6, width: 1 },
    ] as const;
    const background = mixedBackground(blocks);
    const numbers = gaussianBackground({ center: 0, stddev: 1 });
    const whole = [0.3, 1, 0, 1, 0, -2, 0, 0, 0];
    const bits = bernoulliBackground([1, 0]);
    const flags = (...given: number[]): number => bernoulliBackground(given);
    expect(background(whole)).toBeCloseTo(numbers([0.3, -2]) + bits + Math.log(3) + flags(0, 0), 12);
    expect(background([0, 1, 0, 0, 0, -2, 0, 1, 1])).toBeCloseTo(numbers([-2]) + bits + flags(1, 1), 12);
    expect(categoricalBackground(3)([0, 1, 0, 0, 0, 0, 0, 0, 1])).toBeCloseTo(2 * Math.log(3), 12);
  });

  it('log Γ is right at whole and half numbers', () => {
    for (let n = 1, factorial = 1; n <= 20; factorial *= n++) {
      expect(Math.abs(logGamma(n) - Math.log(factorial))).toBeLessThan(1e-14 * (1 + Math.log(factorial)) + 4e-15);
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 14);
    expect(logGamma(100.5) - logGamma(99.5)).toBeCloseTo(Math.log(99.5), 12);
  });
});

describe('typicality', () => {
  it('is the line through the costs, and what lies around it', () => {
    // e = 3 + 2 (c − 5) ± 1, with the sign unrelated to c.
    const backgrounds = [4, 4, 6, 6];
    const fit = typicalityOf([2, 0, 6, 4], backgrounds);
    expect(fit).toEqual({ center: 5, spread: 1, intercept: 3, slope: 2, residual: 1 });
    expect(typicalityScore(fit, 3, 5)).toBe(0);
    expect(typicalityScore(fit, 3 + 2 * 4, 9)).toBe(8);
    expect(typicalityScore(fit, 3 - 2 * 4, 1)).toBe(8);
    expect(typicalityScore(fit, 7, 5)).toBe(8);
    expect(typicalityScore(fit, -1, 5)).toBe(-8);
  });

  it('is finite where all usual examples cost the same', () => {
    const fit = typicalityOf([7, 7], [100, 100]);
    expect(typicalityScore(fit, 7, 100)).toBe(0);
    expect(typicalityScore(fit, 7, 101)).toSatisfy((score: number) => score > 1e6 && Number.isFinite(score));
  });

  it('compares with what was fitted', async () => {
    const parts = { ...modelOf({ posterior: 'diagonal' }), examples, background: bernoulliBackground };
    const typicality = await fitTypicality(parts);
    const elbo = await scoreExamples({ ...parts, method: 'elbo' });
    const scores = await scoreExamples({ ...parts, method: 'typicality', typicality });
    rows.forEach((row, k) => {
      expect(scores.data[k]).toBe(typicalityScore(typicality, elbo.data[k]!, bernoulliBackground(row)));
    });
    await expect(scoreExamples({ ...parts, method: 'typicality' })).rejects.toThrow(/fitTypicality/);
    await expect(fitTypicality({ ...parts, examples: examplesOf([]) })).rejects.toThrow(ValueError);
  });
});
