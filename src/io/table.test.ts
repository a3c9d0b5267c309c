import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, ShapeError, ValueError } from '../core/index.ts';
import {
  CsvScanner,
  decodeParquet,
  encodeParquet,
  formatTableCsv,
  columnOf,
  parseTableCsv,
  readParquetHeader,
  tableOf,
  tableRows,
} from './index.ts';
import { findDialect } from './csv-dialect.ts';
import type { Cell, Table } from './index.ts';

const cellsOf = (table: Table): Record<string, readonly Cell[]> =>
  Object.fromEntries(table.columns.map(({ name, values }) => [name, values]));

const recordsOf = (text: string, options: { delimiter?: string; lengths?: number[] } = {}): string[][] => {
  const records: string[][] = [];
  let fields: string[] = [];
  const scanner = new CsvScanner({
    delimiter: options.delimiter ?? ',',
    sink: {
      field: (bytes, start, end) =>
        fields.push(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end))),
      record: () => {
        records.push(fields);
        fields = [];
      },
    },
  });
  const bytes = new TextEncoder().encode(text);
  const lengths = options.lengths ?? [bytes.length];
  for (let at = 0, k = 0; at < bytes.length; at += lengths[k++ % lengths.length]!) {
    scanner.write(bytes.slice(at, at + lengths[k % lengths.length]!));
  }
  scanner.end();
  return records;
};

