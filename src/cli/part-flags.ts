import { InvalidArgumentError } from 'commander';
import type { Option } from 'commander';
import { expectedOf } from '../core/index.ts';
import type { OptionRule } from '../core/index.ts';
import type { Schedule } from '../config/index.ts';
import { choice, option } from './flags.ts';

// The flags of a model's parts, made from the rows of the table of parts: a new row brings its own.

/** What is shown of a kind of parts. */
const kinds = {
  prior: { placeholder: 'name', what: 'p(z)', usual: 'standard-normal' },
  posterior: { placeholder: 'family', what: 'q(z|x), how Σ(x) is parameterised', usual: 'diagonal' },
  likelihood: {
    placeholder: 'family',
    what: 'p(x|z)',
    usual: 'bernoulli for images, gaussian for other numbers, mixed for tables',
  },
  network: {
    placeholder: 'kind',
    what: 'what encoder and decoder are',
    usual: 'dense; conv for large or coloured images',
  },
  objective: { placeholder: 'name', what: 'what training minimises', usual: 'elbo' },
} as const;

type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as Kind[];

/** The names of the flags that a scheduled option has besides its own, and of the entries of the schedule. */
const scheduleEntries = ['schedule', 'warmupSteps', 'cycles', 'from'] as const;

/** Loads the table of parts, which `--help` of other commands does without. */
async function tableOfParts() {
  const { builtInParts, describeScheduled, rowsOf, scheduleRules } = await import('../config/index.ts');
  return { rows: rowsOf(builtInParts), scheduleRules, describeScheduled };
}
type Table = Awaited<ReturnType<typeof tableOfParts>>;
type Row = Table['rows'][number];

/** The options of all parts, each with the rows that have it. */
function optionsOf(rows: readonly Row[]) {
  const found = new Map<string, [Owner, ...Owner[]]>();
  for (const row of rows) {
    for (const [name, each] of Object.entries(row.options)) {
      const before = found.get(name);
      found.set(name, before ? [...before, { row, option: each }] : [{ row, option: each }]);
    }
  }
  return found;
}

/** `--posterior`, `--rank` and so on: a flag for each kind of parts, and one for each option of a part. */
export async function partFlags(): Promise<readonly Option[]> {
  const { rows, scheduleRules } = await tableOfParts();
  const ofKinds = kindNames.map((kind) => {
    const { placeholder, what, usual } = kinds[kind];
    const ofKind = rows.filter((row) => row.kind === kind);
    const meanings = ofKind.map(({ name, summary }) => `${name}: ${summary}`).join('; ');
    return choice(
      `--${kind} <${placeholder}>`,
      `${what} (default: ${usual}). ${meanings}`,
      ofKind.map(({ name }) => name),
    );
  });
  const ofOptions = [...optionsOf(rows)].flatMap(([name, owners]) => {
    const [first] = owners;
    const rules = owners.map((each) => each.option.rule);
    const flag = `--${flagOf(name)}`;
    const [syntax, help] = [`${flag} <${placeholderOf(first.option.rule)}>`, helpOf(owners, rows)];
    const words = rules.every((each) => each.choices) && [
      ...new Set(rules.flatMap(({ choices = [] }) => choices.map(String))),
    ];
    const own = words ? choice(syntax, help, words) : option(syntax, help, valueParser(rules));
    if (!first.option.isScheduled) return [own];
    return [
      own,
      choice(
        `${flag}-schedule <name>`,
        'how it comes to its value over the steps',
        scheduleRules.schedule.choices ?? [],
      ),
      option(
        `${flag}-warmup-steps <n>`,
        'steps that it takes (default: half of all, or of a cycle)',
        valueParser([scheduleRules.warmupSteps]),
      ),
      option(`${flag}-cycles <n>`, 'how often cyclical begins anew (default: 4)', valueParser([scheduleRules.cycles])),
      option(`${flag}-from <number>`, 'where it comes from (default: 0)', valueParser(rules)),
    ];
  });
  return [...ofKinds, ...ofOptions];
}

/** `warmupSteps` → `warmup-steps` */
function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function placeholderOf({ expected, choices }: OptionRule): string {
  if (choices) return 'name';
  if (expected.startsWith('a whole number')) return 'n';
  if (expected.startsWith('a list')) return 'list';
  return expected.startsWith('a number') && !expected.includes("'") ? 'number' : 'value';
}

interface Owner {
  readonly row: Row;
  readonly option: Row['options'][string];
}

/** Its help, whose it is where not all of a kind have it, and its default; what parts mean by one name, each by itself. */
function helpOf(owners: readonly [Owner, ...Owner[]], rows: readonly Row[]): string {
  const meanings = new Map<string, Owner[]>();
  for (const owner of owners) {
    const { help } = owner.option;
    meanings.set(help, [...(meanings.get(help) ?? []), owner]);
  }
  const ofKind = rows.filter(({ kind }) => kind === owners[0].row.kind).length;
  return [...meanings]
    .map(([help, those]) => {
      const whose = those.length < ofKind ? `, for ${listed(those.map(({ row }) => row.name))}` : '';
      return `${help}${whose}${defaultsOf(those)}`;
    })
    .join('; ');
}

