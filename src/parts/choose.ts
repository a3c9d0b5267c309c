import { ValueError, checkOptions, shownValue } from '../core/index.ts';
import type { DataShape, Part, PartOption, PartOptions, ValuesOf } from './part.ts';

/** The row of that name. @throws ValueError naming those that there are */
export function partNamed<Row extends Part>(kind: Row['kind'], name: string, rows: readonly Row[]): Row {
  const row = rows.find((each) => each.name === name);
  if (row) return row;
  const known = rows.map((each) => `'${each.name}'`).join(', ');
  throw new ValueError(
    `${kind}: there is no '${name}'; known are ${known}. Parts of your own are for code, as 'parts'.`,
  );
}

/**
 * What a row is built from: the options that are given, and the defaults of the others.
 *
 * @param given by the options' names; undefined is left out
 * @throws ValueError for options that the row does not have or values that they may not be
 */
export function valuesOf<O extends PartOptions>(
  row: Part<Part['kind'], string, O>,
  given: Readonly<Record<string, unknown>>,
  data: DataShape,
): ValuesOf<O> {
  const options: PartOptions = row.options;
  const rules = Object.fromEntries(Object.entries(options).map(([name, each]) => [name, each.rule]));
  checkOptions(`${row.kind} '${row.name}'`, given, rules);
  const entries = Object.entries(options).map(([name, each]) => [name, given[name] ?? defaultOf(each, data)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as ValuesOf<O>;
}

/** What an option is where nobody says: undefined where it may be absent. */
export function defaultOf({ default: usual }: PartOption, data: DataShape): unknown {
  return typeof usual === 'function' ? (usual as (data: DataShape) => unknown)(data) : usual;
}

/** Of flat options, those that the row has. */
export function optionsAmong(row: Part, flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flat).filter(([name]) => Object.hasOwn(row.options, name)));
}

/** A part by its name, with its options among the flat ones that stand beside it; or an object that holds them. */
export type PartChoice = string | { readonly name: string; readonly [option: string]: unknown };

/** The row that is chosen, and what it is built from. @throws ValueError */
export function chosenPart<Row extends Part>(
  kind: Row['kind'],
  choice: PartChoice,
  { rows, flat, data }: { readonly rows: readonly Row[]; readonly flat: object; readonly data: DataShape },
): { readonly row: Row; readonly values: ValuesOf<PartOptions> } {
  if (typeof choice !== 'string' && typeof (choice as Partial<typeof choice> | undefined)?.name !== 'string') {
    const known = rows.map((each) => `'${each.name}'`).join(', ');
    throw new ValueError(
      `${kind}: expected a name, or { name, …options }, got ${shownValue(choice)}; known are ${known}.`,
    );
  }
  const { name, ...own } = typeof choice === 'string' ? { name: choice } : choice;
  const row = partNamed<Row>(kind, name, rows);
  const given = typeof choice === 'string' ? optionsAmong(row, flat as Record<string, unknown>) : own;
  return { row, values: valuesOf(row, given, data) };
}

/** The options of all of these rows, flat. */
export type FlatOptions<Row extends Part> = Intersection<Row extends Part ? OptionsOf<Row['options']> : never>;

type OptionsOf<O extends PartOptions> = {
  readonly [K in keyof O]?: (O[K] extends PartOption<infer T> ? T : never) | undefined;
};
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
