import { DataError, ValueError } from '../core/index.ts';
import type { DecodeOptions } from './bytes.ts';
import { CsvRecords, sniffDelimiter } from './csv-records.ts';
import { plainNumbers } from './plain-numbers.ts';
import { guardFormula, unguardFormula } from './spreadsheet-text.ts';
import { tableOf } from './table.ts';
import type { Cell, Table } from './table.ts';

export interface TableCsvOptions extends DecodeOptions {
  /** Default: found out (`sniffDelimiter`). */
  readonly delimiter?: string;
  /** Whether the first record names the columns; default: unless all its fields are numbers. */
  readonly header?: boolean;
  /** Whether numbers as people write them become plain ones (`plain-numbers.ts`); default: every field stays as it is. */
  readonly plainNumbers?: boolean;
}

/**
 * A table in CSV: the first record names the columns; unnamed ones become `column 1`, `column 2`, …
 *
 * @throws DataError naming the line of a record with more or fewer fields than the first, or when there are no rows
 */
export function parseTableCsv(text: string, options: TableCsvOptions = {}): Table {
  const builder = new CsvTableBuilder({ ...options, delimiter: options.delimiter ?? sniffDelimiter(text) });
  const columns: string[][] = [];
  builder.onRow = (fields) => {
    fields.forEach((field, index) => (columns[index] ??= []).push(field));
  };
  builder.write(text);
  const names = builder.end();
  return tableOf(names.map((name, index) => ({ name, values: columns[index] ?? [] })));
}

/** Reads a table's CSV piece by piece; rows are handed on, not kept. */
export class CsvTableBuilder {
  onRow: (fields: string[]) => void = () => undefined;
  readonly #name: string;
  readonly #records: CsvRecords;
  readonly #plain: (field: string) => string;
  #names: string[] | undefined;
  #rows = 0;

  constructor(options: TableCsvOptions & { readonly delimiter: string }) {
    this.#name = options.name ?? 'CSV data';
    const { header } = options;
    this.#plain = options.plainNumbers ? plainNumbers(options.delimiter) : (field) => field;
    const onRecord = (written: string[], line: number): void => {
      const fields = written.map(unguardFormula);
      if (this.#names) {
        this.#row(fields, line, this.#names.length);
      } else if (header ?? !fields.every((field) => isNumber(this.#plain(field)))) {
        this.#names = nameColumns(fields, this.#name);
      } else {
        this.#names = nameColumns(
          fields.map(() => ''),
          this.#name,
        );
        this.#row(fields, line, fields.length);
      }
    };
    this.#records = new CsvRecords({ name: this.#name, delimiter: options.delimiter, onRecord });
  }

  /** The columns' names; `undefined` before the first record. */
  get names(): readonly string[] | undefined {
    return this.#names;
  }

  write(text: string): void {
    this.#records.write(text);
  }

  /** @returns the columns' names */
  end(): readonly string[] {
    this.#records.end();
    if (!this.#names || this.#rows === 0) throw new DataError(`${this.#name}: holds no rows.`);
    return this.#names;
  }

  #row(fields: string[], line: number, expected: number): void {
    if (fields.length !== expected) {
      throw new DataError(
        `${this.#name}, line ${line}: expected ${expected} fields as in the first line, found ${fields.length}.`,
      );
    }
    this.#rows++;
    this.onRow(fields.map(this.#plain));
  }
}

function isNumber(field: string): boolean {
  return field.trim() !== '' && Number.isFinite(Number(field));
}

function nameColumns(fields: readonly string[], name: string): string[] {
  const names = fields.map((field, index) => (field.trim() === '' ? `column ${index + 1}` : field.trim()));
  const twice = names.find((column, index) => names.indexOf(column) !== index);
  if (twice !== undefined) throw new DataError(`${name}: two columns are named '${twice}'. Rename one.`);
  return names;
}

export interface FormatTableOptions {
  /** Default: a comma. */
  readonly delimiter?: string;
  /**
   * Text that a spreadsheet would run (`=HYPERLINK(…)`): `guard` (the default) writes an apostrophe before it, which
   * `parseTableCsv` takes away again; `keep` writes it as it is, for programs that are no spreadsheets.
   */
  readonly formulas?: 'guard' | 'keep';
}

/** A table as CSV with a header (RFC 4180, but \n): fields are quoted where they must be; `null` is an empty field. */
export function formatTableCsv(table: Table, options: FormatTableOptions = {}): string {
  const { delimiter = ',', formulas = 'guard' } = options;
  if (delimiter.length !== 1 || '"\n\r'.includes(delimiter)) {
    throw new ValueError(`formatTableCsv: ${JSON.stringify(delimiter)} is no delimiter.`);
  }
  const special = new RegExp(
    `["\\n\\r${delimiter === '\\' || delimiter === ']' || delimiter === '^' ? '\\' : ''}${delimiter}]`,
  );
  const single = table.columns.length === 1;
  const format = (cell: Cell): string => {
    const text =
      cell === null ? '' : typeof cell === 'string' && formulas === 'guard' ? guardFormula(cell) : String(cell);
    // A record of one empty field would be an empty line, which is skipped.
    const mustQuote =
      special.test(text) || /^\s|\s$/.test(text) || text.startsWith('\uFEFF') || (single && text === '');
    return mustQuote ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [table.columns.map(({ name }) => format(name)).join(delimiter)];
  for (let row = 0; row < table.rowCount; row++) {
    lines.push(table.columns.map(({ values }) => format(values[row] ?? null)).join(delimiter));
  }
  return `${lines.join('\n')}\n`;
}
