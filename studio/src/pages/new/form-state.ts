// What a person has said in the form, what holds where nothing was said, and what of it a training is started with.
import type { FormField, StartTraining, TrainingForm } from '../../../../src/studio/contract.ts';

/** As typed, by the option's name; what is absent is at its default. */
export type Typed = Readonly<Record<string, string>>;

export type Preset = TrainingForm['presets'][number];

/** What an option is as the form stands: typed, else the preset's, else the default; as text. */
export function effective(name: string, { typed, preset, fields }: { readonly typed: Typed; readonly preset: Preset | undefined; readonly fields: readonly FormField[] }): string {
  const value = typed[name] ?? preset?.options[name] ?? fields.find((field) => field.name === name)?.default;
  return asText(value);
} // prettier-ignore

/** A value of an option as an input has it. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether a field has a say: where it depends on other options, they have one of the values that it asks for. */
export function isShown({ when }: FormField, of: (name: string) => string): boolean {
  return Object.entries(when ?? {}).every(([name, values]) => values.includes(of(name)));
}

/** @returns the option's value, or what is wrong with the text */
export function parse({ type, choices }: FormField, text: string): { readonly value: unknown } | { readonly error: string } {
  const trimmed = text.trim();
  if (type === 'flag') return { value: trimmed === 'true' };
  if (type === 'number' || type === 'whole') {
    const value = Number(trimmed);
    if (trimmed === '' || !Number.isFinite(value)) return { error: `“${text}” is no number.` };
    if (type === 'whole' && !Number.isInteger(value)) return { error: `${text} is not a whole number.` };
    return { value };
  }
  if (type === 'numbers') {
    const values = trimmed === '' ? [] : trimmed.split(/[\s,]+/).map(Number);
    return values.every(Number.isFinite) ? { value: values } : { error: `“${text}” is no list of numbers, such as 400, 200.` };
  }
  if (type === 'choice' && choices && !choices.some(({ value }) => value === trimmed)) return { error: `“${text}” is none of ${choices.map(({ value }) => value).join(', ')}.` };
  return { value: trimmed };
} // prettier-ignore

export interface Checked {
  readonly options: Readonly<Record<string, unknown>>;
  /** By the option's name. */
  readonly errors: Readonly<Record<string, string>>;
}

/** The options of what is typed and shown; a preset is an option, and what else it says goes without saying. */
export function check(form: TrainingForm, typed: Typed, preset: Preset | undefined): Checked {
  const options: Record<string, unknown> = preset ? { preset: preset.name } : {};
  const errors: Record<string, string> = {};
  const of = (name: string): string => effective(name, { typed, preset, fields: form.fields });
  for (const field of form.fields) {
    const text = typed[field.name];
    if (text === undefined || field.name === 'preset' || !isShown(field, of)) continue;
    const parsed = parse(field, text);
    if ('error' in parsed) errors[field.name] = parsed.error;
    else options[field.name] = parsed.value;
  }
  return { options, errors };
}

/** NAME-2 for a copy of NAME, NAME-3 for one of that, and so on to the first that is not taken, whatever case it is in. */
export function freeName(name: string, taken: readonly string[]): string {
  const [, base = name, number = '1'] = /^(.*?)-([1-9]\d{0,5})$/.exec(name) ?? [];
  const known = new Set(taken.map((each) => each.toLowerCase()));
  for (let next = Number(number) + 1; ; next++) {
    const free = `${base}-${next}`;
    if (!known.has(free.toLowerCase())) return free;
  }
}

/** What was typed for a training that was started before. */
export function typedOf({ options }: StartTraining): Typed {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'preset').map(([name, value]) => [name, asText(value)])); // prettier-ignore
}

/** The same on the command line. */
export function commandLine({ data, name, options }: StartTraining, form: TrainingForm, places: { readonly runs: string; readonly dataFolder: string | undefined }): string {
  const source = data.kind === 'dataset' ? data.name : data.kind === 'file' ? `${places.dataFolder ?? ''}/${data.name}` : `${places.runs}/.uploads/${data.name}`;
  const words = ['rootsigma train', quote(source)];
  for (const [option, value] of Object.entries(options)) {
    const flag = form.fields.find((field) => field.name === option)?.flag ?? `--${option}`;
    if (value === false) continue;
    const text = quote(Array.isArray(value) ? value.join(',') : asText(value));
    // Some flags end in what they are given: --data-option size=32.
    words.push(value === true ? flag : flag.endsWith('=') ? `${flag}${text}` : `${flag} ${text}`);
  }
  if (name !== undefined && name !== '') words.push(`--out ${quote(`${places.runs}/${name}`)}`);
  return words.join(' ');
} // prettier-ignore

/** One word, as POSIX shells take it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The field that a problem's JSON pointer names: `/options/latent` → `latent`; `/data/name` → `data`. */
export function fieldOf(pointer: string | undefined): string | undefined {
  const [, first, second] = (pointer ?? '').replace(/^#/, '').split('/');
  return first === 'options' ? second : first;
}
