import { expect, it } from 'vitest';
import { scheduledFlags } from './part-flags.ts';

it.each([
  ['the ELBO', { betaSchedule: 'linear' }, { beta: { value: 1, schedule: 'linear' } }],
  ['another objective', { objective: 'beta-tc', betaSchedule: 'linear' }, { beta: { value: 6, schedule: 'linear' } }],
  ['one of its own', { objective: 'factor', gammaSchedule: 'cosine' }, { gamma: { value: 10, schedule: 'cosine' } }],
  ['a value', { beta: 4, betaWarmupSteps: 20 }, { beta: { value: 4, schedule: 'linear', warmupSteps: 20 } }],
])('a schedule without a value takes the default of the objective: %s', async (_, flags, expected) => {
  expect(await scheduledFlags(flags)).toEqual(expected);
});

it('a schedule goes on from what a configuration says, where its objective stays', async () => {
  const usual = { name: 'elbo', beta: { value: 3, schedule: 'cosine' } };
  expect(await scheduledFlags({ betaFrom: 1 }, usual)).toEqual({ beta: { value: 3, schedule: 'cosine', from: 1 } });
  const changed = await scheduledFlags({ objective: 'beta-tc', betaFrom: 1 }, usual);
  expect(changed).toEqual({ beta: { value: 6, schedule: 'linear', from: 1 } });
});
