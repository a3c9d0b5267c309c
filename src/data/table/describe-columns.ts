import type { ColumnState, TableState } from './table-state.ts';
import type { ColumnDates } from './date-columns.ts';
import type { OrderEvidence } from './dates/index.ts';
import type { Surprise } from './encoder.ts';
import { isFeature } from './fit-table.ts';
import type { ColumnSchema } from './column-kinds.ts';

/** Columns of one kind that are named; more are counted. */
const mostNamed = 8;

/** What the columns were taken for, for people: a line for each kind, then what was set aside and why. */
export function describeTable(state: TableState, schema: readonly ColumnSchema[]): string[] {
  const kinds = [...new Set(state.columns.map(({ kind }) => kind).filter(isFeature))];
  const lines = kinds.map((kind) => {
    const columns = state.columns.filter((column) => column.kind === kind);
    const named = columns.slice(0, mostNamed).map(nameFeature);
    const more = columns.length > mostNamed ? `, … (${columns.length} in all)` : '';
    return `${kind}: ${named.join(', ')}${more}`;
  });
  const aside = state.columns.flatMap((column, index) => {
    if (isFeature(column.kind)) return [];
    const reason = schema[index]?.reason;
    if (column.kind === 'label') {
      const drawn = column.model ? ', and drawn rows get one' : '';
      return [`${column.name} (label, ${column.levels.length} classes: no score sees it${drawn})`];
    }
    return [`${column.name} (${column.kind}${reason === undefined ? '' : `: ${reason}`})`];
  });
  if (aside.length > 0) lines.push(`set aside: ${aside.join(', ')}`);
  if (state.condition) lines.push(`given, not modelled: ${state.condition.join(', ')}`);
  const remarks = schema.flatMap(({ name, dates, note }) => [
    ...(note === undefined ? [] : [`'${name}': ${note}.`]),
    ...(dates ? describeDates(name, dates) : []),
  ]);
  return [
    ...lines,
    ...remarks,
    `A column that is something else: say so with the option schema, such as ${exampleOf(state)}.`,
  ];
}

/** The option as the command line takes it: a label is what people most want to be modelled. */
function exampleOf({ columns }: TableState): string {
  const label = columns.find(({ kind }) => kind === 'label');
  const example = label
    ? { [label.name]: 'categorical' }
    : { [columns.find(({ kind }) => isFeature(kind))?.name ?? '']: 'ignored' };
  return `--data-option 'schema=${JSON.stringify(example)}'`;
}

/** What was decided on a column's dates that is not plain to see. */
function describeDates(name: string, { format, order, evidence, odd, zones }: ColumnDates): string[] {
  const lines: string[] = [];
  const option = (pattern: string): string => `schema={${JSON.stringify(name)}:{"kind":"datetime","format":${JSON.stringify(pattern)}}}`; // prettier-ignore
  if (evidence === 'open' && order !== undefined) {
    const other = otherOrder(format.pattern);
    lines.push(
      `'${name}': whether the day or the month comes first is open; taken for ${format.pattern} (${order}). Else: ${option(other)}`,
    );
  } else if (evidence !== undefined && evidence !== 'open' && evidence !== 'only it fits' && order !== undefined) {
    lines.push(`'${name}': taken for ${format.pattern} (${order}), as ${evidenceTexts[evidence]} say.`);
  }
  if (odd.count > 0) {
    const cells = odd.examples.map(({ cell, where }) => `${JSON.stringify(cell)} in ${where}`).join(', ');
    const more = odd.count > odd.examples.length ? ', …' : '';
    lines.push(
      `'${name}': ${odd.count} of its cells are no dates as ${format.pattern} (${cells}${more}): taken for missing.`,
    );
  }
  if (zones.length > 1)
    lines.push(`'${name}': its zones are ${zones.join(', ')}; all is written in ${zones[0] ?? ''}.`);
  return lines;
}

const evidenceTexts: Readonly<Record<Exclude<OrderEvidence, 'open'>, string>> = {
  'only it fits': 'numbers above 12',
  'the years': 'years that lie close together',
  'rows in order': 'rows that are then in order',
  'regular steps': 'steps that are then regular',
  'other columns': 'other columns',
};

/** The same pattern with the day for the month. */
function otherOrder(pattern: string): string {
  return pattern.replace(/M+|D+/g, (token) => (token.startsWith('M') ? 'D' : 'M').repeat(token.length));
}

function nameFeature(column: ColumnState): string {
  const missing = 'nullable' in column && column.nullable ? ', some missing' : '';
  if (column.kind === 'categorical' || column.kind === 'ordinal') {
    const other = column.kind === 'categorical' && column.pooled > 0 ? ' and others' : '';
    return `${column.name} (${column.levels.length} levels${other}${missing})`;
  }
  if (column.kind === 'datetime') {
    const unit = column.unit === undefined ? '' : `, to ${/^\d/.test(column.unit) ? '' : 'the '}${column.unit}`;
    return `${column.name} (${column.format ?? 'ISO 8601'}${unit}${missing})`;
  }
  return missing === '' ? column.name : `${column.name} (some missing)`;
}

/** What came that training did not know, and what became of it. */
export function describeSurprise({ column, what, count, example }: Surprise): string {
  const many = `${count} row${count === 1 ? '' : 's'}`;
  if (what === 'unseen category')
    return `'${column}' has a category that training had not, in ${many} (such as '${example}'): taken as "other".`;
  if (what === 'no constant')
    return `'${column}' was the same in all training rows, and is not in ${many} (such as '${example}'): that raises their scores.`;
  if (what === 'outside the levels')
    return `'${column}' is none of its levels in ${many} (such as '${example}'): taken as the nearest.`;
  if (what === 'missing value')
    return `'${column}' is missing in ${many}, and never was in training: taken as its typical value.`;
  return `'${column}' holds something else than its kind, in ${many} (such as '${example}'): taken as missing.`;
}
