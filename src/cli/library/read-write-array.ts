import { localFiles } from '#file-system';
import { localData } from '#local-data';
import { DataError, NdArray, ValueError, checkOptions, formatShape, rule } from '../../core/index.ts';
import { comparison, isImageShape, sheet } from '../../drawing/index.ts';
import {
  decodeNpy,
  decodeText,
  encodeNpy,
  encodeParquetMatrix,
  formatCsv,
  parseCsv,
  parseJson,
  toNdArray,
} from '../../io/index.ts';
import type { Table } from '../../io/index.ts';

const formats = ['.png', '.npy', '.csv', '.json', '.parquet'] as const;
/** The ending of a file that `writeArray` can write. */
export type ArrayFormat = (typeof formats)[number];

/** The format that a file's name asks for. @throws ValueError listing the formats when its ending is none of them */
export function arrayFormat(path: string): ArrayFormat {
  const format = formats.find((ending) => path.toLowerCase().endsWith(ending));
  if (format) return format;
  throw new ValueError(`${path}: the ending chooses the format; use one of ${formats.join(', ')}.`);
}

/**
 * Writes an array as its ending says: `.npy`; `.csv` or `.parquet`, one row for each entry of the first axis; `.json`,
 * nested arrays; `.png`, images [n, ...shape] on one sheet.
 *
 * @param options.columns images a row of a sheet
 * @param options.columnName of a Parquet file's columns, from 1; default x1, x2, …
 * @throws ValueError for another ending, or a `.png` of what are no images; WriteError when the file cannot be written
 */
export async function writeArray(path: string, array: NdArray, options: WriteArrayOptions = {}): Promise<void> {
  checkOptions('writeArray', options, { columns: rule.whole(1), columnName: rule.callback });
  const bytes = await encodeArray(path, array, options).catch((error: unknown) => {
    // A text has at most half a billion characters in JavaScript.
    if (!(error instanceof RangeError)) throw error;
    throw new ValueError(
      `${path}: an array of shape ${formatShape(array.shape)} is too large for one text (${error.message}). Write .npy or .parquet, or fewer rows.`,
      { cause: error },
    );
  });
  const { writeOutput } = await localFiles();
  writeOutput(path, bytes);
}

/** How `writeArray` lays an array out: columns of a sheet of pictures, and names of a CSV's columns. */
export interface WriteArrayOptions {
  readonly columns?: number;
  readonly columnName?: (number: number) => string;
}

/** Writes a picture that is PNG bytes already. @throws ValueError for another ending than `.png` */
export async function writePicture(path: string, png: Uint8Array): Promise<void> {
  if (arrayFormat(path) !== '.png') throw new ValueError(`${path}: this is a picture; write it to a .png file.`);
  const { writeOutput } = await localFiles();
  writeOutput(path, png);
}

/** Writes examples above their reconstructions as one `.png`. */
export async function writeComparison(
  path: string,
  pairs: { readonly originals: NdArray; readonly reconstructions: NdArray },
  options: { readonly columns?: number } = {},
): Promise<void> {
  checkOptions('writeComparison', options, { columns: rule.whole(1) });
  if (!isImageShape(pairs.originals.shape.slice(1))) throw noPictures(path, pairs.originals);
  const { writeOutput } = await localFiles();
  writeOutput(path, comparison(pairs.originals, pairs.reconstructions, options));
}

function noPictures(path: string, { shape }: NdArray): ValueError {
  return new ValueError(`${path}: arrays of shape ${formatShape(shape)} are no pictures. Write .npy or .csv.`);
}

async function encodeArray(path: string, array: NdArray, options: WriteArrayOptions): Promise<Uint8Array | string> {
  const format = arrayFormat(path);
  if (format === '.npy') return encodeNpy(array);
  if (format === '.parquet') return encodeRows(asMatrix(array), options.columnName);
  if (format !== '.png') return formatArray(format, array);
  if (!isImageShape(array.shape.slice(1))) throw noPictures(path, array);
  return sheet(array, options);
}

function encodeRows(rows: NdArray, columnName = (number: number) => `x${number}`): Promise<Uint8Array> {
  const matrix = rows.shape.length === 1 ? rows.reshape([rows.size, 1]) : rows;
  return encodeParquetMatrix(
    matrix,
    Array.from({ length: matrix.shape[1] ?? 0 }, (_, column) => columnName(column + 1)),
  );
}

/** An array as text: CSV, one row for each entry of the first axis, or JSON, nested arrays. */
export function formatArray(format: '.csv' | '.json', array: NdArray): string {
  return format === '.csv' ? formatCsv(asMatrix(array)) : `${JSON.stringify(array.toNested())}\n`;
}

function asMatrix(array: NdArray): NdArray {
  const [rows = 1] = array.shape;
  return array.shape.length <= 2 ? array : array.reshape([rows, array.size / Math.max(rows, 1)]);
}

/**
 * An array from the bytes of an NPY file, of JSON (nested arrays), or of CSV; which of them, the content tells.
 *
 * @param options.name the file's name, for messages
 * @throws DataError when it is none of them, or holds NaN or infinity
 */
export function parseArray(bytes: Uint8Array, options: { readonly name?: string } = {}): NdArray {
  checkOptions('parseArray', options, { name: rule.text });
  const name = options.name ?? 'data';
  const array = decodeArray(bytes, name);
  const wrong = array.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new DataError(`${name}: entry ${wrong} of ${formatShape(array.shape)} is ${array.data[wrong] ?? NaN}.`);
  }
  return array;
}

function decodeArray(bytes: Uint8Array, name: string): NdArray {
  if (bytes[0] === 0x93) return toNdArray(decodeNpy(bytes, { name }), name);
  const text = decodeText(bytes, name);
  if (!/^\s*[[{]/.test(text)) return parseCsv(text, { name });
  try {
    return NdArray.from(parseJson(text, { name }) as number[]);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(`${name}: `, '').replace(/\.$/, '');
    throw new DataError(`${name}: JSON must hold a matrix as nested arrays, [[2, 1], [1, 2]] (${reason}).`);
  }
}

/**
 * Reads a matrix or another array from a file, of Parquet too, where every column must hold numbers.
 *
 * @throws DataError as `parseArray` does, or when it cannot be read
 */
export async function readArray(path: string): Promise<NdArray> {
  if (path.toLowerCase().endsWith('.parquet')) {
    const { readTable } = await localData();
    return matrixOf(await readTable(path), path);
  }
  const { readFileBytes } = await localFiles();
  return parseArray(readFileBytes(path), { name: path });
}

function matrixOf({ columns, rowCount }: Table, path: string): NdArray {
  const matrix = NdArray.zeros([rowCount, columns.length], 'float64');
  columns.forEach(({ name, values }, column) => {
    values.forEach((value, row) => {
      if (typeof value !== 'number') {
        throw new DataError(`${path}: row ${row} of column '${name}' holds ${String(value)}, expected a number.`);
      }
      matrix.data[row * columns.length + column] = value;
    });
  });
  return matrix;
}
