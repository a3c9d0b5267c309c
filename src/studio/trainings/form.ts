import { builtInParts, partKinds, presetRule, presets, rowsOf, scheduleRules } from '../../config/index.ts';
import type { PartRow } from '../../config/index.ts';
import type { OptionRule } from '../../core/index.ts';
import type { FormField, TrainingForm } from '../contract.ts';
import { dataFields, plainFields } from './plain-fields.ts';
import type { PlainField } from './plain-fields.ts';

/** A field of the form, and what its value may be. */
export interface KnownField {
  readonly field: FormField;
  /** What it may be, for any of the parts that have it. */
  readonly rules: readonly OptionRule[];
  /** How it gets to the training: an option of `train`, one of its data, or a flag of the command line that is made of a schedule. */
  readonly goes: 'option' | 'data' | 'flag';
  /** Its name where it goes. */
  readonly goesAs: string;
}

/** What a kind of parts is, and which one is taken where nobody says; that of others the data decide. */
const kinds = {
  prior: { what: 'p(z)', usual: 'standard-normal' },
  posterior: { what: 'q(z|x), how Σ(x) is parameterised', usual: 'diagonal' },
  likelihood: { what: 'p(x|z); bernoulli for images, gaussian for other numbers, mixed for tables', usual: undefined },
  network: { what: 'what encoder and decoder are; dense, conv for large or coloured images', usual: undefined },
  objective: { what: 'what training minimises', usual: 'elbo' },
} as const;

/** The options that a scheduled option has besides its own, as the command line has them. */
const scheduleFields = [
  { entry: 'schedule', help: 'how it comes to its value over the steps' },
  { entry: 'warmupSteps', help: 'steps that it takes; half of all, or of a cycle' },
  { entry: 'cycles', help: 'how often it begins anew, where it is cyclical', default: 4 },
  { entry: 'from', help: 'where it comes from', default: 0 },
] as const;

interface Owner {
  readonly row: PartRow;
  readonly option: PartRow['options'][string];
}

/** Every field, by the rows of the table of parts and the options of `train`, in the order of the form. */
export const knownFields: ReadonlyMap<string, KnownField> = new Map(
  [
    presetField(),
    ...dataFields.map((each) => plain(each, 'data')),
    ...plainFields.filter(({ group }) => group !== 'Training').map((each) => plain(each, 'option')),
    ...partKinds.map(kindField),
    ...partFields(),
    ...plainFields.filter(({ group }) => group === 'Training').map((each) => plain(each, 'option')),
  ].map((known) => [known.field.name, known]),
);

/** `GET /api/form` */
export const trainingForm: TrainingForm = {
  presets: presets.map(({ name, summary, when, options }) => ({
    name,
    what: `${summary}; for when ${when}`,
    options: { ...options },
  })),
  fields: [...knownFields.values()].map(({ field }) => field),
};

function presetField(): KnownField {
  const choices = presets.map(({ name, summary }) => ({ value: name, what: summary }));
  const help = 'options to start from; what else is said goes over them';
  return { field: { name: 'preset', flag: '--preset', help, expected: presetRule.expected, type: 'choice', choices, group: 'Model' }, rules: [presetRule], goes: 'option', goesAs: 'preset' }; // prettier-ignore
}

function plain(
  { name, dataName = name, group, help, rule, default: usual, when }: PlainField,
  goes: 'option' | 'data',
): KnownField {
  const isFlag = ['count', 'testCount', 'dataSeed'].includes(name) || goes === 'option';
  const field: FormField = {
    name,
    flag: isFlag ? `--${flagOf(name)}` : `--data-option ${dataName}=`,
    help,
    expected: expectedIn([rule]),
    ...typeOf([rule]),
    ...(usual !== undefined && { default: usual }),
    group,
    ...(when && { when }),
  };
  return { field, rules: [rule], goes, goesAs: goes === 'data' ? dataName : name };
}

function kindField(kind: (typeof partKinds)[number]): KnownField {
  const rows: readonly PartRow[] = builtInParts[kind];
  const { what, usual } = kinds[kind];
  const choices = rows.map(({ name, summary }) => ({ value: name, what: summary }));
  const rule: OptionRule = { expected: `one of ${rows.map(({ name }) => name).join(', ')}`, accepts: (value) => rows.some(({ name }) => name === value) }; // prettier-ignore
  return {
    field: { name: kind, flag: `--${kind}`, help: what, expected: rule.expected, type: 'choice', choices, ...(usual !== undefined && { default: usual }), group: 'Model' }, // prettier-ignore
    rules: [rule],
    goes: 'option',
    goesAs: kind,
  };
}

