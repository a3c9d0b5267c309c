import { delimiterWord, formatNumber, isCurrency } from '../../io/index.ts';
import type { NumberForm } from '../../io/index.ts';
import type { TypedColumn, TypedTable } from './typed-table.ts';
import type { ColumnState, TableState } from './table-state.ts';
import type { ColumnDates } from './date-columns.ts';
import type { OrderEvidence } from './dates/index.ts';
import type { Surprise } from './encoder.ts';
import { isFeature } from './fit-table.ts';
import type { ColumnSchema } from './column-kinds.ts';

// What people are told of a table: how its file was read, what its columns were taken for, and what came later that training did not know.

/** Columns that are named in one line; more are counted. */
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

/** What was taken for what while a table was read, for people: a line for each kind of thing, none where nothing is special. */
export function describeReading(table: TypedTable): string[] {
  const { columns } = table;
  const lines = describeLayout(table);
  const formed = columns.filter(({ reading: { form } }) => form && isSpecial(form));
  if (formed.length > 0) lines.push(`numbers as they are written: ${named(formed, (column) => formText(column))}`);
  const marked = columns.filter(({ reading: { marks } }) => marks.some(({ mark }) => mark !== ''));
  if (marked.length > 0) lines.push(`read as missing: ${named(marked, marksText)} (option missing)`);
  const odd = columns.filter(({ reading }) => reading.odd.length > 0 && !reading.lenient);
  if (odd.length > 0) {
    lines.push(`no numbers, so taken as missing: ${named(odd, oddText)} (the option strict=true refuses them)`);
  }
  for (const larger of [false, true]) {
    const open = columns.filter((column) => column.reading.open && isTakenLarger(column) === larger);
    if (open[0]) lines.push(`${named(open, quoted)}: ${openText(open[0], larger)}`);
  }
  const texts = columns.filter(({ reading }) => reading.whyText);
  if (texts.length > 0) lines.push(`no quantities: ${named(texts, whyText)}`);
  const sentinels = columns.flatMap((column) => sentinelOf(column) ?? []);
  if (sentinels.length > 0) {
    lines.push(
      `numbers that may stand for missing ones: ${sentinels.slice(0, mostNamed).join(', ')}: if they do, say --data-option missing=…, or by column in the schema`,
    );
  }
  return lines;
}

/** How the file is laid out, where that is not as everybody expects. */
export function describeLayout(table: TypedTable): string[] {
  const { columns, dialect, notes = [] } = table;
  const file = [...(dialect?.notes ?? []), ...notes];
  const signed = columns.filter(({ reading: { form, decimals } }) => form && decimals !== 0);
  const comma = signed.filter(({ reading: { form } }) => form?.decimal === ',');
  if (dialect && comma.length > 0) {
    const all = comma.length === signed.length;
    file.push(`numbers have a decimal comma${all ? '' : ` in ${named(comma, quoted)}`} (option decimal)`);
  }
  const layout = dialect ? `${delimiterWord(dialect.delimiter)} between fields; ` : '';
  return [...(file.length === 0 ? [] : [`Read as: ${layout}${file.join('; ')}.`]), ...describeNames(table)];
}

/** Which columns are a trained model's though they are called otherwise. */
export function describeNames({ meant }: TypedTable): string[] {
  const names = [...meant].map(([name, known]) => `'${name}' for '${known}'`);
  if (names.length === 0) return [];
  const more = names.length > mostNamed ? `, … (${names.length} columns in all)` : '';
  return [`columns taken for the model's, though written otherwise: ${names.slice(0, mostNamed).join(', ')}${more}.`];
}

function named(columns: readonly TypedColumn[], text: (column: TypedColumn) => string): string {
  const more = columns.length > mostNamed ? `, … (${columns.length} columns in all)` : '';
  return columns.slice(0, mostNamed).map(text).join(', ') + more;
}

const quoted = ({ name }: TypedColumn): string => `'${name}'`;

function isSpecial({ group, prefix, suffix, negative }: NumberForm): boolean {
  return group !== undefined || prefix !== undefined || suffix !== undefined || negative !== undefined;
}

function formText({ name, reading: { form, decimals = 1 } }: TypedColumn): string {
  if (!form) return name;
  const places = Math.min(decimals, 2);
  const suffix = form.suffix?.trim() ?? '';
  const unit = suffix === '%' ? 'percent' : suffix !== '' && !isCurrency(suffix) ? `in ${suffix}` : '';
  return `${name} (${[`such as ${formatNumber(form.negative ? -12345.25 : 12345.25, form, places)}`, unit].filter((part) => part !== '').join(', ')})`;
}

function marksText({ name, reading: { marks } }: TypedColumn): string {
  const shown = marks.slice(0, 4).map(({ mark, count }) => `${mark === '' ? 'empty' : `'${mark}'`} ${count}`);
  return `${name} (${shown.join(', ')}${marks.length > 4 ? ', …' : ''})`;
}

function oddText(column: TypedColumn): string {
  const { odd } = column.reading;
  const shown = odd.slice(0, 3).map(({ cell, first }) => `${JSON.stringify(cell)} in ${column.where(first)}`);
  const rows = odd.reduce((sum, { count }) => sum + count, 0);
  return `${column.name} (${shown.join(', ')}${rows > shown.length ? `; ${rows} rows in all` : ''})`;
}

function isTakenLarger({ reading: { open } }: TypedColumn): boolean {
  return open !== undefined && open.taken > open.otherwise;
}

function openText({ reading: { open } }: TypedColumn, larger: boolean): string {
  if (!open) return '';
  const remedy = larger
    ? `decimal=${open.example.includes(',') ? ',' : '.'}`
    : `thousands=${open.example.includes(',') ? ',' : '.'}`;
  return (
    `${open.example} is taken for ${open.taken}, and nothing in the file says that it is not ${open.otherwise}: ` +
    `if it is, --data-option ${remedy}, or by column in the schema`
  );
}

function whyText(column: TypedColumn): string {
  const { whyText: why } = column.reading;
  return why
    ? `${column.name} (${why.reason}: ${JSON.stringify(why.cell)} in ${column.where(why.first)}; {"${column.name}":"numeric"} in the schema makes it one)`
    : '';
}

/** All nines below 0, and what else people write for "no value". */
const sentinels = new Set([-1, -9, -99, -999, -9999, -99999, 99, 999, 9999, 99999]);

/** A usual sentinel that repeats and lies apart from all other values. */
function sentinelOf(column: TypedColumn): string | undefined {
  const { numbers, name } = column;
  if (!numbers || column.present < 20) return undefined;
  for (const end of ['least', 'most'] as const) {
    const sign = end === 'least' ? 1 : -1;
    let [extreme, count, next, opposite] = [Infinity, 0, Infinity, -Infinity];
    for (const raw of numbers) {
      if (Number.isNaN(raw)) continue;
      const value = sign * raw;
      if (value < extreme) [next, extreme, count] = [extreme, value, 1];
      else if (value === extreme) count++;
      else if (value < next) next = value;
      if (value > opposite) opposite = value;
    }
    const apart = next - extreme > 0.5 * (opposite - next) && (end === 'most' || next >= 0);
    if (count > 1 && count < 0.5 * column.present && sentinels.has(sign * extreme) && apart) {
      return `${name} (${sign * extreme}, ${count} times)`;
    }
  }
  return undefined;
}
