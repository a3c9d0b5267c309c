import * as v from 'valibot';
import { expectedOf } from '../core/index.ts';
import { schema } from '../io/index.ts';
import type { JsonValue } from '../io/index.ts';
import type { PartKind, PartOption } from '../parts/index.ts';
import { customNetwork } from './part-table.ts';
import type { PartTable } from './part-table.ts';

/** A part as config.json has it: `{ "name": "low-rank", "rank": 4 }`. */
export interface PartConfig {
  readonly name: string;
  readonly [option: string]: JsonValue;
}

/** The schema of one part: its name stands in the table, and its options are those of its row. */
export function partSchema(parts: PartTable, kind: PartKind): v.GenericSchema<unknown, PartConfig> {
  const rows = kind === 'network' ? [...parts.network, { name: customNetwork, options: {} }] : parts[kind];
  const names = rows.map(({ name }) => `'${name}'`).join(', ');
  const variants = rows.map(({ name, options }) =>
    schema.object({
      name: v.literal(name),
      ...Object.fromEntries(Object.entries(options).map(([key, option]) => [key, optionSchema(option)])),
    }),
  );
  return v.variant('name', variants, ({ expected }) =>
    expected === 'Object'
      ? 'an object'
      : `one of ${names}, or a part of your own, which code gives and the command line cannot: load(path, { parts: [yours] }), train(data, { parts: [yours] })`,
  );
}

function optionSchema({
  rule,
  default: fallback,
  isAlways,
}: PartOption): v.ExactOptionalSchema<v.GenericSchema, unknown> {
  const value = v.custom<unknown>(
    (given) => rule.accepts(given),
    ({ input }) => expectedOf(rule, input),
  );
  return isAlways ? v.exactOptional(value, fallback) : v.exactOptional(value, undefined);
}
