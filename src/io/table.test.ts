import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, ShapeError, ValueError } from '../core/index.ts';
import {
  CsvRecords,
  decodeParquet,
  encodeParquet,
  formatTableCsv,
  parseTableCsv,
  readParquetHeader,
  sniffDelimiter,
  tableOf,
  tableRows,
} from './index.ts';
import { plainNumbers } from './plain-numbers.ts';
import type { Cell, Table } from './index.ts';

const cellsOf = (table: Table): Record<string, readonly Cell[]> =>
  Object.fromEntries(table.columns.map(({ name, values }) => [name, values]));

/** Text in pieces of the given lengths, over and over. */
function* pieces(text: string, lengths: readonly number[]): Generator<string> {
  for (let at = 0, k = 0; at < text.length; k++) {
    const length = lengths[k % lengths.length]!;
    yield text.slice(at, at + length);
    at += length;
  }
}
const recordsOf = (text: string, options: { delimiter?: string; lengths?: number[] } = {}): string[][] => {
  const records: string[][] = [];
  const parser = new CsvRecords({ delimiter: options.delimiter ?? ',', onRecord: (fields) => records.push(fields) });
  for (const piece of pieces(text, options.lengths ?? [Infinity])) parser.write(piece);
  parser.end();
  return records;
};

describe('CSV records', () => {
  test('quotes, line ends, empty lines and fields', () => {
    const text = '\uFEFFa,"b ""x"", y"\r\n\r\n"multi\nline",\r,d\n"",\n"only"\nlast,"z"';
    expect(recordsOf(text)).toEqual([
      ['a', 'b "x", y'],
      ['multi\nline', ''],
      ['', 'd'],
      ['', ''],
      ['only'],
      ['last', 'z'],
    ]);
  });

  test('as csv-parse reads them, whole or in pieces', () => {
    const field = fc.oneof(fc.stringMatching(/^[ -~]{0,4}$/), fc.constantFrom('', '"', ',', '\n', 'a"b', '0,5'));
    const row = fc.array(field, { minLength: 2, maxLength: 4 });
    const written = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 8 }),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      last: fc.boolean(),
      lengths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(written, ({ rows, lineEnd, last, lengths }) => {
        const quoted = (cell: string): string =>
          /[",\n\r]/.test(cell) || cell.length % 3 === 1 ? `"${cell.replaceAll('"', '""')}"` : cell;
        const text = rows.map((cells) => cells.map(quoted).join(',')).join(lineEnd) + (last ? lineEnd : '');
        const expected = parse(text, { relax_column_count: true, skip_empty_lines: true, relax_quotes: true });
        expect(recordsOf(text)).toEqual(expected);
        expect(recordsOf(text, { lengths })).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  test('errors name the line', () => {
    expect(() => recordsOf('a,b\n"c" d,e\n')).toThrow(
      /CSV data, line 2: expected ',' after a closing quote, found ' '/,
    );
    expect(() => recordsOf('a\n"b\nc')).toThrow(/line 2: a quote is opened and never closed/);
    expect(() => recordsOf('a\n"b\nc')).toThrow(DataError);
  });

  test('the delimiter is found out', () => {
    expect(sniffDelimiter('a;b;c\n1,5;2,5;3,5\n')).toBe(';');
    expect(sniffDelimiter('a\tb\n1\t2\n')).toBe('\t');
    expect(sniffDelimiter('a|b\n"x,y"|2\n')).toBe('|');
    expect(sniffDelimiter('name,note\n"a;b;c",x\n')).toBe(',');
    expect(sniffDelimiter('one column\n3\n')).toBe(',');
    expect(sniffDelimiter('')).toBe(',');
  });
});

describe('tables in CSV', () => {
  test('names from the first line, or none when it holds numbers', () => {
    expect(cellsOf(parseTableCsv('x, y ,\n1,a,p\n,"b",q\n'))).toEqual({
      x: ['1', ''],
      y: ['a', 'b'],
      'column 3': ['p', 'q'],
    });
    expect(cellsOf(parseTableCsv('1;2\n3;4'))).toEqual({ 'column 1': ['1', '3'], 'column 2': ['2', '4'] });
    expect(cellsOf(parseTableCsv('1,2\n3,4', { header: true }))).toEqual({ '1': ['3'], '2': ['4'] });
    expect(parseTableCsv('a,b\n1,2\n', { header: false }).rowCount).toBe(2);
  });

  test('refuses rows of another length, names twice, and no rows', () => {
    expect(() => parseTableCsv('a,b\n1,2\n\n1,2,3\n', { name: 'x.csv' })).toThrow(
      /x\.csv, line 4: expected 2 fields as in the first line, found 3/,
    );
    expect(() => parseTableCsv('a,a\n1,2\n')).toThrow(/two columns are named 'a'/);
    for (const empty of ['', 'a,b\n', '\n\n']) expect(() => parseTableCsv(empty)).toThrow(/holds no rows/);
  });

  test('what is written is read back', () => {
    const name = fc.string({ minLength: 1, maxLength: 3 }).map((text) => `c${text.replaceAll(/\s/g, '_')}`);
    const cell = fc.string({ maxLength: 5 });
    const table = fc
      .record({
        names: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        rows: fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        delimiter: fc.constantFrom(',', ';', '\t', '|', '^'),
      })
      .filter(({ names, delimiter }) => !names.some((text) => text.includes(delimiter)));
    fc.assert(
      fc.property(table, ({ names, rows, delimiter }) => {
        const columns = names.map((text, index) => ({ name: text, values: rows.map((row) => row[index]!) }));
        const text = formatTableCsv(tableOf(columns), { delimiter });
        expect(parseTableCsv(text, { delimiter, header: true })).toEqual(tableOf(columns));
      }),
    );
    expect(formatTableCsv(tableOf({ a: [null, 1.5, true], b: ['x', '', ' y'] }))).toBe('a,b\n,x\n1.5,\ntrue," y"\n');
    expect(() => formatTableCsv(tableOf({ a: [1] }), { delimiter: ';;' })).toThrow(ValueError);
  });

  test('tableOf and tableRows', () => {
    expect(() => tableOf({ a: [1], b: [1, 2] })).toThrow(ShapeError);
    expect(() =>
      tableOf([
        { name: 'a', values: [1] },
        { name: 'a', values: [1] },
      ]),
    ).toThrow(/two columns are named 'a'/);
    expect(cellsOf(tableRows(tableOf({ a: [1, 2, 3], b: ['x', 'y', null] }), [2, 0]))).toEqual({
      a: [3, 1],
      b: [null, 'x'],
    });
  });
});

describe('Parquet', () => {
  const table = tableOf({
    whole: [1, -2, null, 2 ** 30],
    real: [0.5, null, -1e300, 3],
    large: [2 ** 40, 1, 2, 3],
    flag: [true, null, false, true],
    text: ['a', '', null, 'ä"\n'],
    empty: [null, null, null, null],
  });

  test('what is written is read back, all of it or some rows', async () => {
    const bytes = await encodeParquet(table);
    expect(await decodeParquet(bytes)).toEqual(table);
    const columns = table.columns.map(({ name }) => name);
    expect(await readParquetHeader(bytes)).toEqual({ columns, rowCount: 4, rowGroups: [4] });
    expect(await decodeParquet(bytes, { rows: { start: 1, end: 3 } })).toEqual(tableRows(table, [1, 2]));
  });

  test('damaged footers give a table or a DataError', async () => {
    const sound = await encodeParquet(table);
    await expect(decodeParquet(sound.subarray(0, sound.length - 9), { name: 'x.parquet' })).rejects.toThrow(
      /x\.parquet: not a Parquet file, or a damaged one/,
    );
    await expect(decodeParquet(new Uint8Array(3))).rejects.toThrow(DataError);
    const footer = sound.length - 8 - new DataView(sound.buffer, sound.byteOffset).getUint32(sound.length - 8, true);
    expect(footer).toBeGreaterThan(100);
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        // In the footer, from where hyparquet takes all sizes; parquet-pages.test.ts damages the pages.
        const bytes = sound.slice();
        for (const [at, value] of list) bytes[footer + (at % (bytes.length - footer))] = value;
        try {
          await decodeParquet(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('numbers as people write them', () => {
  test.each<[string, string, string]>([
    [',', '1,234', '1234'],
    [',', '$1,234.50', '1234.50'],
    [',', '-$1,234,567', '-1234567'],
    [',', '12.5 %', '12.5'],
    [',', '€ 3', '3'],
    [';', '12,50', '12.50'],
    [';', '1.234,50 €', '1234.50'],
    [';', '-0,5', '-0.5'],
    [';', '1.234', '1.234'],
    ['\t', '3,5', '3.5'],
  ])('in a file with %j: %s is %s', (delimiter, text, plain) => {
    expect(plainNumbers(delimiter)(text)).toBe(plain);
  });

  test.each<[string, string]>([
    [',', '1,23'],
    [',', '3,5'],
    [',', 'a,b'],
    [',', '$'],
    [',', '1,234,5'],
    [';', '1,2,3'],
    [';', '12,'],
    [';', ',5'],
    [';', '1.23,5'],
    [';', '01067'],
    [';', 'Muster, 5'],
    [';', ''],
  ])('in a file with %j, %j stays', (delimiter, text) => {
    expect(plainNumbers(delimiter)(text)).toBe(text);
  });

  test('are read only when asked for', () => {
    const text = 'a;b\n1,5;x\n2,5;y\n';
    expect(parseTableCsv(text).columns[0]?.values).toEqual(['1,5', '2,5']);
    expect(parseTableCsv(text, { plainNumbers: true }).columns[0]?.values).toEqual(['1.5', '2.5']);
  });
});
