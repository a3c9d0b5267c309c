import { DataError, NdArray, ShapeError, formatShape } from '../core/index.ts';
import type { DecodeOptions } from './bytes.ts';
import { guardFormula } from './spreadsheet-text.ts';

const number = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)$/i;

/**
 * A matrix of numbers in text: one row a line, entries separated by commas, semicolons, tabs or blanks (the first line
 * decides), no header unless told. Empty lines are skipped; `nan` and `inf` are numbers.
 *
 * @returns float64, shape [rows, columns]
 * @throws DataError naming line and column of what is not a number, rows of different lengths, or no rows at all
 */
export function parseCsv(
  text: string,
  options: DecodeOptions & { readonly header?: boolean } = {},
): NdArray<'float64'> {
  const name = options.name ?? 'CSV data';
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const values: number[] = [];
  let columns: number | undefined;
  let rows = 0;
  let header = options.header ?? false;
  let separator: RegExp | undefined;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    separator ??= separatorOf(line);
    if (header) {
      header = false;
      continue;
    }
    const cells = line.trim().split(separator);
    columns ??= cells.length;
    if (cells.length !== columns) {
      throw new DataError(
        `${name}, line ${index + 1}: expected ${columns} numbers as in the first row, found ${cells.length}.`,
      );
    }
    for (const [column, cell] of cells.entries()) values.push(parseNumber(cell, `${name}, line ${index + 1}`, column));
    rows++;
  }
  if (columns === undefined) throw new DataError(`${name}: holds no numbers.`);
  return new NdArray(Float64Array.from(values), [rows, columns], 'float64');
}

function separatorOf(line: string): RegExp {
  if (line.includes(',')) return /,/;
  if (line.includes(';')) return /;/;
  return /\s+/;
}

function parseNumber(cell: string, where: string, column: number): number {
  const trimmed = cell.trim();
  if (!number.test(trimmed)) {
    const hint = column === 0 ? ' Is this line a header?' : '';
    throw new DataError(
      `${where}, column ${column + 1}: expected a number, found ${JSON.stringify(trimmed.slice(0, 40))}.${hint}`,
    );
  }
  return Number(trimmed.replace(/nan/i, 'NaN').replace(/inf(inity)?/i, 'Infinity'));
}

/**
 * Rows of numbers as CSV, each in the fewest digits that read back as the same element (float32 as float32).
 *
 * @param matrix shape [rows, columns], or [columns] for one row
 */
export function formatCsv(matrix: NdArray, options: { readonly header?: readonly string[] } = {}): string {
  const { shape, data, dtype } = matrix;
  if (shape.length < 1 || shape.length > 2) {
    throw new ShapeError(`formatCsv: expected a matrix [rows, columns], got shape ${formatShape(shape)}.`);
  }
  const columns = shape.at(-1)!;
  if (options.header && options.header.length !== columns) {
    throw new ShapeError(`formatCsv: ${options.header.length} names for ${columns} columns.`);
  }
  const write = dtype === 'float32' ? shortestFloat32 : String;
  const lines = options.header ? [options.header.map((name) => quote(guardFormula(name))).join(',')] : [];
  for (let start = 0; start < data.length; start += columns) {
    lines.push(Array.from(data.subarray(start, start + columns), write).join(','));
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function shortestFloat32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