/** A field for each option of a part, and those of its schedule. */
function partFields(): KnownField[] {
  const owners = new Map<string, Owner[]>();
  for (const row of rowsOf(builtInParts)) {
    for (const [name, option] of Object.entries(row.options)) owners.set(name, [...(owners.get(name) ?? []), { row, option }]); // prettier-ignore
  }
  return [...owners].flatMap(([name, those]) => {
    const own = partField(name, those);
    if (those[0]?.option.isScheduled !== true) return [own];
    return [own, ...scheduleFields.map((each) => scheduleField(own, each))];
  });
}

function partField(name: string, owners: readonly Owner[]): KnownField {
  const rules = owners.map(({ option }) => option.rule);
  const helps = [...new Set(owners.map(({ option }) => option.help))];
  const defaults = new Set(owners.map(({ option }) => JSON.stringify(usualOf(option))));
  const usual = owners[0] && defaults.size === 1 ? usualOf(owners[0].option) : undefined;
  const field: FormField = {
    name,
    flag: `--${flagOf(name)}`,
    help: helps.join('; '),
    expected: expectedIn(rules),
    ...typeOf(rules),
    ...(usual !== undefined && { default: usual }),
    group: titleOf(owners[0]?.row.kind ?? 'Model'),
    ...whenOf(owners),
  };
  return { field, rules, goes: 'option', goesAs: name };
}

/** Of one kind of parts, those that have it; where several kinds have it, nothing is said. */
function whenOf(owners: readonly Owner[]): Pick<FormField, 'when'> {
  const [kind, other] = [...new Set(owners.map(({ row }) => row.kind))];
  if (kind === undefined || other !== undefined) return {};
  const names = owners.map(({ row }) => row.name);
  return names.length === builtInParts[kind].length ? {} : { when: { [kind]: names } };
}

function scheduleField(
  { field, rules }: KnownField,
  { entry, help, ...usual }: (typeof scheduleFields)[number],
): KnownField {
  // prettier-ignore
  const rule: OptionRule = entry === 'from' ? numberOf(rules) : scheduleRules[entry];
  const name = `${field.name}${(entry[0] ?? '').toUpperCase()}${entry.slice(1)}`;
  return {
    field: {
      name,
      flag: `${field.flag}-${flagOf(entry)}`,
      help: `${field.name}: ${help}`,
      expected: expectedIn([rule]),
      ...typeOf([rule]),
      ...usual,
      group: field.group,
      ...(field.when && { when: field.when }),
    },
    rules: [rule],
    goes: 'flag',
    goesAs: name,
  };
}

/** What any of some rules lets through, in words. */
function expectedIn(rules: readonly OptionRule[]): string {
  return [...new Set(rules.map(({ expected }) => expected))].join(', or ');
}

/** Of rules of a scheduled number, what a number may be. */
function numberOf(rules: readonly OptionRule[]): OptionRule {
  const [first] = rules;
  return { expected: first?.expected ?? 'a number', accepts: (value) => typeof value === 'number' && rules.some(({ accepts }) => accepts(value)) }; // prettier-ignore
}

function usualOf({ default: usual }: Owner['option']): unknown {
  return typeof usual === 'function' ? undefined : usual;
}

/** What is typed into a field, by what its value may be. */
function typeOf(rules: readonly OptionRule[]): Pick<FormField, 'type' | 'choices'> {
  if (rules.length > 0 && rules.every(({ choices }) => choices)) {
    const words = [...new Set(rules.flatMap(({ choices = [] }) => choices.map(String)))];
    return { type: 'choice', choices: words.map((value) => ({ value, what: '' })) };
  }
  const takes = (value: unknown): boolean => rules.some(({ accepts }) => accepts(value));
  if (takes(true)) return { type: 'flag' };
  // Words beside numbers are typed as text.
  if (rules.some(({ expected }) => expected.includes("'"))) return { type: 'text' };
  if ([[], [4], [4, 2]].some(takes)) return takes('a') ? { type: 'text' } : { type: 'numbers' };
  if (takes('a')) return { type: 'text' };
  return { type: takes(0.5) || takes(1.5) ? 'number' : 'whole' };
}

/** `warmupSteps` → `warmup-steps` */
function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function titleOf(kind: string): string {
  return `${(kind[0] ?? '').toUpperCase()}${kind.slice(1)}`;
}
