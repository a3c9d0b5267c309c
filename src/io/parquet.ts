import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import type { BasicType } from 'hyparquet-writer';
import { DataError, ShapeError, formatShape } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { copyBytes, messageOf } from './bytes.ts';
import { columnOf } from './table-column.ts';
import type { DecodeOptions } from './bytes.ts';
import { checkRatio } from './inflate.ts';
import { checkPages } from './parquet-pages.ts';
import { tableOf } from './table.ts';
import type { Cell, Table, TableColumn } from './table.ts';

/** A file's bytes, or a way to read parts of it. */
export type ParquetSource = Uint8Array | AsyncBuffer;

/** What a Parquet file says of itself before its rows. */
export interface ParquetHeader {
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** Rows of each of its parts, in order. */
  readonly rowGroups: readonly number[];
}

/** @throws DataError when it is no Parquet file, or a column is nested */
export async function readParquetHeader(source: ParquetSource, options: DecodeOptions = {}): Promise<ParquetHeader> {
  const { columns, rowCount, metadata } = await openParquet(source, options);
  return { columns, rowCount, rowGroups: metadata.row_groups.map((group) => Number(group.num_rows)) };
}

/**
 * A table in Apache Parquet, with any of the usual codecs. Integers beyond 2⁵³ and decimals of more than 15 digits become
 * strings, bytes that are no text hexadecimal digits, dates and times ISO 8601 strings in UTC, NaN becomes `null` (as pandas writes missing numbers).
 *
 * @param options.rows only these, from `start` up to `end`
 * @throws DataError naming the file when it is damaged, or the column when it is nested
 */
export async function decodeParquet(
  source: ParquetSource,
  options: DecodeOptions & { readonly rows?: { readonly start: number; readonly end: number } } = {},
): Promise<Table> {
  const { file, metadata, columns, rowCount, name, schema } = await openParquet(source, options);
  const [{ parquetRead }, codecs] = await Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
  const compressors = withEmptyPages(codecs.compressors);
  const { start, end } = options.rows ?? { start: 0, end: rowCount };
  const damaged = (error: unknown): DataError =>
    new DataError(`${name}: the Parquet file is damaged or unsupported (${messageOf(error)}).`);
  const read: TableColumn[] = [];
  const hex: string[] = [];
  const last = Math.min(end, rowCount);
  try {
    await checkRowGroups(file, { metadata, schema, compressors, start, end });
    // A column at a time: its values as JavaScript has them take much more memory than as they are kept.
    for (const column of columns) {
      const element = schema.children.find((child) => child.element.name === column)?.element;
      const values = new Array<unknown>(last - start);
      await parquetRead({
        file,
        metadata: withRawValues(metadata),
        compressors,
        columns: [column],
        rowStart: start,
        rowEnd: last,
        utf8: false,
        onChunk: ({ columnData, rowStart }) => {
          for (let k = 0; k < columnData.length; k++) {
            const row = rowStart + k;
            if (row >= start && row < last) values[row - start] = columnData[k];
          }
        },
      });
      // Rows that share an entry of a dictionary share its text, which may be long.
      const isTextOf = once(isText8);
      const cellOf = once((value) => toCell(value, element));
      const isText = element?.type !== 'BYTE_ARRAY' || isMarkedText(element) || values.every(isTextOf);
      if (!isText && element.converted_type !== 'DECIMAL') hex.push(`'${column}'`);
      const cells = values.map((value): Cell => {
        // A value that is missing is null; one that its page or dictionary does not have is undefined.
        if (value === undefined) throw new Error(`a value of column '${column}' is not there`);
        return value instanceof Uint8Array ? cellOf(value) : toCell(value, element);
      });
      read.push(columnOf({ name: column, values: cells }));
    }
  } catch (error) {
    throw damaged(error);
  }
  const table = tableOf(read);
  if (hex.length === 0) return table;
  return {
    ...table,
    notes: [
      `${hex.join(', ')} ${hex.length === 1 ? 'holds' : 'hold'} bytes that are no text: they are read as hexadecimal digits`,
    ],
  };
}

/** The schema without what hyparquet would round: decimals stay the whole numbers that are stored. */
function withRawValues(metadata: FileMetaData): FileMetaData {
  const raw = metadata.schema.map((element): SchemaElement => {
    if (element.converted_type !== 'DECIMAL') return element;
    const rest = { ...element };
    delete rest.converted_type;
    delete rest.logical_type;
    return rest;
  });
  return { ...metadata, schema: raw };
}

