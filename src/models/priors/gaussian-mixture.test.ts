import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { evaluate } from '../../engine/reference/index.ts';
import { MultivariateNormalDiag } from '../../gaussian/index.ts';
import { constant } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { expectAllClose } from '../../testing/index.ts';
import { gaussianMixture } from './gaussian-mixture.ts';

const sizes = { latent: 2, inputSize: 5, dtype: 'float64' } as const;
const [shares, means, variances] = [[0.2, 0.5, 0.3], [[-1, 2], [0.5, 0.3], [4, -3]], [[0.5, 2], [1, 0.1], [3, 0.7]]]; // prettier-ignore
const given = {
  'prior.mean': constant(means),
  'prior.logVariance': constant(variances.map((row) => row.map(Math.log))),
  // Logits are log-probabilities up to a number.
  'prior.logit': constant(shares.map((share) => Math.log(share) + 7)),
};
const context = {
  encode: (): never => {
    throw new Error('asks for no posterior');
  },
};
const prior = gaussianMixture.build({ components: 3 }, sizes).apply(given, context);
const gauss = (x: number, mean: number, variance: number): number =>
  Math.exp(-((x - mean) ** 2) / variance / 2) / Math.sqrt(2 * Math.PI * variance);

describe('a Gaussian mixture prior', () => {
  it('is Σ π N(z; μ, σ²), and so is each coordinate', () => {
    const z = [[0, 0], [4, -3.5], [-2, 3]]; // prettier-ignore
    const of = (density: (k: number) => number): number =>
      Math.log(shares.reduce((total, share, k) => total + share * density(k), 0));
    const one = (point: readonly number[], k: number, i: number): number => gauss(point[i]!, means[k]![i]!, variances[k]![i]!); // prettier-ignore
    const [joint, single] = [evaluate(prior.logProb(z)).data, evaluate(prior.marginalLogProb!(z)).data];
    z.forEach((point, row) => {
      expect(joint[row]).toBeCloseTo(
        of((k) => one(point, k, 0) * one(point, k, 1)),
        12,
      );
      for (const i of [0, 1]) expect(single[2 * row + i]).toBeCloseTo(of((k) => one(point, k, i)), 12); // prettier-ignore
    });
  });

  it('draws each component with its share: a part of the normal distribution function as wide', () => {
    // Quantiles of the standard normal distribution: 0.1, 0.2 ∓, 0.69, 0.71, and ends at which it rounds to 0 and 1.
    const chosen: [number, number][] = [[-1.2815515655446004, 0], [-0.841622, 0], [-0.841621, 1], [0.495850347347453, 1], [0.553384719555673, 2], [-40, 0], [40, 2]]; // prettier-ignore
    for (const [epsilon, k] of chosen) {
      const { value } = prior.fromNoise!(constant([[epsilon, 0.5, -1]]));
      evaluate(value).data.forEach((z, i) => {
        expect(z, `ε = ${epsilon}`).toBeCloseTo(means[k]![i]! + Math.sqrt(variances[k]![i]!) * [0.5, -1][i]!, 12);
      });
    }
  });

  it('is a Gaussian where there is one component', () => {
    const one = gaussianMixture
      .build({ components: 1 }, sizes)
      .apply(
        { 'prior.mean': constant([[1, -2]]), 'prior.logVariance': constant([[0.4, -1]]), 'prior.logit': constant([5]) },
        context,
      );
    const gaussian = MultivariateNormalDiag.fromLogVariance([1, -2], [0.4, -1]);
    const z = constant([[0.3, 0.1], [2, -3]]); // prettier-ignore
    expectAllClose(evaluate(one.logProb(z)), evaluate(gaussian.logProb(z)), { rtol: 1e-12 });
    const drawn = one.fromNoise!(constant([[-40, 0.5, -1], [40, 0.5, -1]])).value; // prettier-ignore
    const expected = [...evaluate(gaussian.fromNoise(constant([0.5, -1])).value).data];
    expectAllClose(evaluate(drawn), [expected, expected], { rtol: 1e-12 });
  });

  it('begins with components that differ, and as a whole with the moments of N(0, I)', () => {
    const built = gaussianMixture.build({ components: 1000 }, { ...sizes, latent: 20 });
    const start = initializeParameters(built.parameters, key(1));
    const tensors: Record<string, Tensor> = Object.fromEntries(
      Object.entries(start).map(([name, value]) => [name, constant(value)]),
    );
    expect(new Set(start['prior.mean']!.data).size).toBeGreaterThan(19_000);
    const { mean, variance } = built.apply(tensors, context);
    // 1000 means of variance ¼: four standard errors of their mean, and of their variance.
    for (const x of evaluate(mean!).data) expect(Math.abs(x)).toBeLessThan(4 * Math.sqrt(0.25 / 1000));
    for (const x of evaluate(variance!).data) expect(Math.abs(x - 1)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / 1000));
  });

  it('has parts that add up to 1 whatever rounding does: no draw is left without a component', () => {
    const built = gaussianMixture.build({ components: 7 }, { ...sizes, dtype: 'float32' });
    const tensors = {
      'prior.mean': constant(new NdArray(new Float32Array(14).fill(100), [7, 2])),
      'prior.logVariance': constant(NdArray.zeros([7, 2], 'float32')),
      'prior.logit': constant(normal(key(3), [7])),
    };
    const { value } = built.apply(tensors, context).fromNoise!(constant(normal(key(4), [10_000, 3])));
    for (const x of evaluate(value).data) expect(Math.abs(x - 100)).toBeLessThan(8);
  });
});
