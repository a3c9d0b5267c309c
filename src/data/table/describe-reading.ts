import { delimiterWord, formatNumber } from '../../io/index.ts';
import type { NumberForm } from '../../io/index.ts';
import { isCurrency } from '../../io/index.ts';
import type { TypedColumn, TypedTable } from './typed-table.ts';

/** Columns that are named in one line; more are counted. */
const mostNamed = 8;

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
export function describeLayout({ columns, dialect, notes = [] }: TypedTable): string[] {
  const file = [...(dialect?.notes ?? []), ...notes];
  const signed = columns.filter(({ reading: { form, decimals } }) => form && decimals !== 0);
  const comma = signed.filter(({ reading: { form } }) => form?.decimal === ',');
  if (dialect && comma.length > 0) {
    const all = comma.length === signed.length;
    file.push(`numbers have a decimal comma${all ? '' : ` in ${named(comma, quoted)}`} (option decimal)`);
  }
  if (file.length === 0) return [];
  return [`Read as: ${dialect ? `${delimiterWord(dialect.delimiter)} between fields; ` : ''}${file.join('; ')}.`];
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
