import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../../core/index.ts';
import { createEngine, evaluate, evaluateAll } from '../../engine/index.ts';
import { constant, grad, input, sum, verifyGraph } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { checkGradients, expectAllClose, testDistribution } from '../../testing/index.ts';
import { drawPoisson } from '../../distributions/poisson-draws.ts';
import {
  bernoulliFamily,
  bernoulliLikelihood,
  categoricalFamily,
  categoricalLikelihood,
  continuousBernoulliFamily,
  continuousBernoulliLikelihood,
  gaussianFamily,
  gaussianLikelihood,
  laplaceFamily,
  laplaceLikelihood,
  ordinalFamily,
  ordinalLikelihood,
  ordinalLogProbs,
  poissonFamily,
  poissonLikelihood,
} from './index.ts';
import type { Likelihood, LikelihoodFamily } from './index.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** Σ weight · f over the points, where p(point) is the likelihood of one number. */
function expectation(
  likelihood: Likelihood,
  { points, weights }: { points: readonly number[]; weights: readonly number[] },
  f: (x: number, logProb: number) => number,
): number {
  const column = constant(points.map((x) => [x]));
  const logProbs = evaluate(likelihood.logProb(column)).data;
  return points.reduce((total, x, k) => total + weights[k]! * Math.exp(logProbs[k]!) * f(x, logProbs[k]!), 0);
}

/** Gauss–Legendre with five nodes on each of `pieces` parts of the line between the breaks. */
function quadrature(breaks: readonly number[], pieces: number): { points: number[]; weights: number[] } {
  const nodes = [0, 0.5384693101056831, -0.5384693101056831, 0.906179845938664, -0.906179845938664];
  const shares = [0.5688888888888889, 0.47862867049936647, 0.47862867049936647, 0.23692688505618908, 0.23692688505618908]; // prettier-ignore
  const points: number[] = [];
  const weights: number[] = [];
  breaks.slice(1).forEach((end, at) => {
    const start = breaks[at]!;
    const half = (end - start) / pieces / 2;
    for (let piece = 0; piece < pieces; piece++) {
      const center = start + (2 * piece + 1) * half;
      nodes.forEach((node, k) => {
        points.push(center + half * node);
        weights.push(half * shares[k]!);
      });
    }
  });
  return { points, weights };
}

const counted = (points: readonly number[]) => ({ points, weights: points.map(() => 1) });

interface Case {
  readonly name: string;
  readonly likelihood: Likelihood;
  /** Every value with its weight: what sums or integrals run over. */
  readonly domain: { readonly points: readonly number[]; readonly weights: readonly number[] };
}

const continuousBernoulli = (l: number): Case => ({
  name: `continuous Bernoulli ${l}`,
  likelihood: continuousBernoulliLikelihood(constant([l])),
  domain: quadrature([0, 1], 200),
});
const ordinal = (location: number): Case => ({
  name: `ordinal ${location}`,
  likelihood: ordinalLikelihood(ordinalLogProbs(constant([location]), constant([[-1, 0.3, -2, 1.5]]))),
  domain: counted(range(5)),
});

const cases: readonly Case[] = [
  ...[-3, 0, 0.7].map((l) => ({
    name: `Bernoulli ${l}`,
    likelihood: bernoulliLikelihood(constant([l])),
    domain: counted([0, 1]),
  })),
  ...[-80, -3, -1.001, -0.999, -0.2, -1e-9, 0, 1e-4, 0.5, 1, 6, 200].map(continuousBernoulli),
  {
    name: 'Gaussian',
    likelihood: gaussianLikelihood(constant([0.4]), 0.3),
    domain: quadrature([0.4 - 12 * 0.3, 0.4 + 12 * 0.3], 100),
  },
  {
    name: 'Laplace',
    likelihood: laplaceLikelihood(constant([0.4]), constant([Math.log(0.3)])),
    domain: quadrature([0.4 - 40 * 0.3, 0.4, 0.4 + 40 * 0.3], 100),
  },
  ...[-8, -1, 0, 2, Math.log(30)].map((l) => ({
    name: `Poisson ${l}`,
    likelihood: poissonLikelihood(constant([l])),
    domain: counted(range(200)),
  })),
  ...[-30, -1, 0, 0.8, 30].map(ordinal),
];

