import { describe, expect, it } from 'vitest';
import { Categorical, MixtureSameFamily } from '../distributions/index.ts';
import { evaluate } from '../engine/index.ts';
import { MultivariateNormal, MultivariateNormalDiag, StandardNormal } from '../gaussian/index.ts';
import { lossesAt } from '../testing/index.ts';
import { freeBits } from './free-bits.ts';
import { createObjective, klPerDimension } from './index.ts';

const sizes = { latent: 2, inputSize: 3, batchSize: 3, trainingSize: 40 };
const means = [[0.4, -1], [0.1, 2], [0, 0.3]]; // prettier-ignore
const sigma = [[[0.5, 0.3], [0.3, 0.6]], [[1.2, -0.4], [-0.4, 0.3]], [[1, 0], [0, 0.9]]]; // prettier-ignore
const reconstruction = [-2, -7, -3];

const marginalKl = (i: number, j: number): number =>
  0.5 * (sigma[i]![j]![j]! + means[i]![j]! ** 2 - 1 - Math.log(sigma[i]![j]![j]!));
const determinant = (s: number[][]): number => s[0]![0]! * s[1]![1]! - s[0]![1]! ** 2;
/** Of the whole vector: what the marginals have, and ½ log(Σ₁₁ Σ₂₂ / det Σ). */
const wholeKl = (i: number): number =>
  marginalKl(i, 0) +
  marginalKl(i, 1) +
  0.5 * Math.log((sigma[i]![0]![0]! * sigma[i]![1]![1]!) / determinant(sigma[i]!));
const meanOf = (f: (i: number) => number): number => (f(0) + f(1) + f(2)) / 3;

const full = MultivariateNormal.fromCovariance(means, sigma);
const diagonal = MultivariateNormalDiag.fromVariance(
  means,
  sigma.map((s) => [s[0]![0]!, s[1]![1]!]),
);
const paidOf = (over: 'batch' | 'examples', lambda: number): number =>
  over === 'examples'
    ? meanOf((i) => Math.max(lambda, marginalKl(i, 0)) + Math.max(lambda, marginalKl(i, 1)))
    : [0, 1].reduce(
        (total, j) =>
          total +
          Math.max(
            lambda,
            meanOf((i) => marginalKl(i, j)),
          ),
        0,
      );

describe('the objective free-bits', () => {
  const losses = (posterior: typeof full | typeof diagonal, over: 'batch' | 'examples', lambda: number) =>
    lossesAt(createObjective(freeBits, { over }, sizes), { posterior, reconstruction }, { freeBits: lambda });

  it.each([
    ['batch', 0.01],
    ['batch', 0.3],
    ['batch', 2],
    ['examples', 0.01],
    ['examples', 0.3],
    ['examples', 2],
  ] as const)('pays Σⱼ max(λ, KLⱼ), of the %s, λ = %f', (over, lambda) => {
    const found = losses(diagonal, over, lambda);
    expect(found.paidKl).toBeCloseTo(paidOf(over, lambda), 12);
    expect(found.loss).toBeCloseTo(paidOf(over, lambda) + 4, 12);
    expect(found.kl).toBeCloseTo(
      meanOf((i) => marginalKl(i, 0) + marginalKl(i, 1)),
      12,
    );
    // Under a full Σ, what dimensions tell of each other is never free.
    const between = meanOf((i) => wholeKl(i) - marginalKl(i, 0) - marginalKl(i, 1));
    expect(losses(full, over, lambda).paidKl).toBeCloseTo(paidOf(over, lambda) + between, 12);
    expect(between).toBeGreaterThan(0.05);
  });

  it('is minus the ELBO where nothing is free', () => {
    const { loss, kl } = losses(full, 'batch', 0);
    expect(kl).toBeCloseTo(meanOf(wholeKl), 12);
    expect(loss).toBeCloseTo(meanOf(wholeKl) + 4, 12);
  });

  it('compares whole vectors with n λ where the KL of dimensions is not known', () => {
    const prior = new MixtureSameFamily(
      Categorical.fromLogits([0, 0]),
      MultivariateNormalDiag.fromStddev([[-1, 0], [1, 0]], [[1, 1], [1, 1]]), // prettier-ignore
    );
    expect(klPerDimension(diagonal, prior)).toBeUndefined();
    const objective = createObjective(freeBits, { over: 'examples' }, sizes);
    const said = { posterior: diagonal, prior, reconstruction };
    const free = lossesAt(objective, said, { freeBits: 50 });
    expect(free.paidKl).toBeCloseTo(100, 12);
    const paid = lossesAt(objective, said, { freeBits: -50 });
    expect(paid.paidKl).toBeCloseTo(paid.kl!, 12);
  });
});

it('klPerDimension is that of the marginals', () => {
  const found = evaluate(klPerDimension(full, StandardNormal.ofSize(2))!).toNested() as number[][];
  found.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(marginalKl(i, j), 12);
    });
  });
});
