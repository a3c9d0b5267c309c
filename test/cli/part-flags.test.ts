// The flags of a model's parts are the rows': each kind, each option, and the schedules of those that may change.
import { expect, it } from 'vitest';
import { partFlags, scheduledFlags } from '../../src/cli/part-flags.ts';
import { builtInParts, rowsOf } from '../../src/config/index.ts';

const flags = await partFlags();
const optionsOf = async (...given: Parameters<typeof scheduledFlags>) => (await scheduledFlags(...given)).options;
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
  expect(await optionsOf({ beta: 4, ...linear })).toEqual({
    beta: { value: 4, schedule: 'linear', warmupSteps: 2000 },
  });
  expect(await optionsOf(linear, { name: 'elbo', beta: 3 })).toEqual({
    beta: { value: 3, schedule: 'linear', warmupSteps: 2000 },
  });
  const cyclical = { name: 'elbo', beta: { value: 3, schedule: 'cyclical', cycles: 4 } };
  expect(await optionsOf({ betaCycles: 2 }, cyclical)).toEqual({
    beta: { value: 3, schedule: 'cyclical', cycles: 2 },
  });
  expect(await optionsOf({ betaFrom: 0.1 })).toEqual({ beta: { value: 1, schedule: 'linear', from: 0.1 } });
  expect(await optionsOf({ beta: 4 })).toEqual({});
});

it.each([
  ['the ELBO', { betaSchedule: 'linear' }, { beta: { value: 1, schedule: 'linear' } }],
  ['another objective', { objective: 'beta-tc', betaSchedule: 'linear' }, { beta: { value: 6, schedule: 'linear' } }],
  ['one of its own', { objective: 'factor', gammaSchedule: 'cosine' }, { gamma: { value: 10, schedule: 'cosine' } }],
  ['a value', { beta: 4, betaWarmupSteps: 20 }, { beta: { value: 4, schedule: 'linear', warmupSteps: 20 } }],
])('a schedule without a value takes the default of the objective: %s', async (_, flags, expected) => {
  expect(await optionsOf(flags)).toEqual(expected);
});

it('a schedule goes on from what a configuration says, where its objective stays', async () => {
  const usual = { name: 'elbo', beta: { value: 3, schedule: 'cosine' } };
  expect(await optionsOf({ betaFrom: 1 }, usual)).toEqual({ beta: { value: 3, schedule: 'cosine', from: 1 } });
  const changed = await optionsOf({ objective: 'beta-tc', betaFrom: 1 }, usual);
  expect(changed).toEqual({ beta: { value: 6, schedule: 'linear', from: 1 } });
});

it('says what each part means by a name that several have', () => {
  expect(flagOf('gamma')?.description).toMatch(/distance of the KL.* for capacity \(default: 1000\); .*for factor/);
});

it('changes the schedule that an option has by itself', async () => {
  expect(await optionsOf({ objective: 'capacity', capacityWarmupSteps: 9 })).toEqual({
    capacity: { value: 25, schedule: 'linear', warmupSteps: 9 },
  });
});

it('another value keeps the schedule that a configuration has, and says so; another schedule does not', async () => {
  const usual = { name: 'elbo', beta: { value: 4, schedule: 'cyclical', warmupSteps: 20, cycles: 2 } };
  const { options, notices } = await scheduledFlags({ beta: 2 }, usual);
  expect(options).toEqual({ beta: { ...usual.beta, value: 2 } });
  expect(notices).toEqual([
    '--beta 2 keeps the schedule that it starts from: 0 to 2 over 20 steps (cyclical, 2 cycles). Without it: --beta-schedule constant.',
  ]);
  // What a schedule does not have goes with the one before it.
  const constant = await scheduledFlags({ beta: 2, betaSchedule: 'constant' }, usual);
  expect(constant).toEqual({ options: { beta: { value: 2, schedule: 'constant' } }, notices: [] });
  expect(await optionsOf({ betaSchedule: 'linear' }, usual)).toEqual({
    beta: { value: 4, schedule: 'linear', warmupSteps: 20 },
  });
  expect(await scheduledFlags({ beta: 2 }, { name: 'elbo', beta: 3 })).toEqual({ options: {}, notices: [] });
  expect(await scheduledFlags({ beta: 2, objective: 'beta-tc' }, usual)).toEqual({ options: {}, notices: [] });
});

it.each([
  ['beta', '-4', 'Expected a number of at least 0'],
  ['beta', 'much', 'Expected a number of at least 0'],
  ['betaFrom', '-1', 'Expected a number of at least 0'],
  ['betaWarmupSteps', '1.5', 'Expected a whole number of at least 0.'],
  ['hidden', '4,x', 'Expected a list of whole numbers of at least 1'],
])('says in a sentence what --%s %s should be', (name, text, message) => {
  const parse = flagOf(name)?.parseArg as ((text: string) => unknown) | undefined;
  expect(() => parse?.(text)).toThrow(message);
});
