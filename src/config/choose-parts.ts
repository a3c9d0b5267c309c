import { ValueError, checkOptions } from '../core/index.ts';
import type { JsonValue } from '../io/index.ts';
import { defaultOf, partNamed } from '../parts/index.ts';
import type { DataShape, Part, PartChoice, PartKind } from '../parts/index.ts';
import type { PartConfig } from './part-config.ts';
import { builtInParts, customNetwork, partKinds, rowsOf } from './part-table.ts';
import type { PartTable } from './part-table.ts';

/** What is asked for of the parts: each kind's choice, and options of any of them, flat. */
export type AskedParts = Readonly<Partial<Record<PartKind, PartChoice>>>;

/** The parts of a run, as its configuration has them. */
export type PartConfigs = Readonly<Record<PartKind, PartConfig>>;

/**
 * The parts that flat options ask for. Another part than the base's starts without the base's numbers for it.
 *
 * @param base what nobody asks otherwise
 * @throws ValueError for a name that is not in the table, and for an option of a part that was not chosen
 */
export function chooseParts(
  options: AskedParts,
  { base, parts, data }: { readonly base: PartConfigs; readonly parts: PartTable; readonly data: DataShape },
): PartConfigs {
  const chosen = partKinds.map((kind) => {
    const choice = options[kind] ?? base[kind].name;
    const { name, ...own } = typeof choice === 'string' ? { name: choice } : choice;
    const row = name === customNetwork && kind === 'network' ? undefined : partNamed<Part>(kind, name, parts[kind]);
    return { kind, name, own, row };
  });
  const flat = flatFor(
    options,
    chosen.flatMap(({ row }) => row ?? []),
    parts,
  );
  return Object.fromEntries(
    chosen.map(({ kind, name, own, row }) => {
      const inherited = name === base[kind].name ? base[kind] : {};
      const ofRow = row && flat.get(row);
      const twice = Object.keys(ofRow ?? {}).find((option) => Object.hasOwn(own, option));
      if (twice !== undefined) {
        throw new ValueError(`options: '${twice}' is given in '${kind}' and beside it: leave one of them out.`);
      }
      const values = { ...defaultsOf(row, data), ...inherited, ...ofRow, ...own };
      return [kind, { name, ...mapDefined(values, plain) }];
    }),
  ) as unknown as PartConfigs;
}

/**
 * Checks the parts among options that are given as objects, `{ name, …options }`, each by its row.
 *
 * @param where whose options they are, for messages
 * @throws ValueError for a name that is not in the table, an option that the part does not have, or a wrong value
 */
export function checkPartChoices(where: string, options: AskedParts, parts: PartTable = builtInParts): void {
  for (const kind of partKinds) {
    const choice = options[kind];
    if (typeof choice !== 'object') continue;
    const { name, ...own } = choice;
    const row = parts[kind].find((each) => each.name === name);
    if (!row) throw new ValueError(`${where}: ${kind}: there is no '${name}'; known are ${listed(parts[kind])}.`);
    const rules = Object.entries(row.options).map(([option, { rule }]) => [option, rule] as const);
    checkOptions(`${where}: ${kind} '${name}'`, own, Object.fromEntries(rules));
  }
}

/** Each flat option to the chosen part that has it. */
function flatFor(options: AskedParts, chosen: readonly Part[], parts: PartTable): ReadonlyMap<Part, object> {
  const flat = new Map<Part, Record<string, unknown>>();
  for (const [name, value] of Object.entries(options)) {
    if ((value as unknown) === undefined || !isPartOption(name, parts)) continue;
    const takers = chosen.filter((row) => name in row.options);
    const [taker] = takers;
    if (!taker) throw new ValueError(unusedText(name, chosen, parts));
    if (takers.length > 1) {
      throw new ValueError(
        `options: '${name}' is an option of ${takers.map(({ kind, name: of }) => `${kind} '${of}'`).join(' and of ')}: say whose, as in ${taker.kind}: { name: '${taker.name}', ${name}: … }.`,
      );
    }
    flat.set(taker, { ...flat.get(taker), [name]: value });
  }
  return flat;
}

/** Whether an option is one of some part in the table. */
export function isPartOption(name: string, parts: PartTable): boolean {
  return rowsOf(parts).some(({ options }) => Object.hasOwn(options, name));
}

function unusedText(name: string, chosen: readonly Part[], parts: PartTable): string {
  const owners = rowsOf(parts).filter(({ options }) => Object.hasOwn(options, name));
  const kinds = partKinds.filter((kind) => owners.some((row) => row.kind === kind));
  const whose = kinds.map((kind) => `${kind} ${listed(owners.filter((row) => row.kind === kind))}`);
  const others = kinds.map((kind) => {
    const row = chosen.find((each) => each.kind === kind);
    return row ? `the ${kind} is '${row.name}'` : `the ${kind} is your own`;
  });
  return `options: '${name}' is for ${whose.join(' and for ')}, and ${others.join(' and ')}.`;
}

/** 'a', 'b' or 'c' */
function listed(rows: readonly Part[]): string {
  const names = rows.map(({ name }) => `'${name}'`);
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' or ');
}

/** What its options are where nobody says. */
function defaultsOf(row: Part | undefined, data: DataShape): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row?.options ?? {}).map(([name, each]) => [name, defaultOf(each, data)]));
}

/** Typed arrays are lists too; in JSON they would be objects. */
function plain(value: unknown): JsonValue {
  return (ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value) as JsonValue;
}

function mapDefined<T>(entries: Readonly<Record<string, unknown>>, map: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, value]) => (value === undefined ? [] : [[name, map(value)]])),
  );
}