describe.each(cases)('the likelihood $name', ({ likelihood, domain }) => {
  it('has total probability 1 and the mean that it says', () => {
    expect(expectation(likelihood, domain, () => 1)).toBeCloseTo(1, 11);
    const mean = evaluate(likelihood.mean).item();
    expect(expectation(likelihood, domain, (x) => x)).toBeCloseTo(mean, 10);
  });

  it('is nowhere more probable than at its mode', () => {
    const peak = evaluate(likelihood.logProb(likelihood.mode)).item();
    expectation(likelihood, domain, (_, logProb) => {
      expect(logProb).toBeLessThanOrEqual(peak + 1e-12);
      return 0;
    });
  });

  it('draws what its density says: mean and surprise within 5 standard errors', () => {
    const draws = 2000;
    const sample = likelihood.sample(key(7), [draws]);
    const { values, logProbs } = evaluateAll({ values: sample, logProbs: likelihood.logProb(sample) });
    const moments: [Iterable<number>, (x: number, logProb: number) => number][] = [
      [values.data, (x) => x],
      [logProbs.data, (_, logProb) => logProb],
    ];
    for (const [drawn, f] of moments) {
      const expected = expectation(likelihood, domain, f);
      const variance = expectation(likelihood, domain, (x, logProb) => (f(x, logProb) - expected) ** 2);
      const average = [...drawn].reduce((total, value) => total + value, 0) / draws;
      expect(Math.abs(average - expected)).toBeLessThanOrEqual(5 * Math.sqrt(variance / draws) + 1e-9);
    }
  });
});

describe('gradients', () => {
  const x = [[0.2], [0.9]];
  it.each<[string, (l: Tensor) => Likelihood, number[][], number[][]]>([
    ['Bernoulli', bernoulliLikelihood, x, [[0.3], [-2]]],
    ['continuous Bernoulli', continuousBernoulliLikelihood, x, [[0.3], [-2]]],
    ['continuous Bernoulli at 0', continuousBernoulliLikelihood, x, [[0], [1e-5]]],
    ['Gaussian', (mean) => gaussianLikelihood(mean, 0.7), x, [[0.3], [-2]]],
    ['Laplace', (mean) => laplaceLikelihood(mean, constant([0.3])), x, [[0.3], [-2]]],
    ['categorical', (l) => categoricalLikelihood(l), [[0, 1, 0], [1, 0, 0]], [[0.3, 1, -1], [2, 0, 1]]], // prettier-ignore
    ['Poisson', poissonLikelihood, [[0], [3], [40]], [[0.3], [-2], [3.7]]],
  ])('of %s agree with differences, twice', (_, likelihood, data, parameters) => {
    const wide = parameters.map((row) => (row.length === 3 ? [row] : row)) as number[][];
    checkGradients((l) => likelihood(l).logProb(data), [wide], { order: 2 });
    checkGradients((l) => likelihood(l).mean, [wide]);
  });

  it('of ordinal agree with differences, also by the cutpoints', () => {
    checkGradients(
      (location, raw) => ordinalLikelihood(ordinalLogProbs(location, raw)).logProb([[0], [1], [3]]),
      [[[0.4], [-2], [1]], [[-1, 0.3, -2]]],
      { order: 2 },
    );
  });
});

describe('continuous Bernoulli', () => {
  it('has the normaliser of the paper, C(λ) = 2 atanh(1 − 2λ) / (1 − 2λ), and 2 at ½', () => {
    for (const p of [0.001, 0.2, 0.49, 0.5, 0.51, 0.9]) {
      const c = p === 0.5 ? 2 : (2 * Math.atanh(1 - 2 * p)) / (1 - 2 * p);
      const logits = constant([Math.log(p / (1 - p))]);
      const expected = Math.log(c) + 0.3 * Math.log(p) + 0.7 * Math.log(1 - p);
      expect(evaluate(continuousBernoulliLikelihood(logits).logProb([0.3])).item()).toBeCloseTo(expected, 12);
    }
  });
});

