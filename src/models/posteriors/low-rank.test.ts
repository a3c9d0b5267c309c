import { expect, it } from 'vitest';
import { evaluateAll } from '../../engine/reference/index.ts';
import { constant } from '../../graph/index.ts';
import { asGaussian } from './index.ts';
import { lowRank } from './low-rank.ts';

it('Σ = diag(σ) (I + tanh(V) tanh(V)ᵀ) diag(σ): correlations do not depend on σ', () => {
  const [latent, rank] = [3, 2];
  const posterior = lowRank.build({ rank }, { featureSize: 1, latent });
  const v = [0.5, -1, 0.2, 2, -0.7, 0.1];
  const logVariance = [-4, 0.3, 1.5];
  const biases: Readonly<Record<string, readonly number[]>> = { mean: [1, 2, 3], logVariance, factor: v };
  const parameters = Object.fromEntries(
    posterior.parameters.map(({ name, shape }) => {
      const bias = biases[name.split('.')[0]!]!;
      return [name, constant(shape.length === 1 ? bias : [bias.map(() => 0)], 'float64')];
    }),
  );
  const q = asGaussian(posterior.apply(parameters, constant([[0.4]], 'float64')));
  const { mean, covariance } = evaluateAll({ mean: q.mean, covariance: q.covariance });
  expect([...mean.data]).toEqual([1, 2, 3]);
  const t = (i: number, k: number): number => Math.tanh(v[i * rank + k]!);
  const share = (i: number, j: number): number => (i === j ? 1 : 0) + t(i, 0) * t(j, 0) + t(i, 1) * t(j, 1);
  for (let i = 0; i < latent; i++) {
    for (let j = 0; j < latent; j++) {
      const [own, other] = [covariance.data[i * (latent + 1)]!, covariance.data[j * (latent + 1)]!];
      expect(covariance.data[i * latent + j]! / Math.sqrt(own * other)).toBeCloseTo(share(i, j) / Math.sqrt(share(i, i) * share(j, j)), 12); // prettier-ignore
    }
  }
});
