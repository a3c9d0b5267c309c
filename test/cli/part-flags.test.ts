// The flags of a model's parts are the rows': each kind, each option, and the schedules of those that may change.
import { expect, it } from 'vitest';
import { partFlags, scheduledFlags } from '../../src/cli/part-flags.ts';
import { builtInParts, rowsOf } from '../../src/config/index.ts';

const flags = await partFlags();
const flagOf = (name: string) => flags.find((flag) => flag.attributeName() === name);

it('has one for each option of each row, which takes the default as it shows it', () => {
  for (const { options } of rowsOf(builtInParts)) {
    for (const [name, { rule, default: usual, defaultText, help }] of Object.entries(options)) {
      const flag = flagOf(name);
      expect(flag, name).toBeDefined();
      if (usual === undefined || typeof usual === 'function') continue;
      if (defaultText !== undefined) {
        // A schedule, which takes flags of its own.
        expect(flag?.description).toContain(defaultText);
        continue;
      }
      const shown = Array.isArray(usual)
        ? usual.join(',') || 'none'
        : typeof usual === 'string'
          ? usual
          : JSON.stringify(usual);
      expect(flag?.description).toContain(shown);
      expect(help).not.toBe('');
      const parse = flag?.parseArg as ((text: string) => unknown) | undefined;
      const parsed = flag?.argChoices ? shown : parse?.(shown);
      expect(rule.accepts(parsed), `${name} ${shown}`).toBe(true);
      expect(parsed).toEqual(usual);
    }
  }
});

it('offers the names of each kind with what they are', () => {
  for (const kind of ['prior', 'posterior', 'likelihood', 'network', 'objective'] as const) {
    const rows = rowsOf(builtInParts).filter((row) => row.kind === kind);
    expect(flagOf(kind)?.argChoices).toEqual(rows.map(({ name }) => name));
    for (const { name, summary } of rows) expect(flagOf(kind)?.description).toContain(`${name}: ${summary}`);
  }
});

it('makes schedules of their flags, over what a configuration has', async () => {
  const linear = { betaSchedule: 'linear', betaWarmupSteps: 2000 };
  expect(await scheduledFlags({ beta: 4, ...linear })).toEqual({
    beta: { value: 4, schedule: 'linear', warmupSteps: 2000 },
  });
  expect(await scheduledFlags(linear, { name: 'elbo', beta: 3 })).toEqual({
    beta: { value: 3, schedule: 'linear', warmupSteps: 2000 },
  });
  const cyclical = { name: 'elbo', beta: { value: 3, schedule: 'cyclical', cycles: 4 } };
  expect(await scheduledFlags({ betaCycles: 2 }, cyclical)).toEqual({
    beta: { value: 3, schedule: 'cyclical', cycles: 2 },
  });
  expect(await scheduledFlags({ betaFrom: 0.1 })).toEqual({ beta: { value: 1, schedule: 'linear', from: 0.1 } });
  expect(await scheduledFlags({ beta: 4 })).toEqual({});
});

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

it('says what each part means by a name that several have', () => {
  expect(flagOf('gamma')?.description).toMatch(/distance of the KL.* for capacity \(default: 1000\); .*for factor/);
});

it('changes the schedule that an option has by itself', async () => {
  expect(await scheduledFlags({ objective: 'capacity', capacityWarmupSteps: 9 })).toEqual({
    capacity: { value: 25, schedule: 'linear', warmupSteps: 9 },
  });
});
