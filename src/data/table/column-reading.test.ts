import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatTableCsv, parseTableCsv, tableOf } from '../../io/index.ts';
import type { Cell, CsvOptions } from '../../io/index.ts';
import { TableEncoder, inferSchema, tableSplits } from '../index.ts';
import { describeReading } from './describe-table.ts';
import { TypedTable } from './typed-table.ts';
import type { TypingOptions } from './typed-table.ts';

const typed = (text: string | Uint8Array, options: TypingOptions & CsvOptions = {}): TypedTable =>
  TypedTable.of(parseTableCsv(text, options), options);
const caseTable = (name: string, options: TypingOptions & CsvOptions = {}): TypedTable =>
  typed(readFileSync(`test/fixtures/cases/${name}.csv`), options);
const numbersIn = (table: TypedTable, name: string): number[] => [...(table.column(name)?.numbers ?? [])];
const kinds = (table: TypedTable): Record<string, string> =>
  Object.fromEntries(inferSchema(table).map(({ name, kind }) => [name, kind]));
const total = (values: readonly number[]): number => Number(values.reduce((sum, value) => sum + value, 0).toFixed(6));
/** A table of one column beside one of words, in lines. */
const column = (cells: readonly string[], delimiter = ','): string =>
  `x${delimiter}w\n${cells.map((cell, k) => `${cell.includes(delimiter) ? `"${cell}"` : cell}${delimiter}${'abc'[k % 3]!}\n`).join('')}`;

