import { DataError } from '../core/index.ts';
import { joinBytes } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { ColumnBuilder } from './column-builder.ts';
import { delimiterNamed } from './delimiter.ts';
import { candidates, findDialect, mostColumns, sniffedBytes, tooManyColumns } from './csv-dialect.ts';
import type { CsvDialect, CsvOptions } from './csv-dialect.ts';
import { CsvScanner } from './csv-scanner.ts';
import type { Table, TableColumn } from './table.ts';
import { Utf8Reader, findEncoding } from './text-encoding.ts';

export interface TableCsvOptions extends DecodeOptions, CsvOptions {}

/**
 * A table in CSV or a relation of it, its fields as they are written. How the file is laid out is found out from its first
 * 256 KiB (`csv-dialect.ts`) unless the options say so; the table's `dialect` has it.
 *
 * @throws DataError naming the line of a record with more or fewer fields than the first, or when there are no rows
 */
export function parseTableCsv(data: string | Uint8Array, options: TableCsvOptions = {}): Table {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const encoding = typeof data === 'string' ? 'utf-8' : (options.encoding ?? findEncoding(bytes, { whole: true }));
  const reader = new TableCsvReader({ ...options, encoding });
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.write(bytes.subarray(at, at + pieceBytes));
  return reader.end();
}

/** Bytes that are read at once. */
const pieceBytes = 2 ** 22;

/** Reads a table's CSV piece by piece. */
export class TableCsvReader {
  readonly #options: TableCsvOptions;
  readonly #name: string;
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  #neededBytes = sniffedBytes;
  #text: Utf8Reader | undefined;
  #rows: CsvRows | undefined;

  constructor(options: TableCsvOptions = {}) {
    this.#options = options;
    this.#name = options.name ?? 'CSV data';
  }

  /** Rows that have been read and not been taken. */
  get rowCount(): number {
    return this.#rows?.rowCount ?? 0;
  }

