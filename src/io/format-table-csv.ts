import { ValueError } from '../core/index.ts';
import { formatNumber } from './number-form.ts';
import { guardFormula } from './spreadsheet-text.ts';
import type { Cell, Table, WrittenForm } from './table.ts';

/** How a table is written as CSV: its delimiter, and what becomes of text that a spreadsheet would run. */
export interface FormatTableOptions {
  /** Default: the table's own, else a comma. */
  readonly delimiter?: string;
  /**
   * Text that a spreadsheet would run (`=HYPERLINK(…)`): `guard` (the default) writes an apostrophe before it, which
   * `parseTableCsv` takes away again; `keep` writes it as it is, for programs that are no spreadsheets.
   */
  readonly formulas?: 'guard' | 'keep';
}

/**
 * A table as CSV with a header (RFC 4180, but \n): fields are quoted where they must be; `null` is an empty field, or the column's
 * mark of missing values, and numbers are written in the column's form.
 */
export function formatTableCsv(table: Table, options: FormatTableOptions = {}): string {
  const { delimiter = table.delimiter ?? ',', formulas = 'guard' } = options;
  if (delimiter.length !== 1 || '"\n\r'.includes(delimiter)) {
    throw new ValueError(`formatTableCsv: ${JSON.stringify(delimiter)} is no delimiter.`);
  }
  const special = new RegExp(
    `["\\n\\r${delimiter === '\\' || delimiter === ']' || delimiter === '^' ? '\\' : ''}${delimiter}]`,
  );
  const single = table.columns.length === 1;
  const format = (cell: Cell, written?: WrittenForm): string => {
    const plain = cellText(cell, written);
    const text = typeof plain === 'string' && formulas === 'guard' ? guardFormula(plain) : String(plain);
    // A record of one empty field would be an empty line, which is skipped.
    const mustQuote =
      special.test(text) ||
      /^\s|\s$/.test(text) ||
      text.startsWith('\uFEFF') ||
      ((single || delimiter === ' ') && text === '');
    return mustQuote ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [table.columns.map(({ name }) => format(name)).join(delimiter)];
  for (let row = 0; row < table.rowCount; row++) {
    lines.push(table.columns.map(({ values, written }) => format(values[row] ?? null, written)).join(delimiter));
  }
  return `${lines.join('\n')}\n`;
}

/** A cell in its column's form: text, or what JavaScript writes as it is. */
export function cellText(cell: Cell, { numbers, decimals, missing = '' }: WrittenForm = {}): string | number | boolean {
  if (cell === null) return missing;
  return typeof cell === 'number' && numbers ? formatNumber(cell, numbers, decimals) : cell;
}
