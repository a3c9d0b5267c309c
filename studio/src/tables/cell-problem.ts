import type { CellValue, TableField } from '../model/messages.ts';

/** What is wrong with a cell, in words. */
export function cellProblem({ kind, nullable }: TableField, value: CellValue): string | undefined {
  const text = value === null ? '' : String(value).trim();
  if (text === '') return nullable ? undefined : 'Training had no row without it.';
  if (kind === 'number' && typeof value !== 'number') return `‘${text}’ is no number: it counts as missing.`;
  return undefined;
}
