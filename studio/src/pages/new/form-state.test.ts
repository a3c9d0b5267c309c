import { describe, expect, it } from 'vitest';
import type { FormField, TrainingForm } from '../../../../src/studio/contract.ts';
import { check, commandLine, effective, fieldOf, isShown, parse, typedOf, freeName } from './form-state.ts';

const field = (name: string, type: FormField['type'], more: Partial<FormField> = {}): FormField => ({ name, flag: `--${name.toLowerCase()}`, help: '', expected: '', type, group: 'Model', ...more }); // prettier-ignore
const fields = [
  field('latent', 'whole', { default: 20 }),
  field('posterior', 'choice', { default: 'diagonal', choices: [{ value: 'diagonal', what: '' }, { value: 'full', what: '' }, { value: 'low-rank', what: '' }] }),
  field('root', 'choice', { when: { posterior: ['full'] }, choices: [{ value: 'symmetric', what: '' }, { value: 'cholesky', what: '' }] }),
  field('beta', 'number', { default: 1, flag: '--beta' }),
  field('hidden', 'numbers', { default: [400] }),
  field('dynamic', 'flag'),
  field('note', 'text'),
  field('size', 'whole', { flag: '--data-option size=' }),
]; // prettier-ignore
const form: TrainingForm = {
  fields,
  presets: [{ name: 'full-vae', what: '', options: { posterior: 'full', beta: 4 } }],
};
const [preset] = form.presets;

describe('the form', () => {
  it('takes what is typed over the preset, and the preset over the default', () => {
    const of = (name: string, typed = {}): string => effective(name, { typed, preset, fields });
    expect([of('posterior'), of('latent'), of('beta', { beta: '2' }), of('hidden'), of('note')]).toEqual(['full', '20', '2', '400', '']); // prettier-ignore
  });

  it('shows what depends on another option where that has such a value, also by preset', () => {
    const root = fields[2]!;
    expect(isShown(root, (name) => effective(name, { typed: {}, preset: undefined, fields }))).toBe(false);
    expect(isShown(root, (name) => effective(name, { typed: {}, preset, fields }))).toBe(true);
    expect(isShown(root, (name) => effective(name, { typed: { posterior: 'low-rank' }, preset, fields }))).toBe(false);
  });

  it.each([
    ['latent', '8', 8], ['latent', ' 8 ', 8], ['beta', '1e-3', 0.001], ['hidden', '400, 200 100', [400, 200, 100]], ['hidden', '', []],
    ['dynamic', 'true', true], ['dynamic', 'false', false], ['note', ' a b ', 'a b'], ['posterior', 'full', 'full'],
  ] as const)('reads %s %j as %j', (name, text, value) => {
    expect(parse(fields.find((each) => each.name === name)!, text)).toEqual({ value });
  }); // prettier-ignore

  it.each([['latent', '2.5', /2\.5 is not a whole number/], ['latent', '', /no number/], ['beta', 'x', /“x” is no number/], ['hidden', '4,a', /400, 200/], ['posterior', 'odd', /none of diagonal, full/]] as const)(
    'refuses %s %j', (name, text, words) => {
      expect(parse(fields.find((each) => each.name === name)!, text)).toHaveProperty('error', expect.stringMatching(words));
    },
  ); // prettier-ignore

  it('sends what was said and is shown, and names what is wrong by its field', () => {
    const typed = { latent: '8', root: 'cholesky', hidden: '64,32', dynamic: 'true', beta: 'two' };
    expect(check(form, typed, undefined)).toEqual({ options: { latent: 8, hidden: [64, 32], dynamic: true }, errors: { beta: '“two” is no number.' } }); // prettier-ignore
    expect(check(form, { root: 'cholesky' }, preset)).toEqual({ options: { preset: 'full-vae', root: 'cholesky' }, errors: {} }); // prettier-ignore
    const again = { data: { kind: 'dataset', name: 'digits' }, options: { preset: 'full-vae', hidden: [64, 32], latent: 8 } } as const; // prettier-ignore
    expect(check(form, typedOf(again), preset).options).toEqual(again.options);
  });

  it('says the same as a command, quoted as shells take it', () => {
    const places = { runs: 'my runs', dataFolder: '/data' };
    const options = { preset: 'full-vae', latent: 8, hidden: [64, 32], dynamic: true, note: "it's a & b" };
    expect(commandLine({ data: { kind: 'file', name: 'a b.csv' }, name: 'x', options }, form, places)).toBe(
      "rootsigma train '/data/a b.csv' --preset full-vae --latent 8 --hidden 64,32 --dynamic --note 'it'\\''s a & b' --out 'my runs/x'",
    );
    expect(commandLine({ data: { kind: 'dataset', name: 'digits' }, options: { size: 32 } }, form, places)).toBe('rootsigma train digits --data-option size=32'); // prettier-ignore
  });

  it('finds the field of a JSON pointer', () => {
    expect(['/options/latent', '#/options/beta', '/data/name', '/name', undefined].map(fieldOf)).toEqual(['latent', 'beta', 'data', 'name', undefined]); // prettier-ignore
  });
});

it('a copy has the first free name', () => {
  expect(freeName('a/digits', ['a/digits'])).toBe('a/digits-2');
  expect(freeName('digits', ['digits', 'Digits-2', 'digits-4'])).toBe('digits-3');
  expect(freeName('digits-2', ['digits', 'digits-2', 'digits-3'])).toBe('digits-4');
  expect(freeName('adult-0', [])).toBe('adult-0-2');
});