describe('files that people have', () => {
  test('German thousands beside small numbers: one convention a column', () => {
    const table = caseTable('numbers-german-thousands');
    expect(numbersIn(table, 'faelle').slice(0, 5)).toEqual([2695, 3246, 1935, 1845, 327]);
    expect(numbersIn(table, 'rate').slice(0, 2)).toEqual([51.26, 48.68]);
    expect(table.column('faelle')?.reading.open).toBeUndefined();
  });

  test('thousands and percents in one file, decided by column, and what is open is said', () => {
    const table = caseTable('numbers-us-thousands-percent');
    expect(numbersIn(table, 'share')[0]).toBe(55.13);
    expect(numbersIn(table, 'rating')[0]).toBe(1106);
    expect(table.column('share')?.reading.form).toMatchObject({ decimal: ',', suffix: '%' });
    expect(describeReading(table).join('\n')).toMatch(/'rating': 1,106 is taken for 1106, and nothing .* 1\.106/);
    expect(numbersIn(caseTable('numbers-us-thousands-percent', { decimal: ',' }), 'rating')[0]).toBe(1.106);
  });

  test('accounting', () => {
    const amounts = numbersIn(caseTable('numbers-accounting'), 'amount');
    expect(amounts.slice(0, 3)).toEqual([-21703.25, 11315.79, -5937.96]);
  });

  test('marks of missing values', () => {
    const table = caseTable('odd-cell-na-mark');
    expect(kinds(table).x).toBe('numeric');
    expect(table.column('x')?.reading.marks).toEqual([{ mark: '#N/A', count: 5 }]);
    expect(table.column('x')?.present).toBe(115);
  });

  test('one odd cell: the column stays numeric, and its line is named; strict or a schema refuses it', () => {
    const table = caseTable('odd-cell-unit');
    expect([kinds(table).x, table.column('x')?.present]).toEqual(['numeric', 119]);
    expect(describeReading(table).join('\n')).toContain('x ("12 kg" in line 19)');
    const refused = /column 'x' is numeric, but holds "12 kg" in line 19: expected a number\. .*"missing"/;
    expect(() => caseTable('odd-cell-unit', { strict: true })).toThrow(refused);
    expect(() => caseTable('odd-cell-unit', { columns: { x: { kind: 'numeric' } } })).toThrow(refused);
    expect(
      caseTable('odd-cell-unit', { columns: { x: { kind: 'numeric', missing: ['12 kg'] } } }).column('x')?.present,
    ).toBe(119);
  });

  test('headers that are missing, or numbers', () => {
    const without = caseTable('header-missing');
    expect(without.rowCount).toBe(120);
    expect(without.columns.map(({ name }) => name)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c6']);
    expect(without.dialect?.notes.join()).toMatch(/no line names the columns.*option header/);
    const ofNumbers = caseTable('header-of-numbers');
    expect([ofNumbers.rowCount, ...ofNumbers.columns.map(({ name }) => name)]).toEqual([120, '0', '1', '2', '3']);
    expect(caseTable('header-of-numbers', { header: false }).rowCount).toBe(121);
  });

  test('integers beyond 2⁵³ are no quantities, and stay to the digit', () => {
    const table = caseTable('integers-beyond-2-53');
    expect(kinds(table).ORDER).toBe('categorical');
    expect(table.column('ORDER')?.cell(0)).toBe('1925036343869802866');
    expect(describeReading(table).join('\n')).toMatch(/ORDER \(whole numbers beyond 2⁵³ .* in line 2/);
  });

  test('the line that Excel obeys', () => {
    const table = caseTable('excel-sep-line');
    expect(table.columns.map(({ name }) => name)).toEqual(['größe', 'menge', 'farbe']);
    expect(numbersIn(table, 'menge').slice(0, 2)).toEqual([106.12, 99.27]);
  });

  test('a level named None', () => {
    const table = caseTable('level-named-none');
    expect(
      table
        .column('bags')
        ?.levels()
        ?.map(({ key }) => key),
    ).toContain('None');
    expect(table.column('bags')?.present).toBe(160);
  });
});

describe('numbers', () => {
  test.each<[string, string[], number[], CsvOptions?]>([
    ['US', ['1,234.50', '$2,000', '-$3.25', '999'], [1234.5, 2000, -3.25, 999]],
    ['German', ['1.234,50 €', '2.000,00 €', '-3,25 €'], [1234.5, 2000, -3.25]],
    ['Swiss', ["1'234.50", "CHF 12'000.00", '7.25'], [1234.5, 12000, 7.25]],
    ['French', ['1 234,5', '12 000,25', '1\u202F000 000'], [1234.5, 12000.25, 1e6]],
    ['Indian', ['1,23,456', '12,34,567.5', '1,000'], [123456, 1234567.5, 1000]],
    ['accounting', ['(1,500)', '250', '(3)'], [-1500, 250, -3]],
    ['trailing minus', ['5-', '12.5', '7.25-'], [-5, 12.5, -7.25]],
    ['minus sign', ['−5', '12.5', '+7.25'], [-5, 12.5, 7.25]],
    ['exponents', ['1e-3', '2.5E6', '3'], [0.001, 2.5e6, 3]],
    ['percent', ['12.5 %', '3 %', '-4.25 %'], [12.5, 3, -4.25]],
    ['codes of currencies', ['EUR 12.50', 'EUR 3', 'EUR -4.25'], [12.5, 3, -4.25]],
    [
      'thousands beside large numbers without: decimals',
      ['1.234', '5.678', '1043', '20000'],
      [1.234, 5.678, 1043, 20000],
    ],
    ['thousands beside small numbers', ['1.234', '5.678', '43', '200'], [1234, 5678, 43, 200]],
    ['decimal comma in a file of tabs', ['1,234', '5,6'], [1.234, 5.6], { delimiter: '\t' }],
  ])('%s', (_, cells, expected, options = {}) => {
    const table = typed(column(cells, options.delimiter ?? ','), options);
    expect(numbersIn(table, 'x')).toEqual(expected);
  });

  test('a unit that a whole column has', () => {
    const cells = Array.from({ length: 30 }, (_, k) => `${k * 2.5} kg`);
    const table = typed(column(cells));
    expect(total(numbersIn(table, 'x'))).toBe(1087.5);
    expect(table.column('x')?.reading.form?.suffix).toBe(' kg');
    // Few values with a unit are levels.
    expect(typed(column(cells.map((_, k) => ['5 doors', '3 doors'][k % 2]!))).column('x')?.numbers).toBeUndefined();
  });

  test('what is no number stays a text', () => {
    for (const cells of [
      ['007', '012', '113'],
      ['A12', 'A13', 'B7'],
      ['192.168.1.1', '10.0.0.1', '127.0.0.1'],
      ['1-2', '3-4', '5-6'],
      ['12:30', '7:15', '9:00'],
      ['ABC123', 'ABC456', 'ABC789'],
      ['1,5,2', '2,4,4', '3,3,1'],
    ]) {
      expect(typed(column(cells)).column('x')?.numbers, cells.join()).toBeUndefined();
    }
  });

  test('other columns of the file settle what one leaves open', () => {
    const table = typed('a;b\n1.234;0,5\n5.678;1,25\n');
    expect(numbersIn(table, 'a')).toEqual([1234, 5678]);
    expect(table.column('a')?.reading.open).toBeUndefined();
    const alone = typed('a;b\n1.234;x\n5.678;y\n');
    expect(numbersIn(alone, 'a')).toEqual([1.234, 5.678]);
    expect(alone.column('a')?.reading.open).toEqual({ example: '1.234', taken: 1.234, otherwise: 1234 });
    expect(numbersIn(typed('a;b\n1.234;x\n5.678;y\n', { thousands: '.' }), 'a')).toEqual([1234, 5678]);
    expect(numbersIn(typed('a;b\n1.234;x\n', { columns: { a: { decimal: ',' } } }), 'a')).toEqual([1234]);
  });

  test('of many rows, all of which differ, no digit is lost and none is parted otherwise', () => {
    const values = Array.from({ length: 20_000 }, (_, k) => (k - 7000) * 1.25 + 0.001 * (k % 7));
    const german = (value: number): string => value.toFixed(3).replace('.', ',');
    const cells = values.map((value, k) => (k === 15_000 ? 'n/a' : k === 16_000 ? '12 kg' : german(value)));
    const table = typed(column(cells, ';'));
    const expected = values.map((value, k) => (k === 15_000 || k === 16_000 ? NaN : Number(value.toFixed(3))));
    expect(numbersIn(table, 'x')).toEqual(expected);
    expect(table.column('x')?.column.cell(3)).toBe(cells[3]);
    expect(table.column('x')?.reading.odd).toMatchObject([{ cell: '12 kg', count: 1, first: 16_000 }]);
    const rows = Uint32Array.of(19_999, 15_000, 0);
    expect([...(table.select(rows).column('x')?.numbers ?? [])]).toEqual([expected[19_999], NaN, expected[0]]);
    const thousands = typed(
      column(
        values.map((_, k) => `${1 + (k % 900)}.${String(k % 1000).padStart(3, '0')}`),
        ';',
      ),
      {
        thousands: '.',
      },
    );
    expect(numbersIn(thousands, 'x')[1234]).toBe(335_234);
  });
});

describe('missing values', () => {
  const marksOf = (cells: readonly Cell[]): string[] =>
    TypedTable.of(tableOf({ x: cells })).columns[0]!.reading.marks.map(({ mark }) => mark);
  const numbers = Array.from({ length: 30 }, (_, k) => String(k * 1.5));
  const words = Array.from({ length: 30 }, (_, k) => ['red', 'green', 'blue'][k % 3]!);

  test("pandas' list among numbers and among words", () => {
    const pandas = ['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'n/a', 'nan', 'null']; // prettier-ignore
    expect(marksOf([...numbers, ...pandas]).sort()).toEqual(pandas.toSorted());
    expect(marksOf([...words, ...pandas]).sort()).toEqual(pandas.toSorted());
    expect(marksOf([...numbers, 'None', 'inf', '-Infinity'])).toEqual(['None', 'inf', '-Infinity']);
  });

  test('others only where the rest is of another kind', () => {
    expect(marksOf([...numbers, '-', '--', '.', '?', 'missing'])).toEqual(['-', '--', '.', '?', 'missing']);
    expect(marksOf([...words, '-', '.', 'missing'])).toEqual([]);
    expect(marksOf([...words, 'none'])).toEqual([]);
  });

  test('NA among codes of two capitals is one of them; None is a level unless the same file has it among numbers', () => {
    expect(marksOf(['EU', 'AS', 'AF', 'NA'])).toEqual([]);
    expect(marksOf(['red', 'blue', 'green', 'NA'])).toEqual(['NA']);
    const table = TypedTable.of(tableOf({ n: [...numbers, 'None'], w: [...words, 'None'] }));
    expect(table.columns.map(({ present }) => present)).toEqual([30, 30]);
  });

  test('are said by people too', () => {
    const cells = { x: [...numbers, '-999', 'NA', 'gone'] };
    const read = (options: TypingOptions) => TypedTable.of(tableOf(cells), options).columns[0]!;
    expect(read({ missing: [-999, 'gone'] }).present).toBe(30);
    expect(read({ columns: { x: { missing: ['-999', 'gone'] } } }).present).toBe(30);
    expect(read({}).reading.odd).toMatchObject([{ cell: 'gone' }]);
    const levels = { x: [...words, 'NA', ''] };
    expect(TypedTable.of(tableOf(levels), { missing: [] }).columns[0]?.present).toBe(31);
    expect(TypedTable.of(tableOf(levels), { columns: { x: { levels: ['NA'] } } }).columns[0]?.present).toBe(31);
  });

  test('a sentinel is mentioned, and stays a number until somebody says so', () => {
    const table = TypedTable.of(tableOf({ x: [...numbers, '-999', '-999', '-999'] }));
    expect(table.columns[0]?.present).toBe(33);
    expect(describeReading(table).join()).toMatch(/x \(-999, 3 times\)/);
  });
});

test('what was said of a file is kept, and read again', () => {
  const text = '# made by hand\nx|w\n1.234|a\n5.678|b\n2.345|-\n';
  const options = { comment: '#', delimiter: '|', thousands: '.', missing: ['-'], testFraction: 0 };
  const csv = { comment: '#', delimiter: '|' };
  const { train, options: kept } = tableSplits(parseTableCsv(text, csv), { source: 'x.csv', ...options });
  expect(kept).toMatchObject({ ...csv, thousands: '.', missing: ['-'] });
  expect(train.table?.state.columns[0]).toMatchObject({ kind: 'numeric', min: 1234, max: 5678 });
  expect(() => tableSplits(tableOf({ x: [1, 2] }), { source: 'x', delimiter: ';' })).toThrow(
    /unknown option 'delimiter'/,
  );
  expect(() => tableSplits(tableOf({ x: [1, 2] }), { source: 'x', decimal: ';' as '.' })).toThrow(
    /decimal is '.' or ','/,
  );
});

test.each<[string, number[]]>([
  ['numbers-german-thousands', [0, 1, 2, 3, 4]],
  ['numbers-us-thousands-percent', []],
  ['numbers-accounting', [0, 1, 2, 3, 4]],
  ['odd-cell-na-mark', [0, 1, 2, 3]],
  ['excel-sep-line', [1, 2, 3]],
])('%s is written back as it was read', (name, lines) => {
  const text = readFileSync(`test/fixtures/cases/${name}.csv`, 'utf8');
  const table = parseTableCsv(text);
  const { train } = tableSplits(table, { source: name, testFraction: 0 });
  const encoder = train.table!;
  // The state survives as JSON does.
  const again = new TableEncoder(JSON.parse(JSON.stringify(encoder.state)) as typeof encoder.state);
  const written = formatTableCsv(again.decode(again.encodeMatrix(table))).split('\n');
  const lined = text.split(/\r?\n/).filter((line) => !line.startsWith('sep='));
  if (lines.length > 0) expect(lines.map((line) => written[line])).toEqual(lines.map((line) => lined[line]));
  else expect(written[1]).toBe('h0,141,35,"55,13%","1,106"');
});

test('new rows of another convention are read by what they show, and else as those in training', () => {
  const { train } = tableSplits(typed('a;b\n1.234;0,5\n5.678;1,25\n9.012;2,5\n', {}), { source: 'x', testFraction: 0 });
  const encoder = train.table!;
  const numbers = (text: string): number[][] => {
    const table = TypedTable.of(parseTableCsv(text), { like: encoder.state });
    return table.columns.map((found) => [...(found.numbers ?? [])]);
  };
  expect(numbers('a;b\n3.456;7\n')).toEqual([[3456], [7]]);
  expect(numbers('a,b\n"3,456",0.5\n3,1.25\n')).toEqual([
    [3456, 3],
    [0.5, 1.25],
  ]);
});
