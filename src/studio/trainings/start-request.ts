import { builtInParts, checkPartChoices, chooseParts, partKinds } from '../../config/index.ts';
import type { PartConfigs } from '../../config/index.ts';
import { checkPartsTogether } from '../../api/train/check-parts.ts';
import { modelOptionRules } from '../../api/train/model-options.ts';
import type { ModelOptions } from '../../api/index.ts';
import { ValueError, expectedOf, nearestName, shownValue } from '../../core/index.ts';
import type { OptionRule } from '../../core/index.ts';
import { listDatasets } from '../../data/index.ts';
import { HttpError } from '../../server/index.ts';
import type { FormFaults, StartTraining } from '../contract.ts';
import { isRecord } from '../runs/records.ts';
import { knownFields } from './form.ts';

/** A training that may be started, as the command line takes it. */
export interface CheckedStart {
  /** As it was asked for, to be asked for again. */
  readonly start: StartTraining;
  /** Options of `train`: those that a file of options may have. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly dataOptions: Readonly<Record<string, unknown>>;
  /** Flags of a schedule, each a name and what its rule has let through: a number, or a word of a list. */
  readonly flags: Readonly<Record<string, string | number>>;
}

/** Options of a file that name other files, or entries past their rules: nothing for a page. */
const refused: ReadonlySet<string> = new Set(['config', 'set']);

/** Something is wrong with one part of a request. */
export function refusal(pointer: string, detail: string, status = 400): HttpError {
  return new HttpError(status, detail, {}, pointer);
}

/** @throws HttpError that points to what is wrong with it: 400, and 422 where parts do not go together */
export function checkStart(body: unknown): CheckedStart {
  if (!isRecord(body)) throw refusal('', 'the body is no JSON object.');
  const unknown = Object.keys(body).find((name) => !['data', 'name', 'options'].includes(name));
  if (unknown !== undefined) throw refusal(pointerTo(unknown), `there is nothing called '${unknown.slice(0, 40)}' to say: data, name and options.`); // prettier-ignore
  const data = checkData(body.data);
  const name = checkName(body.name);
  const given = body.options ?? {};
  if (!isRecord(given)) throw refusal('/options', 'options must be a JSON object.');
  const options: Record<string, unknown> = {};
  const dataOptions: Record<string, unknown> = {};
  const flags: Record<string, string | number> = {};
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const { goes, goesAs } = knownFields.get(option) ?? { goes: 'option', goesAs: option };
    const checked = checkOption(option, value);
    if (goes === 'data') dataOptions[goesAs] = checked;
    else if (goes === 'flag') flags[option] = checked as string | number;
    else options[option] = checked;
  }
  checkTogether(options);
  return {
    start: { data, ...(name !== undefined && { name }), options: given },
    options,
    dataOptions,
    flags,
  };
}

/** What is wrong with options as somebody types them, by their names; what does not go together, where each is right by itself. */
export function faultsIn(body: unknown): FormFaults {
  const given = isRecord(body) && isRecord(body.options) ? body.options : {};
  const faults: Record<string, string> = {};
  const check = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const name = error.pointer?.replace(/^\/options\//, '') ?? '';
      faults[name] = error.message;
    }
  };
  for (const [name, value] of Object.entries(given)) check(() => checkOption(name, value));
  if (Object.keys(faults).length === 0) check(() => checkStart({ data: { kind: 'file', name: '?' }, options: given }));
  return { faults };
}

function checkData(data: unknown): StartTraining['data'] {
  if (!isRecord(data) || typeof data.name !== 'string' || data.name === '' || data.name.length > 4096) {
    throw refusal('/data', 'say what to train on: { kind: dataset | file | upload, name }.');
  }
  const { kind, name } = data;
  if (kind !== 'dataset' && kind !== 'file' && kind !== 'upload') {
    throw refusal('/data/kind', `data must be of kind dataset, file or upload, got ${shownValue(kind)}.`);
  }
  if (kind === 'dataset') {
    const names = listDatasets().map((each) => each.name);
    if (!names.includes(name)) throw refusal('/data/name', `there is no built-in data set ${shownValue(name)}; there are ${names.join(', ')}.`); // prettier-ignore
  }
  return { kind, name };
}