  /** @throws DataError naming the line of what cannot be read */
  write(bytes: Uint8Array): void {
    if (this.#text && this.#rows) {
      this.#rows.write(this.#text.write(bytes));
      return;
    }
    this.#head.push(bytes.slice());
    this.#headBytes += bytes.length;
    if (this.#headBytes >= this.#neededBytes) this.#begin(false);
  }

  /** The rows that have been read, which are forgotten here. */
  take(): Table {
    if (!this.#rows) throw new DataError(`${this.#name}: holds no rows.`);
    return this.#rows.take();
  }

  /** All rows that have not been taken. @throws DataError when there never were any */
  end(): Table {
    if (this.#rows && this.#text) this.#rows.write(this.#text.end());
    else this.#begin(true);
    const rows = this.#rows;
    if (!rows) throw new DataError(`${this.#name}: holds no rows.`);
    rows.end();
    return rows.take();
  }

  #begin(whole: boolean): void {
    const head = joinBytes(this.#head);
    this.#head.length = 0;
    if (!whole && this.#needsMore(head)) return;
    const encoding = this.#options.encoding ?? findEncoding(head, { whole });
    this.#text = new Utf8Reader(encoding, this.#name);
    const text = this.#text.write(head);
    const rest = whole ? this.#text.end() : new Uint8Array(0);
    const name = this.#name;
    const dialect = findDialect(text, { ...this.#options, name, encoding, whole });
    this.#rows = new CsvRows(dialect, name);
    this.#rows.write(text);
    this.#rows.write(rest);
  }

  /** Keeps a head that ends within its first lines: names of 100,000 columns, say. @throws DataError for a field without end */
  #needsMore(head: Uint8Array): boolean {
    const { delimiter } = this.#options;
    const tried = delimiter === undefined ? candidates : [delimiterNamed(delimiter)];
    // What is quoted for another delimiter is an error to this one, and says nothing of how far the lines reach.
    const found = tried.map((character) => lookAtRecords(head, { name: this.#name, delimiter: character }));
    if (found.some((of) => of !== undefined && of.records >= leastRecords)) return false;
    if (found.every((of) => of === undefined)) return false;
    const widest = found.reduce((most, of) => Math.max(most, of?.fields ?? 0), 0);
    if (widest > mostColumns) throw tooManyColumns(this.#name, widest);
    if (head.length >= mostHead) {
      throw new DataError(
        `${this.#name}: its first ${leastRecords} rows do not end within ${mostHead / 2 ** 20} MiB: is it a table of text?`,
      );
    }
    this.#head.push(head);
    this.#neededBytes = Math.min(mostHead, 4 * this.#headBytes);
    return true;
  }
}

/** Records that a layout is found from, at least. */
const leastRecords = 2;

/** The bytes that they lie in, at most. */
const mostHead = 2 ** 25;

/** Records that end within these bytes, and the most fields of one; `undefined` for bytes that this delimiter does not part. */
function lookAtRecords(
  bytes: Uint8Array,
  how: { readonly name: string; readonly delimiter: string },
): { readonly records: number; readonly fields: number } | undefined {
  let [records, fields, most] = [0, 0, 0];
  const sink = {
    field: () => {
      fields++;
      most = Math.max(most, fields);
    },
    record: () => {
      records++;
      fields = 0;
    },
  };
  try {
    new CsvScanner({ ...how, sink }).write(bytes);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
  return { records, fields: most };
}

/** Rows of a known dialect, collected by column. */
class CsvRows {
  rowCount = 0;
  readonly #dialect: CsvDialect;
  readonly #name: string;
  readonly #scanner: CsvScanner;
  #builders: ColumnBuilder[] = [];
  #lines = new LineNumbers();
  #field = 0;
  #filledBeyond = false;
  #expectHeader: boolean;
  #everyRow = 0;

  constructor(dialect: CsvDialect, name: string) {
    this.#dialect = dialect;
    this.#name = name;
    this.#expectHeader = dialect.header;
    this.#builders = dialect.names.map(() => new ColumnBuilder());
    this.#scanner = new CsvScanner({ ...dialect, name, sink: this });
  }

  write(bytes: Uint8Array): void {
    this.#scanner.write(bytes);
  }

  end(): void {
    this.#scanner.end();
    if (this.#everyRow + this.rowCount === 0) {
      throw new DataError(`${this.#name}: holds no rows${this.#dialect.header ? ', only names of columns' : ''}.`);
    }
  }

  take(): Table {
    const lines = this.#lines;
    const where = (row: number): string => `line ${lines.of(row)}`;
    const { names } = this.#dialect;
    const columns = this.#builders.map((builder, index) => builder.end(names[index]!, where));
    const table = new CsvTable(columns, { rowCount: this.rowCount, dialect: this.#dialect });
    this.#everyRow += this.rowCount;
    this.rowCount = 0;
    this.#lines = new LineNumbers();
    this.#builders = names.map(() => new ColumnBuilder());
    return table;
  }

  /** For the scanner. */
  field(bytes: Uint8Array, start: number, end: number): void {
    if (this.#expectHeader) return;
    const builder = this.#builders[this.#field++];
    if (builder) builder.add(bytes, start, end);
    else if (end > start) this.#filledBeyond = true;
  }

  /** For the scanner. */
  record(line: number): void {
    if (this.#expectHeader) {
      this.#expectHeader = false;
      return;
    }
    const count = this.#field;
    this.#field = 0;
    if (count !== this.#builders.length && !this.#fit(count, line)) return;
    this.#lines.add(line);
    this.rowCount++;
  }

  /** A row of another length: whether it stays. @throws DataError unless the options say what becomes of it */
  #fit(count: number, line: number): boolean {
    const { ragged, names, fields } = this.#dialect;
    const isTrailing = count === names.length + 1 && !this.#filledBeyond && (fields === count || ragged === 'fill');
    this.#filledBeyond = false;
    if (isTrailing) return true;
    if (ragged === 'skip') {
      for (let k = 0; k < Math.min(count, names.length); k++) this.#builders[k]!.drop();
      return false;
    }
    if (ragged === 'fill' && count < names.length) {
      for (let k = count; k < names.length; k++) this.#builders[k]!.add(nothing, 0, 0);
      return true;
    }
    throw new DataError(
      `${this.#name}, line ${line}: expected ${names.length} fields as in the first line, found ${count}. ` +
        'Mend the line, or say what becomes of such: --data-option ragged=skip, or fill where fields at the end are missing.',
    );
  }
}

const nothing = new Uint8Array(0);

class CsvTable implements Table {
  readonly columns: readonly TableColumn[];
  readonly rowCount: number;
  readonly #dialect: CsvDialect;

  constructor(columns: readonly TableColumn[], { rowCount, dialect }: { rowCount: number; dialect: CsvDialect }) {
    this.columns = columns;
    this.rowCount = rowCount;
    this.#dialect = dialect;
  }

  get dialect(): CsvDialect {
    return this.#dialect;
  }
}

/** The line in which each row begins: kept where it is not the one behind that of the row before. */
class LineNumbers {
  readonly #rows: number[] = [];
  readonly #begin: number[] = [];
  #count = 0;
  #next = -1;

  add(line: number): void {
    if (line !== this.#next) {
      this.#rows.push(this.#count);
      this.#begin.push(line);
    }
    this.#count++;
    this.#next = line + 1;
  }

  of(row: number): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]! <= row) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.#begin[low - 1]! + row - this.#rows[low - 1]!;
  }
}
