// The form of a training: what it offers is what the command line takes.
import { expect, it } from 'vitest';
import { presets } from '../../src/config/index.ts';
import { optionNames } from '../../src/index.ts';
import { checkStart } from '../../src/studio/trainings/start-request.ts';
import { knownFields, trainingForm } from '../../src/studio/trainings/form.ts';
import { rootsigma } from '../cli/harness.ts';

const digits = { kind: 'dataset', name: 'digits' } as const;

/** As the page types it. */
const textOf = (value: unknown): string =>
  typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : (value as string);

it('has every option of train but those that name files, and each of its flags is one', async () => {
  const { stdout } = await rootsigma(['train', '--help']);
  for (const { field, goes } of knownFields.values()) {
    const flag = field.flag.startsWith('--data-option') ? '--data-option' : field.flag;
    expect(stdout, field.name).toMatch(new RegExp(`(^|[\\s,])${flag}[\\s,]`, 'm'));
    expect(['option', 'data', 'flag']).toContain(goes);
  }
  expect(optionNames.filter((name) => !knownFields.has(name))).toEqual(['set']);
  const names = trainingForm.fields.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('takes each choice and each default of each field, as a value and as text', () => {
  for (const { name, choices = [], default: usual, when = {} } of trainingForm.fields) {
    const beside = Object.fromEntries(Object.entries(when).map(([kind, [first]]) => [kind, first]));
    const values = [...choices.map(({ value }) => value), ...(usual === undefined ? [] : [usual, textOf(usual)])]; // prettier-ignore
    for (const value of values) {
      try {
        checkStart({ data: digits, options: { ...beside, [name]: value } });
      } catch (error) {
        // What one part lacks for another is said; nothing else is wrong.
        expect([name, value, (error as { status?: number }).status, String(error)]).toEqual([name, value, 422, expect.any(String)]); // prettier-ignore
      }
    }
  }
});

it('offers each preset, whose options are taken', () => {
  expect(trainingForm.presets.map(({ name }) => name)).toEqual(presets.map(({ name }) => name));
  for (const { name, options } of trainingForm.presets) {
    expect(checkStart({ data: digits, options: { preset: name } }).options).toEqual({ preset: name });
    expect(checkStart({ data: digits, options }).options).toEqual(options);
  }
});

it('makes of text what the option takes', () => {
  const { options, dataOptions, flags } = checkStart({
    data: digits,
    options: { latent: '8', hidden: '64, 32', learningRate: '1e-4', stddev: '0.5', likelihood: 'gaussian', beta: '{"value": 2, "schedule": "linear"}', betaCycles: '3', condition: 'a, b', count: '100', dataSeed: '7', imageChannels: '3', header: 'true' },
  }); // prettier-ignore
  expect(options).toEqual({ latent: 8, hidden: [64, 32], learningRate: 1e-4, stddev: 0.5, likelihood: 'gaussian', beta: { value: 2, schedule: 'linear' }, condition: ['a', 'b'] }); // prettier-ignore
  expect([dataOptions, flags]).toEqual([{ count: 100, seed: 7, channels: 3, header: true }, { betaCycles: 3 }]);
});