/** A folder below RUNS: letters, digits and a few signs, in up to three parts. */
function checkName(name: unknown): string | undefined {
  if (name === undefined || name === null || name === '') return undefined;
  const part = /^[\p{L}\p{N}_][\p{L}\p{N}_. +=-]{0,79}$/u;
  const parts = typeof name === 'string' ? name.split('/') : [];
  if (parts.length > 0 && parts.length <= 3 && parts.every((each) => part.test(each) && !/[. ]$/.test(each))) return parts.join('/'); // prettier-ignore
  throw refusal('/name', "a run's name is of letters, digits and _ . + = -, begins with a letter or digit, and may be in folders: sweep/first."); // prettier-ignore
}

/** The option's value, made of the text of a form where it is text. */
function checkOption(name: string, value: unknown): unknown {
  const pointer = `/options${pointerTo(name)}`;
  const ownRule = Object.hasOwn(modelOptionRules, name) ? modelOptionRules[name as keyof ModelOptions] : undefined;
  const rules: readonly OptionRule[] = knownFields.get(name)?.rules ?? (ownRule ? [ownRule] : []);
  if (rules.length === 0 || refused.has(name)) {
    const nearest = nearestName(name, [...knownFields.keys()]);
    throw refusal(pointer, `there is no option '${name.slice(0, 60)}' here${nearest === undefined ? '' : `; did you mean '${nearest}'?`}.`); // prettier-ignore
  }
  // A part may come with its options; its row judges those.
  const isPart = (partKinds as readonly string[]).includes(name) && isRecord(value);
  if (isPart) {
    attempt(pointer, () => {
      checkPartChoices('options', { [name]: value });
    });
    return value;
  }
  for (const each of candidates(name, value)) if (rules.some(({ accepts }) => accepts(each))) return each;
  const expected = [...new Set(rules.map((rule) => expectedOf(rule, value)))].join(', or ');
  throw refusal(pointer, `${name} must be ${expected}, got ${shownValue(value)}.`);
}

/** What a text may mean: as the command line takes it. */
function candidates(name: string, value: unknown): unknown[] {
  if (typeof value !== 'string') return [value];
  const text = value.trim();
  const words = text.split(',').map((word) => word.trim()).filter((word) => word !== ''); // prettier-ignore
  if (name === 'condition') return [words.length > 1 ? words : text];
  return [
    ...(text === '' ? [] : [Number(text)]),
    ...(/^[\d.,\seE+-]+$/.test(text) ? [words.map(Number)] : []),
    ...(text === 'none' || text === '' ? [[]] : []),
    ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
    ...(text.startsWith('{') ? jsonOf(text) : []),
    text,
  ];
}

function jsonOf(text: string): unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return [];
  }
}

/** What options do not say alone: whether parts that are chosen have them, and go together. */
function checkTogether(options: ModelOptions & Readonly<Record<string, unknown>>): void {
  // What others than these are, only the data decide.
  const decided = ['prior', 'posterior', 'objective'] as const;
  const { preset } = options;
  if (preset === undefined) {
    for (const [name, value] of Object.entries(options)) {
      const owners = partKinds.filter((kind) => builtInParts[kind].some((row) => Object.hasOwn(row.options, name)));
      if (owners.length === 0 || !owners.every((kind) => (decided as readonly string[]).includes(kind))) continue;
      const chosen = Object.fromEntries(decided.flatMap((kind) => (options[kind] === undefined ? [] : [[kind, options[kind]]]))); // prettier-ignore
      attempt(`/options${pointerTo(name)}`, () => chooseParts({ ...chosen, [name]: value }, { base: usualParts, parts: builtInParts, data: { shape: [28, 28] } })); // prettier-ignore
    }
  }
  attempt(() => partIn(options), () => {
    checkPartsTogether(options);
  }); // prettier-ignore
}

const usualParts: PartConfigs = {
  prior: { name: 'standard-normal' },
  posterior: { name: 'diagonal' },
  likelihood: { name: 'bernoulli' },
  network: { name: 'dense' },
  objective: { name: 'elbo' },
};

/** The part that somebody has chosen, where parts do not go together. */
function partIn(options: ModelOptions): string {
  const chosen = (['objective', 'posterior', 'prior', 'preset'] as const).find((kind) => options[kind] !== undefined);
  return chosen === undefined ? '/options' : `/options/${chosen}`;
}

/** The library's own errors, pointing to where they arose. */
function attempt(pointer: string | (() => string), check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ValueError) && !(error instanceof Error && error.name === 'CapabilityError')) throw error;
    const status = error.name === 'CapabilityError' ? 422 : 400;
    throw refusal(typeof pointer === 'string' ? pointer : pointer(), error.message, status);
  }
}

/** A name as a part of a JSON pointer. */
function pointerTo(name: string): string {
  return `/${name.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