function defaultsOf(owners: readonly Owner[]): string {
  const defaults = new Map<string, string[]>();
  for (const { row, option: each } of owners) {
    const text = defaultOf(each);
    if (text !== undefined) defaults.set(text, [...(defaults.get(text) ?? []), row.name]);
  }
  const texts = [...defaults].map(([text, names], at) => (at === 0 ? text : `${listed(names)}: ${text}`));
  return texts.length > 0 ? ` (default: ${texts.join('; ')})` : '';
}

function defaultOf({ default: usual, defaultText }: Row['options'][string]): string | undefined {
  if (defaultText !== undefined) return defaultText;
  if (usual === undefined || typeof usual === 'function') return undefined;
  if (Array.isArray(usual)) return usual.length > 0 ? usual.join(',') : 'none';
  return typeof usual === 'string' ? usual : JSON.stringify(usual);
}

function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' or ');
}

/** Makes of a flag's text what one of the rules takes: a number, a list of numbers (`400,200`, `none`), true or false, or the word. */
function valueParser(rules: readonly OptionRule[]): (text: string) => unknown {
  return (text) => {
    const isList = text === 'none' || /^[^,]+(,[^,]+)*$/.test(text);
    const candidates: unknown[] = [
      ...(text.trim() === '' ? [] : [Number(text)]),
      ...(isList ? [text === 'none' ? [] : text.split(',').map(Number)] : []),
      ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
      text,
    ];
    const value = candidates.find((candidate) => rules.some(({ accepts }) => accepts(candidate)));
    if (value !== undefined) return value;
    const expected = [...new Set(rules.map((each) => expectedOf(each, candidates[0])))].join(', or ');
    const isOfLists = rules.some(({ accepts }) => accepts([4, 2]));
    const none = rules.some(({ accepts }) => accepts([])) ? ', or none' : '';
    throw new InvalidArgumentError(`Expected ${expected}${isOfLists ? `, such as 400,200${none}` : ''}.`);
  };
}

/** Options that flags make, and what a person should know of them. */
interface ScheduledFlags {
  readonly options: Readonly<Record<string, unknown>>;
  readonly notices: readonly string[];
}

/**
 * Scheduled options out of their flags: `--beta 4 --beta-schedule linear --beta-warmup-steps 2000` is
 * { value: 4, schedule: 'linear', warmupSteps: 2000 }. What is scheduled already and gets another value keeps its schedule.
 *
 * @param usual the objective of a configuration to start from: its options' values where no flag says them
 */
export async function scheduledFlags(
  flags: Readonly<Record<string, unknown>>,
  usual: Readonly<Record<string, unknown>> = {},
): Promise<ScheduledFlags> {
  const { rows, describeScheduled } = await tableOfParts();
  const objective = flags.objective ?? usual.name ?? kinds.objective.usual;
  const scheduled: Record<string, unknown> = {};
  const notices: string[] = [];
  for (const [name, owners] of optionsOf(rows)) {
    // Objectives have options of one name with defaults of their own.
    const { option: own } = owners.find(({ row }) => row.kind === 'objective' && row.name === objective) ?? owners[0];
    if (!own.isScheduled) continue;
    const given = scheduleEntries.flatMap((entry) => {
      const value = flags[`${name}${entry[0]?.toUpperCase()}${entry.slice(1)}`];
      return value === undefined ? [] : [[entry, value] as const];
    });
    const value = flags[name];
    const before = usual.name === objective ? usual[name] : undefined;
    const isSchedule = typeof before === 'object' && before !== null;
    if (given.length === 0 && !(value !== undefined && isSchedule)) continue;
    const from = before ?? own.default;
    const kept = (typeof from === 'object' ? from : { value: from, schedule: 'linear' }) as Schedule;
    const asked = { ...(value !== undefined && { value }), ...Object.fromEntries(given) };
    const next = { ...entriesFor({ ...kept, ...asked }, kept), ...asked } as Schedule;
    scheduled[name] = next;
    if (given.length > 0) continue;
    const flag = `--${flagOf(name)}`;
    notices.push(
      `${flag} ${String(value)} keeps the schedule that it starts from: ${describeScheduled(next)}. Without it: ${flag}-schedule constant.`,
    );
  }
  return { options: scheduled, notices };
}

/** Of the entries that a schedule had, those that it has under its name now. */
function entriesFor({ schedule }: { readonly schedule?: unknown }, before: object): object {
  const idle = schedule === 'constant' ? ['from', 'warmupSteps', 'cycles'] : schedule === 'cyclical' ? [] : ['cycles'];
  return Object.fromEntries(Object.entries(before).filter(([entry]) => !idle.includes(entry)));
}
