import type { NdArray } from './library/index.ts';
import { formatNumber, formatTable } from './format.ts';

/** A matrix wider or higher than this is shown by its corner. */
const mostShown = 16;

export interface MatrixFormat {
  /** Significant digits; default 6. */
  readonly digits?: number | undefined;
  /** Of a complex matrix. */
  readonly imaginary?: NdArray | undefined;
}

/** A matrix [rows, columns] or a vector as aligned lines. */
export function formatMatrix(matrix: NdArray, { digits = 6, imaginary }: MatrixFormat = {}): string[] {
  const columns = matrix.shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : matrix.size / columns;
  const cells = Array.from({ length: Math.min(rows, mostShown) }, (_, row) => {
    const line = Array.from({ length: Math.min(columns, mostShown) }, (__, column) => {
      const at = row * columns + column;
      const real = formatEntry(matrix.data[at] ?? NaN, digits);
      return imaginary ? `${real}${formatImaginary(imaginary.data[at] ?? 0, digits)}` : real;
    });
    return columns > mostShown ? ['', ...line, '…'] : ['', ...line];
  });
  const lines = formatTable(cells, { right: Array.from({ length: columns + 2 }, (_, at) => at) });
  const isWhole = rows <= mostShown && columns <= mostShown;
  return isWhole ? lines : [...lines, `  … of ${rows} × ${columns}: write it to a file with -o`];
}

function formatEntry(value: number, digits: number): string {
  return Number.isFinite(value) ? formatNumber(value, digits) : '·';
}

function formatImaginary(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${formatNumber(Math.abs(value), digits)}i`;
}
