import type { Covariance, Matrix } from './covariance.ts';
import { nested, rows } from './covariance.ts';

/** A number for reading: fixed digits, a true minus sign, no −0. */
export function decimal(value: number, digits = 2): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A number of any size for reading: two decimals, or as many as show four digits of it; a dash for none. */
export function reading(value: number): string {
  if (Number.isNaN(value)) return '—';
  const size = Math.abs(value);
  if (size !== 0 && Number.isFinite(value) && (size >= 1e6 || size < 1e-4)) return scientific(value, 3);
  const digits = size === 0 || size >= 10 ? 2 : Math.max(2, 3 - Math.floor(Math.log10(size)));
  return decimal(value, digits).replace(/(\.\d\d\d*?)0+$/, '$1');
}

/** Fewest digits that matter, for what a reader set by hand. */
export function plain(value: number): string {
  return String(Number(value.toFixed(4))).replace('-', '−');
}

/** A whole number as an exponent. */
export function superscript(value: number): string {
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  return String(value).replace(/./g, (sign) => (sign === '-' ? '⁻' : digits.charAt(Number(sign))));
}

/** Very small and very large, as 1.2·10⁻⁸. */
export function scientific(value: number, digits = 1): string {
  if (value === 0) return '0';
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  return `${mantissa.replace('-', '−')}·10${superscript(Number(exponent))}`;
}

export interface NumberOptions {
  /** What tests and scripts know it by. */
  readonly name?: string;
  readonly digits?: number;
  readonly ink?: string;
  /** What is shown, where not `digits` decimals. */
  readonly text?: string;
}

/** A number in the page that carries its full precision: <data value="1.3660254037844386">1.366</data>. */
export function num(value: number, { name, digits = 2, ink, text }: NumberOptions = {}): string {
  const attributes = `${name === undefined ? '' : ` data-name="${name}"`}${ink === undefined ? '' : ` class="ink-${ink}"`}`;
  return `<data value="${value}"${attributes}>${text ?? decimal(value, digits)}</data>`;
}

export interface MatrixOptions extends NumberOptions {
  /** The cell to stand out, row and column. */
  readonly mark?: (row: number, column: number) => string;
}

/** A matrix (or, of one column, a vector) in brackets, spoken row by row. */
export function grid(entries: readonly (readonly number[])[], options: MatrixOptions = {}): string {
  const { name, digits = 2, ink, mark } = options;
  const spoken = entries.map((row) => row.map((value) => decimal(value, digits)).join(', ')).join('; ');
  const cells = entries.flatMap((row, i) =>
    row.map((value, j) => {
      const note = mark?.(i, j) ?? '';
      const cell = num(value, { digits, ...(name === undefined ? {} : { name: `${name}.${i}${j}` }) });
      return `<span class="cell ${note}">${cell}</span>`;
    }),
  );
  const columns = entries[0]?.length ?? 1;
  const color = ink === undefined ? '' : ` ink-${ink}`;
  return `<span class="matrix${color}" style="--columns:${columns}" role="img" aria-label="matrix ${spoken}">${cells.join('')}</span>`;
}

export const matrix = (m: Matrix, options?: MatrixOptions): string => grid(rows(m), options);
export const symmetric = (c: Covariance, options?: MatrixOptions): string => grid(nested(c), options);
export const vector = (values: readonly number[], options?: MatrixOptions): string =>
  grid(
    values.map((value) => [value]),
    options,
  );

/** A named matrix under a label: what an equation's letter stands for. */
export function labeled(label: string, body: string, note = ''): string {
  return `<span class="labelled"><span class="label">${label}</span>${body}${note === '' ? '' : `<span class="note">${note}</span>`}</span>`;
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
