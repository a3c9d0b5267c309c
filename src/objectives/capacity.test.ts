import { describe, expect, it } from 'vitest';
import { MultivariateNormalDiag } from '../gaussian/index.ts';
import { lossesAt } from '../testing/index.ts';
import { capacity } from './capacity.ts';
import { createObjective } from './index.ts';

const sizes = { latent: 2, inputSize: 3, batchSize: 3, trainingSize: 40 };
// KL = ½ ‖μ‖² where variances are 1.
const means = [
  [1, 1],
  [2, 2],
  [0, 3],
];
const kls = [1, 4, 4.5];
const reconstruction = [-2, -7, -3];
const said = { posterior: MultivariateNormalDiag.fromVariance(means, [1, 1]), reconstruction };

describe('the objective capacity', () => {
  it.each([
    ['examples', 0, 9.5 / 3],
    ['examples', 2, (1 + 2 + 2.5) / 3],
    ['batch', 2, 9.5 / 3 - 2],
    ['batch', 5, 5 - 9.5 / 3],
  ] as const)('is γ |KL − C| − reconstruction, over %s, C = %f', (over, nats, distance) => {
    const objective = createObjective(capacity, { over }, sizes);
    const { loss, kl, reconstruction: mean } = lossesAt(objective, said, { capacity: nats, gamma: 7 });
    expect(loss).toBeCloseTo(7 * distance + 4, 12);
    expect([kl, mean]).toEqual([kls.reduce((a, b) => a + b) / 3, -4]);
    expect(objective.couplesExamples).toBe(over === 'batch');
  });

  it('grows to 25 nats by itself, and stays at a number', () => {
    const { scalars } = createObjective(capacity, {}, sizes);
    expect(scalars).toEqual({ capacity: { value: 25, schedule: 'linear' }, gamma: 1000 });
    expect(createObjective(capacity, { capacity: 5 }, sizes).scalars).toMatchObject({ capacity: 5 });
    expect(capacity.describe?.({ capacity: 5, gamma: 30, over: 'batch' })).toBe('capacity of 5 nats, γ = 30');
  });
});