describe('Poisson', () => {
  it('keeps its precision in float32 at large counts, where x η, e^η and log x! cancel', () => {
    const rows = [[3, 1.5], [15, 2.6], [16, 2.8], [255, 5.4], [1e5, 11.5], [1e6, 13.8], [0, -12], [2, -20]]; // prettier-ignore
    for (const [count, eta] of rows as [number, number][]) {
      const logRate = new NdArray(Float32Array.of(eta), [1]);
      const x = new NdArray(Float32Array.of(count), [1]);
      const exact = evaluate(poissonLikelihood(constant([logRate.data[0]!])).logProb([count])).item();
      const single = evaluate(poissonLikelihood(constant(logRate)).logProb(constant(x))).item();
      expect(Math.abs(single - exact)).toBeLessThanOrEqual(2 ** -20 * Math.max(1, Math.abs(exact)));
    }
  });

  it('agrees with log x! summed', () => {
    for (const count of [1, 2, 15, 16, 17, 60]) {
      const logFactorial = range(count).reduce((total, k) => total + Math.log(k + 1), 0);
      const expected = count * 1.3 - Math.exp(1.3) - logFactorial;
      expect(evaluate(poissonLikelihood(constant([1.3])).logProb([count])).item()).toBeCloseTo(expected, 11);
    }
  });

  it('draws on both sides of the switch between methods, and far above it, in float32', () => {
    const rates = [0.02, 9.9, 10.1, 5000, 1e6];
    const count = 1500;
    const logRates = Float32Array.from({ length: rates.length * count }, (_, k) =>
      Math.log(rates[Math.floor(k / count)]!),
    );
    const all = [...evaluate(drawPoisson(constant(new NdArray(logRates, [logRates.length])), key(3))).data];
    expect(all.every((x) => Number.isInteger(x) && x >= 0)).toBe(true);
    rates.forEach((rate, k) => {
      const draws = all.slice(k * count, (k + 1) * count);
      const mean = draws.reduce((total, x) => total + x, 0) / count;
      const variance = draws.reduce((total, x) => total + (x - mean) ** 2, 0) / count;
      // log(rate) is rounded to float32: a relative error of the rate of |log rate| 2⁻²⁵.
      expect(Math.abs(mean - rate)).toBeLessThan(5 * Math.sqrt(rate / count) + 5e-7 * rate);
      // Var(s²) = (κ₄ + 2σ⁴)/n with κ₄ = σ² = rate.
      expect(Math.abs(variance - rate)).toBeLessThan(5 * Math.sqrt((rate + 2 * rate ** 2) / count));
    });
  });
});

const families: readonly (LikelihoodFamily & { readonly x: readonly number[] })[] = [
  { ...bernoulliFamily({ inputSize: 4 }), x: [0, 1, 1, 0] },
  { ...continuousBernoulliFamily({ inputSize: 4 }), x: [0, 1, 0.5, 0.1] },
  ...([0.1, 'shared', 'per-dimension', 'head'] as const).flatMap((stddev) => [
    { ...gaussianFamily({ inputSize: 4, stddev }), x: [0, -3, 0.5, 40] },
    { ...laplaceFamily({ inputSize: 4, stddev }), x: [0, -3, 0.5, 40] },
  ]),
  { ...categoricalFamily({ inputSize: 4, classes: 2 }), x: [0, 1, 0, 0] },
  { ...poissonFamily({ inputSize: 4 }), x: [0, 1, 200, 70000] },
  { ...ordinalFamily({ inputSize: 4, levels: 3 }), x: [0, 1, 2, 1] },
];