/** A function of bytes that is asked once of the same bytes in the same place. */
function once<T>(of: (value: unknown) => T): (value: unknown) => T {
  const known = new Map<unknown, T>();
  return (value) => {
    let result = known.get(value);
    if (result === undefined) known.set(value, (result = of(value)));
    return result;
  };
}

function isMarkedText({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON' || logical?.type === 'STRING';
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether bytes are text in UTF-8, as files of old have it without saying so: without control characters. */
function isText8(value: unknown): boolean {
  if (!(value instanceof Uint8Array)) return true;
  try {
    return !/[\0-\x08\x0e-\x1f]/.test(strict.decode(value));
  } catch {
    return false;
  }
}

/** Codecs that give nothing for a page of nothing: LZ4's refuses it (a column without values). */
function withEmptyPages(codecs: Compressors): Compressors {
  return Object.fromEntries(
    Object.entries(codecs).map(([codec, decompress]) => [
      codec,
      (bytes: Uint8Array, length: number) => (length === 0 ? new Uint8Array(0) : decompress(bytes, length)),
    ]),
  );
}

/** Looks at the pages of all row groups between two rows. @throws Error that says what does not add up */
async function checkRowGroups(
  file: AsyncBuffer,
  options: {
    readonly metadata: FileMetaData;
    readonly schema: SchemaTree;
    readonly compressors: Compressors;
    readonly start: number;
    readonly end: number;
  },
): Promise<void> {
  const { metadata, schema, compressors, start, end } = options;
  // Of two columns of one name hyparquet takes the first.
  const elements = new Map(schema.children.toReversed().map(({ element }) => [element.name, element]));
  let [first, packed, unpacked] = [0, 0, 0];
  for (const { columns, num_rows: count } of metadata.row_groups) {
    const rows = Number(count);
    const isRead = first < end && first + rows > start;
    first += rows;
    if (!isRead) continue;
    for (const { meta_data: column } of columns) {
      const element = column && elements.get(column.path_in_schema[0] ?? '');
      if (!element || column.path_in_schema.length !== 1) throw new Error('a column that the schema does not have');
      const from = Number(column.dictionary_page_offset ?? 0) || Number(column.data_page_offset);
      const size = Number(column.total_compressed_size);
      if (!(from >= 0 && size >= 0 && from + size <= file.byteLength)) {
        throw new Error(`column '${element.name}' reaches beyond the file`);
      }
      const decompress = compressors[column.codec];
      if (column.codec !== 'UNCOMPRESSED' && !decompress) throw new Error(`the codec ${column.codec} is unknown`);
      unpacked += checkPages(new Uint8Array(await file.slice(from, from + size)), {
        metadata: column,
        rows,
        optional: element.repetition_type !== 'REQUIRED',
        typeLength: element.type_length,
        decompress: column.codec === 'UNCOMPRESSED' ? undefined : decompress,
      });
      packed += size;
      checkRatio('its pages', unpacked, packed);
    }
  }
}

/**
 * The schema's root without a repetition, which means nothing there (parquet.thrift). hyparquet would take it for a list's, whose levels it
 * reads from pages that have none: of any length.
 */
function withPlainRoot(metadata: FileMetaData): FileMetaData {
  const [root, ...columns] = metadata.schema;
  if (!root) return metadata;
  const plain = { ...root };
  delete plain.repetition_type;
  return { ...metadata, schema: [plain, ...columns] };
}

/** Bytes that a value takes once it is read. */
const bytesOfValue = 8;
/** The description at the end of a file, whose length stands in its last bytes: of 20,000 columns in ten parts it has some 30 MB. */
const mostMetadata = 2 ** 26;

async function checkMetadataLength(file: AsyncBuffer, name: string): Promise<void> {
  if (file.byteLength < 8) return;
  const length = new DataView(await file.slice(file.byteLength - 8, file.byteLength - 4)).getUint32(0, true);
  if (length > mostMetadata) throw new DataError(`${name}: describes itself in ${length} bytes: it is damaged.`);
}

async function openParquet(source: ParquetSource, options: DecodeOptions) {
  const name = options.name ?? 'Parquet data';
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet');
  const file = source instanceof Uint8Array ? bufferOf(source) : source;
  try {
    await checkMetadataLength(file, name);
    const metadata = withPlainRoot(await parquetMetadataAsync(file));
    const schema = parquetSchema(metadata);
    const { children } = schema;
    const nested = children.find((child) => child.children.length > 0 || child.element.repetition_type === 'REPEATED');
    if (nested) {
      throw new DataError(
        `${name}: column '${nested.element.name}' is nested (a list or a record). Flatten or drop it.`,
      );
    }
    const rowCount = Number(metadata.num_rows);
    // A row takes no bytes where a column repeats one value: allow for that, not for what damage, or a bomb, claims.
    if (!Number.isSafeInteger(rowCount) || rowCount < 0 || rowCount > 2 ** 31) {
      throw new DataError(`${name}: claims ${rowCount} rows.`);
    }
    const groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
    if (groups.some((rows) => rows < 0) || groups.reduce((sum, rows) => sum + rows, 0) !== rowCount) {
      throw new DataError(`${name}: its parts have other rows than it says, ${rowCount}: it is damaged.`);
    }
    checkRatio(name, rowCount * children.length * bytesOfValue, file.byteLength);
    return { file, metadata, columns: children.map(({ element }) => element.name), rowCount, name, schema };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: not a Parquet file, or a damaged one (${messageOf(error)}).`);
  }
}

function bufferOf(bytes: Uint8Array): AsyncBuffer {
  return { byteLength: bytes.length, slice: (start, end) => copyBytes(bytes, start, end ?? bytes.length).buffer };
}

function toCell(value: unknown, element: SchemaElement | undefined): Cell {
  if (value === null || value === undefined) return null;
  if (element?.converted_type === 'DECIMAL') return decimalCell(value, element.scale ?? 0);
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') {
    const converted = Number(value);
    return Number.isSafeInteger(converted) ? converted : value.toString();
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return isText8(value) ? strict.decode(value) : hexOf(value);
  return JSON.stringify(value);
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** A decimal as the number that is written so, or, with more digits than a number tells apart, as text. */
function decimalCell(value: unknown, scale: number): Cell {
  const unscaled = value instanceof Uint8Array ? signedOf(value) : BigInt(value as number | bigint);
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
  // Fifteen digits survive a float64.
  return digits.replace(/^0+/, '').length <= 15 ? Number(text) : text;
}

/** The whole number in big-endian two's complement. */
function signedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return bytes.length > 0 && bytes[0]! > 127 ? value - 2n ** BigInt(8 * bytes.length) : value;
}

/** A table as an Apache Parquet file: whole numbers as INT32, other numbers as DOUBLE, booleans, and strings. */
export async function encodeParquet(table: Table): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  return new Uint8Array(parquetWriteBuffer({ columnData: table.columns.map(columnSource) }));
}

function columnSource({ name, values }: TableColumn) {
  const present = values.filter((value) => value !== null);
  const every = (type: string): boolean => present.length > 0 && present.every((value) => typeof value === type);
  const nullable = present.length < values.length;
  if (every('boolean')) return { name, type: 'BOOLEAN' as const, nullable, data: [...values] };
  if (every('number')) {
    const whole = present.every((value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31);
    return { name, type: whole ? ('INT32' as const) : ('DOUBLE' as const), nullable, data: [...values] };
  }
  const data = values.map((value) => (value === null ? null : String(value)));
  return { name, type: 'STRING' as const, nullable, data };
}

/**
 * A matrix [rows, columns] as an Apache Parquet file of one column of FLOAT, DOUBLE or INT32 for each of its own.
 *
 * @throws ShapeError unless there is a name for every column
 */
export async function encodeParquetMatrix(matrix: NdArray, names: readonly string[]): Promise<Uint8Array> {
  const [rows = 0, columns] = matrix.shape;
  if (matrix.shape.length !== 2 || columns !== names.length) {
    throw new ShapeError(`Parquet: ${names.length} names for the columns of ${formatShape(matrix.shape)}.`);
  }
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const { data, dtype } = matrix;
  const type: BasicType = dtype === 'float32' ? 'FLOAT' : dtype === 'int32' ? 'INT32' : 'DOUBLE';
  const columnData = names.map((name, column) => ({
    name,
    type,
    nullable: false,
    data: Array.from({ length: rows }, (_, row) => data[row * names.length + column] ?? NaN),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
