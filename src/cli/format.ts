import { fixed } from '../core/index.ts';

/** 1234567 → 1,234,567 */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** Seconds as 8 s, 1:05 min or 2:03:20 h. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return seconds < 10 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  const pair = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${pair(minutes)}:${pair(whole % 60)} h` : `${minutes}:${pair(whole % 60)} min`;
}

/** 1536 → 1.5 kB */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** A number in so many significant digits, without needless zeros and exponents. */
export function formatNumber(value: number, digits = 6): string {
  return String(Number(value.toPrecision(digits)));
}

/** 12345 → 12.3k */
export function formatRate(perSecond: number): string {
  if (perSecond >= 1000) return `${(perSecond / 1000).toFixed(1)}k`;
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}

export interface TableOptions {
  /** Columns, counted from 0, whose cells end together; the others begin together. */
  readonly right?: readonly number[];
}

/** Rows as lines of columns two blanks apart. */
export function formatTable(rows: readonly (readonly string[])[], options: TableOptions = {}): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (options.right?.includes(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A text as lines of at most so many characters, broken between words; a word that is longer stands by itself. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Values from 0 as a bar each, the longest for the largest. What reads 0.00 has none, however small the largest is. */
export function formatBars(values: readonly number[]): string[] {
  const largest = Math.max(...values, Number.MIN_VALUE);
  const bar = (value: number): string =>
    Number(fixed(value)) === 0 ? '' : '█'.repeat(Math.round((24 * value) / largest));
  const rows = values.map((value, at) => [`  z${at + 1}`, fixed(value), bar(value) || '·']);
  return formatTable(rows, { right: [1] });
}