describe('CSV records', () => {
  test('quotes, line ends, empty lines and fields', () => {
    const text = 'a,"b ""x"", y"\r\n\r\n"multi\nline",\r,d\n"",\n"only"\nlast,"z"';
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
        const expected = parse(text, {
          relax_column_count: true,
          skip_empty_lines: true,
          relax_quotes: true,
          trim: true,
        });
        expect(recordsOf(text)).toEqual(expected);
        expect(recordsOf(text, { lengths })).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  test('errors name the line', () => {
    expect(() => recordsOf('a,b\n"c" d,e\n')).toThrow(
      /CSV data, line 2: expected ',' after a closing quote, found "d"/,
    );
    expect(() => recordsOf('a\n"b\nc')).toThrow(/line 2: a quote is opened and never closed/);
    expect(() => recordsOf('a\n"b\nc')).toThrow(DataError);
  });

  test('the delimiter is found out', () => {
    const delimiterOf = (text: string): string =>
      findDialect(new TextEncoder().encode(text), { name: 'x', encoding: 'utf-8', whole: true }).delimiter;
    expect(delimiterOf('a;b;c\n1,5;2,5;3,5\n')).toBe(';');
    expect(delimiterOf('1,5;2,5\n3,5;4,5\n')).toBe(';');
    expect(delimiterOf('a\tb\n1\t2\n')).toBe('\t');
    expect(delimiterOf('a|b\n"x,y"|2\n')).toBe('|');
    expect(delimiterOf('name,note\n"a;b;c",x\n')).toBe(',');
    expect(delimiterOf('one column\n3\n')).toBe(',');
    expect(delimiterOf('  x   y\n 1.5 20\n 31  4\n')).toBe(' ');
    expect(() => delimiterOf('a;b\n1,2,3\nx|y|z|w\n1;2;3;4;5\n')).toThrow(/none of , ; tab | parts all lines/);
  });
});

describe('tables in CSV', () => {
  test('names from the first line, or none when it holds numbers', () => {
    expect(cellsOf(parseTableCsv('x, y ,\n1,a,p\n,"b",q\n'))).toEqual({
      x: ['1', ''],
      y: ['a', 'b'],
      'column 3': ['p', 'q'],
    });
    expect(cellsOf(parseTableCsv('1;2\n3;4'))).toEqual({ c1: ['1', '3'], c2: ['2', '4'] });
    expect(cellsOf(parseTableCsv('1,2\n3,4', { header: true }))).toEqual({ '1': ['3'], '2': ['4'] });
    expect(parseTableCsv('a,b\n1,2\n', { header: false }).rowCount).toBe(2);
  });

  test('lines before the table that a spreadsheet has filled up with empty fields', () => {
    const rows = 'Nr;Ort;Menge;Preis\n1;Bern;3;4,50\n2;Oslo;;5,10\n3;;7;\n';
    for (const before of ['Bericht;;;\n', 'Bericht;;;\n;;;\n', ';;;\nvon:;2024;;\n;;;\n', ';;;\n']) {
      const table = parseTableCsv(before + rows);
      expect(
        table.columns.map(({ name }) => name),
        before,
      ).toEqual(['Nr', 'Ort', 'Menge', 'Preis']);
      expect(table.rowCount).toBe(3);
      expect(table.dialect?.notes.join()).toMatch(/no part of the table \(option skip\)/);
      expect(table.columns[0] && columnOf(table.columns[0]).where(0)).toBe(`line ${before.split('\n').length + 1}`);
    }
    // A first row that is short, names that miss, and a sparse table are no such lines.
    expect(cellsOf(parseTableCsv('a,b,c,d\n1,,,\n2,3,4,5\n')).a).toEqual(['1', '2']);
    expect(parseTableCsv('a,,,\n1,2,3,4\n5,6,7,8\n').columns[0]?.name).toBe('a');
    expect(parseTableCsv('Bericht;;;\n4;2;9;1\n5;6;7;8\n9;6;7;8\n').rowCount).toBe(3);
  });

  test('refuses rows of another length and no rows; tells names apart', () => {
    expect(() => parseTableCsv('a,b\n1,2\n\n1,2,3\n', { name: 'x.csv' })).toThrow(
      /x\.csv, line 4: expected 2 fields as in the first line, found 3/,
    );
    expect(cellsOf(parseTableCsv('a,a,a.1\n1,2,3\n'))).toEqual({ a: ['1'], 'a.2': ['2'], 'a.1': ['3'] });
    for (const empty of ['', 'a,b\n', '\n\n']) expect(() => parseTableCsv(empty)).toThrow(/holds no rows/);
  });

  test('a quote that is never closed, and names beyond what is looked at first', () => {
    const bytes = new Uint8Array(2 ** 25).fill(97);
    for (let at = 9; at < bytes.length; at += 10) bytes[at] = 10;
    bytes.set(new TextEncoder().encode('a,b\n1,"2'), 0);
    expect(() => parseTableCsv(bytes, { name: 'x.csv' })).toThrow(
      /x\.csv, line 2: a field that begins here is longer than 16 MiB/,
    );
    const names = Array.from({ length: 60_000 }, (_, k) => `name${k}`);
    const wide = parseTableCsv(`${names.join(',')}\n${names.map((_, k) => k).join(',')}\n`);
    expect([wide.columns.length, wide.columns[59_999]?.name, wide.columns[59_999]?.values]).toEqual([
      60_000,
      'name59999',
      ['59999'],
    ]);
  });

  test.each([';', '\t', '|', ','])(
    'names in quotes over more rows than are looked at first, parted by %j',
    (delimiter) => {
      const rows = Array.from({ length: 40_000 }, (_, k) => `${k}${delimiter}"t${k % 7}"`);
      const table = parseTableCsv(['"a b"' + delimiter + '"c"', ...rows].join('\n'));
      expect(table.columns.map(({ name }) => name)).toEqual(['a b', 'c']);
      expect([table.rowCount, table.columns[1]?.values[39_999]]).toEqual([40_000, 't1']);
      const names = Array.from({ length: 60_000 }, (_, k) => `"name${k}"`);
      const wide = parseTableCsv(`${names.join(delimiter)}\n${names.map((_, k) => k).join(delimiter)}\n`);
      expect([wide.columns.length, wide.columns[59_999]?.name]).toEqual([60_000, 'name59999']);
    },
  );

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

  test('decimals are the numbers that are written; more digits than those tell apart stay text', async () => {
    const { parquetWriteBuffer, schemaFromColumnData } = await import('hyparquet-writer');
    const columnData = [
      { name: 'price', data: [15.53, -0.07, null, 99_999_999.99] },
      { name: 'big', data: [1, 2, 3, 4].map((k) => BigInt(k) * 10n ** 17n + 1n) },
    ];
    const decimal = (precision: number, type: 'INT32' | 'INT64') =>
      ({ type, converted_type: 'DECIMAL', scale: 2, precision, repetition_type: 'OPTIONAL' }) as const;
    const schema = schemaFromColumnData({
      columnData,
      schemaOverrides: {
        price: { name: 'price', ...decimal(10, 'INT64') },
        big: { name: 'big', ...decimal(18, 'INT64') },
      },
    });
    const read = cellsOf(await decodeParquet(new Uint8Array(parquetWriteBuffer({ columnData, schema }))));
    expect(read.price).toEqual([15.53, -0.07, null, 99_999_999.99]);
    expect(read.big).toEqual([
      '1000000000000000.01',
      '2000000000000000.01',
      '3000000000000000.01',
      '4000000000000000.01',
    ]);
  });

  test('bytes that are no text become hexadecimal digits, and that is said', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer');
    const columnData = [
      { name: 'key', type: 'BYTE_ARRAY' as const, data: [Uint8Array.of(0xff, 0, 0x41), Uint8Array.of(0xfe, 1, 0x42)] },
      { name: 'old', type: 'BYTE_ARRAY' as const, data: ['grün', 'rot'].map((text) => new TextEncoder().encode(text)) },
    ];
    const table = await decodeParquet(new Uint8Array(parquetWriteBuffer({ columnData })));
    expect(cellsOf(table)).toEqual({ key: ['0xff0041', '0xfe0142'], old: ['grün', 'rot'] });
    expect(table.notes?.join()).toMatch(/'key' holds bytes that are no text/);
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
