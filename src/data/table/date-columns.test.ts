import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTableCsv, tableOf } from '../../io/index.ts';
import type { Table } from '../../io/index.ts';
import { columnOf, encoderOf } from '../../testing/tables.ts';
import { describeTable } from './describe-table.ts';
import { inferSchema } from './column-kinds.ts';
import type { SchemaOverrides } from './column-kinds.ts';
import { TableEncoder } from './encoder.ts';

const caseTable = (name: string): Table => parseTableCsv(readFileSync(`test/fixtures/cases/${name}.csv`, 'utf8'));

/** Encoded rows between those of the table: what a model makes up. */
function madeUp(encoder: TableEncoder, table: Table, shift = 0.0137): Table {
  const matrix = encoder.encodeMatrix(table);
  matrix.data.forEach((value, k) => (matrix.data[k] = value + shift * Math.sin(k)));
  return encoder.decode(matrix);
}

const said = (table: Table, overrides?: SchemaOverrides): string => {
  const schema = inferSchema(table, overrides);
  return describeTable(TableEncoder.fit(table, schema).state, schema).join('\n');
};

describe('columns of dates', () => {
  test('month first, with minutes', () => {
    const table = caseTable('dates-us-minutes');
    const encoder = encoderOf(table);
    expect(encoder.state.columns[0]).toMatchObject({
      kind: 'datetime',
      format: 'MM/DD/YYYY HH:mm',
      unit: 'minute',
      dateOnly: false,
    });
    expect(columnOf(encoder.decode(encoder.encodeMatrix(table)), 'when')).toEqual(columnOf(table, 'when'));
    for (const cell of columnOf(madeUp(encoder, table), 'when')) expect(cell).toMatch(/^\d\d\/\d\d\/2018 \d\d:\d\d$/);
    expect(said(table)).toMatch(/datetime: when \(MM\/DD\/YYYY HH:mm, to the minute\)/);
  });

  test('of digits alone: every row that is made up is a day that exists', () => {
    const table = caseTable('dates-digits');
    const encoder = encoderOf(table);
    expect(encoder.state.columns[0]).toMatchObject({ kind: 'datetime', format: 'YYYYMMDD', unit: 'day' });
    for (const cell of columnOf(madeUp(encoder, table), 'when')) {
      const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(String(cell)) ?? [];
      const date = new Date(`${year}-${month}-${day}T00:00Z`);
      expect(date.toISOString().slice(0, 10).replaceAll('-', '')).toBe(String(cell));
    }
    // Named as what tells rows apart, they do not mean a time.
    const ids = Array.from({ length: 28 }, (_, k) => 20180601 + k);
    expect(inferSchema(tableOf({ order_id: ids, day: ids })).map(({ kind }) => kind)).toEqual(['id', 'datetime']);
    expect(inferSchema(tableOf({ n: [20180601, 20189999, 20181131, 7] }))[0]?.kind).toBe('numeric');
    // Numbers stay numbers, as Parquet has them.
    const typed = encoderOf(tableOf({ day: ids, x: ids.map((_, k) => k / 7) }));
    expect(typed.decode(typed.encodeMatrix(tableOf({ day: ids, x: ids }))).columns[0]?.values).toEqual(ids);
  });

  test('at midnight all of them stay at midnight', () => {
    const table = caseTable('dates-midnight');
    const encoder = encoderOf(table);
    expect(encoder.state.columns[0]).toMatchObject({ format: 'YYYY-MM-DD HH:mm:ss', unit: 'day' });
    for (const cell of columnOf(madeUp(encoder, table), 'when')) expect(cell).toMatch(/^2018-\d\d-\d\d 00:00:00$/);
  });

  test('are of the first of a month, or of quarters of an hour, where all were', () => {
    const months = Array.from({ length: 60 }, (_, k) => `${2000 + Math.floor(k / 12)}-${String((k % 12) + 1).padStart(2, '0')}-01`); // prettier-ignore
    const quarters = months.map((day, k) => `${day} ${String(k % 24).padStart(2, '0')}:${['00', '15', '30', '45'][k % 4] ?? ''}`); // prettier-ignore
    const table = tableOf({ months, quarters, x: months.map((_, k) => Math.sin(k)) });
    const made = madeUp(encoderOf(table), table, 0.3);
    for (const cell of columnOf(made, 'months')) expect(cell).toMatch(/-01$/);
    for (const cell of columnOf(made, 'quarters')) expect(cell).toMatch(/:(00|15|30|45)$/);
  });

  test('an odd cell is missing, and named; many make it another kind, and are named too', () => {
    const days = Array.from({ length: 60 }, (_, k) => `${1 + (k % 28)}.${1 + (k % 12)}.2018`);
    const odd = tableOf({ when: [...days, '31.02.2018'], x: [...days, ''].map((_, k) => k) });
    const state = encoderOf(odd).state.columns[0];
    expect(state).toMatchObject({ kind: 'datetime', format: 'D.M.YYYY', nullable: true });
    expect(said(odd)).toContain(
      `'when': 1 of its cells are no dates as D.M.YYYY ("31.02.2018" in row 61): taken for missing.`,
    );
    const half = tableOf({ when: [...days, ...days.slice(0, 40).map(() => 'later')], x: Array.from({ length: 100 }, (_, k) => k % 7) }); // prettier-ignore
    expect(said(half)).toMatch(/'when': most of its cells are dates as D\.M\.YYYY, but 40 of 100 are not \("later" in row 61\)/); // prettier-ignore
  });

  test('of which day or month may come first are said to be open, unless another column tells', () => {
    const open = ['03/02/2018', '01/05/2018', '02/04/2018', '03/02/2018'];
    expect(said(tableOf({ when: open }))).toContain(
      `'when': whether the day or the month comes first is open; taken for MM/DD/YYYY (month first). Else: schema={"when":{"kind":"datetime","format":"DD/MM/YYYY"}}`,
    );
    const other = tableOf({ when: open, then: ['31/12/2018', '01/02/2018', '05/06/2018', '30/06/2018'] });
    expect(inferSchema(other).map(({ dates }) => dates?.format.pattern)).toEqual(['DD/MM/YYYY', 'DD/MM/YYYY']);
    expect(said(other)).toMatch(/'when': taken for DD\/MM\/YYYY \(day first\), as other columns say/);
  });

  test('a pattern that is given is obeyed, in its names too, and checked', () => {
    const table = tableOf({ born: ['01/02/2024 10:30', '03/04/2024 11:00'], x: [1, 2] });
    const given = (format: string): TableEncoder => encoderOf(table, { born: { kind: 'datetime', format } });
    expect(given('DD/MM/YYYY HH:mm').state.columns[0]).toMatchObject({ min: Date.UTC(2024, 1, 1, 10, 30) });
    expect(given('%m/%d/%Y %H:%M').state.columns[0]).toMatchObject({
      format: 'MM/DD/YYYY HH:mm',
      min: Date.UTC(2024, 0, 2, 10, 30),
    });
    expect(() => given('MM/DD')).toThrow(/'MM\/DD' is no pattern of dates \('born'\): it has no year/);
    expect(() => given('DD.MM.YYYY')).toThrow(
      /'born' is datetime, but holds "01\/02\/2024 10:30": expected a date as DD\.MM/,
    );
    expect(() => encoderOf(table, { x: { kind: 'numeric', format: 'DD' } })).toThrow(/no pattern|goes with datetime/);
    const german = tableOf({ tag: ['1. März 2018', '2. Mai 2018', '3. Juli 2018'], x: [1, 2, 3] });
    const encoder = encoderOf(german, { tag: { kind: 'datetime', format: 'D. MMMM YYYY' } });
    expect(columnOf(encoder.decode(encoder.encodeMatrix(german)), 'tag')).toEqual(columnOf(german, 'tag'));
    const unix = tableOf({ at: [1528639200, 1528642800, 1528646400, 1528650000], x: [1, 2, 3, 4] });
    expect(inferSchema(unix)[0]?.kind).toBe('numeric');
    const seconds = encoderOf(unix, { at: { kind: 'datetime', format: 'X' } });
    expect(seconds.state.columns[0]).toMatchObject({ min: 1528639200000, unit: 'hour' });
    expect(columnOf(seconds.decode(seconds.encodeMatrix(unix)), 'at')).toEqual(columnOf(unix, 'at'));
  });

  test('states of old runs read and write as they did', () => {
    const state = {
      columns: [
        { kind: 'datetime', name: 'a', nullable: false, min: 0, max: 2e12, transform: { name: 'standard', mean: 1e12, stddev: 1e11 }, dateOnly: false, format: 'YYYY-MM-DDTHH:mm:ssZ' }, // prettier-ignore
        { kind: 'datetime', name: 'b', nullable: false, min: 0, max: 2e12, transform: { name: 'standard', mean: 1e12, stddev: 1e11 }, dateOnly: true }, // prettier-ignore
      ],
    } as const;
    const encoder = new TableEncoder(JSON.parse(JSON.stringify(state)) as TableEncoder['state']);
    const back = encoder.decode(encoder.encodeMatrix(tableOf({ a: ['2001-09-09T01:46:40Z'], b: ['2001-09-09'] })));
    expect(back.columns.map(({ values }) => values[0])).toEqual(['2001-09-09T01:46:40Z', '2001-09-09']);
  });
});
