import type { JsonValue } from '../io/index.ts';
import type { PartKind } from '../parts/index.ts';
import type { PartConfig } from './part-config.ts';
import { customNetwork } from './part-table.ts';
import type { PartTable } from './part-table.ts';

/** A part for people, as its row says it, or by its name and options: `low-rank; rank 2`. */
export function describePart(parts: PartTable, kind: PartKind, { name, ...options }: PartConfig): string {
  if (name === customNetwork && kind === 'network') return 'custom, given by code';
  const row = parts[kind].find((each) => each.name === name);
  if (row?.describe) return row.describe(options);
  return [name, ...Object.entries(options).map(([option, value]) => `${option} ${optionText(value)}`)].join('; ');
}

/** An option's value for people: a list as `400, 200`. */
export function optionText(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return value.length > 0 ? value.map(optionText).join(', ') : 'none';
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
