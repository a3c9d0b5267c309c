import { describe, expect, it } from 'vitest';
import { evaluate } from '../engine/index.ts';
import { MultivariateNormal } from '../gaussian/index.ts';
import type { PosteriorDistribution } from '../models/index.ts';
import { lossesAt } from '../testing/index.ts';
import { covarianceOfCodes, dip } from './dip.ts';
import { createObjective } from './index.ts';

const sizes = { latent: 2, inputSize: 3, batchSize: 3, trainingSize: 40 };
const means = [[0.4, -1], [0.1, 2], [0, 0.3]]; // prettier-ignore
const sigma = [[[0.5, 0.3], [0.3, 0.6]], [[1.2, -0.4], [-0.4, 0.3]], [[1, 0], [0, 0.9]]]; // prettier-ignore
const posterior = MultivariateNormal.fromCovariance(means, sigma) as PosteriorDistribution;

const average = (f: (i: number) => number): number => (f(0) + f(1) + f(2)) / 3;
const center = [0, 1].map((j) => average((i) => means[i]![j]!));
const between = (j: number, k: number): number =>
  average((i) => (means[i]![j]! - center[j]!) * (means[i]![k]! - center[k]!));
const wanted = {
  i: between,
  ii: (j: number, k: number): number => between(j, k) + average((i) => sigma[i]![j]![k]!),
};

describe.each(['i', 'ii'] as const)('DIP-VAE-%s', (variant) => {
  const c = wanted[variant];

  it('has the covariance of the codes, in loops', () => {
    const found = evaluate(covarianceOfCodes(posterior, variant)).toNested() as number[][];
    for (const j of [0, 1]) for (const k of [0, 1]) expect(found[j]![k]).toBeCloseTo(c(j, k), 12);
  });

  it.each([undefined, 3])('pays for what it has beside the identity, λ_d %s', (lambdaDiagonal) => {
    const objective = createObjective(dip, { variant, ...(lambdaDiagonal && { lambdaDiagonal }) }, sizes);
    const said = { posterior, reconstruction: [-2, -7, -3] };
    const { loss, kl, penalty } = lossesAt(objective, said, { lambdaOffDiagonal: 5 });
    const diagonal = lambdaDiagonal ?? (variant === 'i' ? 50 : 5);
    const exact = 5 * 2 * c(0, 1) ** 2 + diagonal * ((c(0, 0) - 1) ** 2 + (c(1, 1) - 1) ** 2);
    expect(penalty).toBeCloseTo(exact, 10);
    expect(loss).toBeCloseTo(4 + kl! + exact, 10);
    expect(objective.needs.posterior).toContain('moments');
  });
});