/** A family's likelihood with its parameters as they start, and the log-density of x under it. */
function withStart(family: LikelihoodFamily, outputs: Tensor, x: ArrayLikeInput) {
  const start = Object.entries(initializeParameters(family.parameters, key(0)));
  const parameters = start.map(([name, value]) => [name, constant(NdArray.from(value, outputs.dtype))] as const);
  const likelihood = family.apply(outputs, Object.fromEntries(parameters));
  return { likelihood, logProb: likelihood.logProb(x), parts: likelihood.logProbParts(x) };
}

describe.each(families)('the family $name', (family) => {
  it('takes the data it says, and names the first number that it does not', () => {
    expect(family.support.firstOutside(Float32Array.from(family.x))).toBe(-1);
    expect(family.support.firstOutside(Float32Array.of(family.x[0]!, NaN, 0, 0))).toBe(1);
  });

  it('gives distributions: shapes, draws, moments and densities agree', () => {
    const outputs = constant(normal(key(6), [2, family.outputSize], { dtype: 'float64' }));
    const { likelihood } = withStart(family, outputs, [...family.x]);
    expect(likelihood.batchShape).toEqual([2]);
    expect(likelihood.eventShape).toEqual([4]);
    testDistribution(likelihood, { draws: 4000 });
    expectAllClose(evaluate(sum(likelihood.logProbParts([...family.x]), -1)), evaluate(likelihood.logProb([...family.x])), { rtol: 1e-14 }); // prettier-ignore
  });

  it.each<FloatDType>(['float32', 'float64'])(
    'stays finite, with its gradient, for outputs of any size (%s)',
    (dtype) => {
      for (const size of [0, 1, 30, 1e4, 1e15]) {
        const outputs = NdArray.from(
          range(family.outputSize).map((k) => (k % 2 === 0 ? size : -size)),
          dtype,
        );
        const variable = input('outputs', outputs.shape, dtype);
        const { logProb, likelihood } = withStart(family, variable, [...family.x]);
        const { mean, mode } = likelihood;
        const [gradient = mean] = grad(sum(logProb), [variable]);
        for (const tensor of [logProb, gradient, mean, mode]) {
          expect([...evaluate(tensor, { outputs }).data]).toSatisfy((all: number[]) => all.every(Number.isFinite));
        }
      }
    },
  );

  it('gives the same numbers on ONNX Runtime, draws included', async () => {
    const outputs = constant(normal(key(5), [3, family.outputSize]));
    const x = new NdArray(Float32Array.from([...family.x, ...family.x, ...family.x]), [3, 4]);
    const { likelihood, logProb, parts } = withStart(family, outputs, x);
    const { mean, mode, parameters } = likelihood;
    const drawn = likelihood.sample(key(2));
    const tensors = { logProb, parts, mean, mode, drawn, ...parameters };
    verifyGraph(Object.values(tensors));
    const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
    const program = await engine.compile({ outputs: tensors });
    const values = await program.run({});
    const expected = evaluateAll(tensors);
    for (const [name, value] of Object.entries(values)) {
      expectAllClose(value, expected[name as keyof typeof expected], { rtol: 2e-5, atol: 2e-5 }, name);
    }
    expect(expected.mode.shape).toEqual([3, 4]);
    expect(family.support.firstOutside(expected.drawn.data as Float32Array)).toBe(-1);
    await program.dispose();
  });
});

it('likelihoods look at no value: their families say what may come, before training, and rounding costs no example', () => {
  const logit = 0.7;
  const [bernoulli, continuous] = [bernoulliLikelihood, continuousBernoulliLikelihood].map((make) =>
    Array.from(evaluate(make(constant([logit])).logProb(constant([[1], [1 + 2 ** -20], [-(2 ** -20)], [0]]))).data),
  );
  // x l − log(1 + e^l), and beside it log C(λ), the same for every x.
  const slope = logit * 2 ** -20;
  for (const [one, above, below, zero] of [bernoulli!, continuous!]) {
    expect(above! - one!).toBeCloseTo(slope, 12);
    expect(zero! - below!).toBeCloseTo(slope, 12);
  }
});
