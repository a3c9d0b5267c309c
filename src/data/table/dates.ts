import { ValueError } from '../../core/index.ts';
import type { Cell } from '../../io/index.ts';
import { timeOf } from './cells.ts';

// How a column writes its dates is a pattern: YYYY, MM or M, DD or D, HH, mm, ss, SSS, and all else as it stands.

const token = /YYYY|MM?|DD?|HH|mm|ss|SSS/g;
const parts = /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})$/;
const isoTime = /^\d{4}-\d\d-\d\d(?:([T ])\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

const textOf = (cell: Cell): string => String(cell).trim();

/**
 * The pattern that all cells are written in, or `undefined` where they are no dates: ISO 8601 with or without a time, and
 * days as 31.12.2024, 31-12-2024, 12/31/2024, 31/12/2024 or 2024/12/31. With slashes the month comes first, unless a number
 * above 12 says otherwise.
 */
export function datePatternOf(cells: readonly Cell[]): string | undefined {
  if (cells.length === 0) return undefined;
  if (cells.every((cell) => !Number.isNaN(timeOf(cell)))) return isoPatternOf(cells);
  const matches = cells.map((cell) => (typeof cell === 'string' ? parts.exec(cell.trim()) : null));
  const [first] = matches;
  if (!first || !matches.every((match) => match?.[2] === first[2])) return undefined;
  const given = matches.flatMap((match) => (match ? [match] : []));
  const pattern = orderOf(given, (k) => (given.every((match) => match[k]?.length === 2) ? 2 : 1));
  return pattern !== undefined && cells.every((cell) => !Number.isNaN(dateOf(cell, pattern))) ? pattern : undefined;
}

function orderOf(matches: readonly RegExpExecArray[], digits: (part: number) => number): string | undefined {
  const separator = matches[0]?.[2] ?? '';
  const [day, month] = [(part: number) => 'D'.repeat(digits(part)), (part: number) => 'M'.repeat(digits(part))];
  const every = (part: number, length: number): boolean => matches.every((match) => match[part]?.length === length);
  if (every(1, 4)) return ['YYYY', month(3), day(4)].join(separator);
  if (!every(4, 4)) return undefined;
  const dayFirst = separator !== '/' || matches.some((match) => Number(match[1]) > 12);
  return (dayFirst ? [day(1), month(3), 'YYYY'] : [month(1), day(3), 'YYYY']).join(separator);
}

function isoPatternOf(cells: readonly Cell[]): string {
  const matches = cells.map((cell) => isoTime.exec(textOf(cell)));
  const timed = matches.find((match) => match?.[1] !== undefined);
  if (!timed) return 'YYYY-MM-DD';
  const some = (group: number): boolean => matches.some((match) => match?.[group] !== undefined);
  return `YYYY-MM-DD${timed[1] ?? 'T'}HH:mm${some(2) ? ':ss' : ''}${some(3) ? '.SSS' : ''}${some(4) ? 'Z' : ''}`;
}

/** Milliseconds since 1970 of a cell written in the pattern, UTC where no zone is given, or NaN. ISO 8601 is always read. */
export function dateOf(cell: Cell, pattern: string | undefined): number {
  const time = timeOf(cell);
  if (!Number.isNaN(time) || pattern === undefined || pattern.startsWith('YYYY-MM-DD')) return time;
  const match = typeof cell === 'string' ? parts.exec(cell.trim()) : null;
  if (!match) return NaN;
  const order = pattern.match(token) ?? [];
  const numbers = new Map([1, 3, 4].map((part, k) => [order[k]?.[0], Number(match[part])]));
  const [year = NaN, month = NaN, day = NaN] = ['Y', 'M', 'D'].map((name) => numbers.get(name));
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year);
  // The 31st of February is the 2nd of March to a Date.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : NaN;
}

/** Milliseconds since 1970 as the pattern writes them, rounded to the least that it shows. */
export function formatDate(time: number, pattern: string): string {
  const unit = unitOf(pattern);
  const [date = '', clock = ''] = new Date(Math.round(time / unit) * unit).toISOString().split(/[TZ]/);
  const [year = '', month = '', day = ''] = date.split('-');
  const [hours = '', minutes = '', seconds = ''] = clock.split(':');
  const [whole = '', fraction = ''] = seconds.split('.');
  const values: Readonly<Record<string, string>> = {
    YYYY: year,
    MM: month,
    M: String(Number(month)),
    DD: day,
    D: String(Number(day)),
    HH: hours,
    mm: minutes,
    ss: whole,
    SSS: fraction,
  };
  return pattern.replace(token, (name) => values[name] ?? name);
}

function unitOf(pattern: string): number {
  if (pattern.includes('SSS')) return 1;
  if (pattern.includes('ss')) return 1000;
  return pattern.includes('mm') ? 60_000 : 86_400_000;
}

/** @throws ValueError for a pattern without year, month and day */
export function checkDatePattern(column: string, pattern: string): void {
  const names = (pattern.match(token) ?? []).slice(0, 3).map(([name]) => name);
  if (names.toSorted().join('') !== 'DMY') {
    throw new ValueError(`schema: '${pattern}' is no pattern of dates ('${column}'): write such as DD/MM/YYYY.`);
  }
}
