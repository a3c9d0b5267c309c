import { dateUnits } from '../table-state.ts';
import type { DateUnit } from '../table-state.ts';
import { dateOfDays, dayLength, daysInMonth, daysOf } from './calendar.ts';

const lengths: Readonly<Partial<Record<DateUnit, number>>> = {
  week: 7 * dayLength,
  day: dayLength,
  '12 hours': 12 * 3_600_000,
  '6 hours': 6 * 3_600_000,
  hour: 3_600_000,
  '30 minutes': 1_800_000,
  '15 minutes': 900_000,
  '10 minutes': 600_000,
  '5 minutes': 300_000,
  minute: 60_000,
  '30 seconds': 30_000,
  '10 seconds': 10_000,
  second: 1000,
  '100 ms': 100,
  '10 ms': 10,
  ms: 1,
  '100 µs': 0.1,
  '10 µs': 0.01,
  µs: 0.001,
};
const months: Readonly<Partial<Record<DateUnit, number>>> = { year: 12, quarter: 3, month: 1 };
/** Units that need no witness: fewer dates than three are whole days, but hardly by chance. */
const natural: ReadonlySet<DateUnit> = new Set(['day', 'hour', 'minute', 'second', 'ms', 'µs']);
const leastWitnesses: Readonly<Partial<Record<DateUnit, number>>> = { week: 4 };

/**
 * The coarsest unit that all times keep, counted from the least of them: rows that are made up keep it too. Days and finer
 * natural units are taken from any number of times that are whole ones, others from three different ones at least (weeks: four).
 *
 * @param times milliseconds since 1970, of the clock that they are written by
 * @param least the least unit that their format shows, in milliseconds
 */
export function commonUnit(times: ArrayLike<number>, least: number): DateUnit {
  const sorted = Float64Array.from(times)
    .sort()
    .filter((time, k, all) => k === 0 || time !== all[k - 1]);
  const first = sorted[0] ?? 0;
  const keeps = (unit: DateUnit): boolean => {
    const whole = (start: number): boolean => sorted.every((time) => isWhole(time, unit, start));
    // Not every month has a 31st: those are the ends of months.
    if (months[unit] !== undefined && partsOf(first).day > 28) return false;
    if (sorted.length >= (leastWitnesses[unit] ?? 3)) return whole(first);
    return natural.has(unit) && whole(0);
  };
  return dateUnits.find((unit) => (lengths[unit] ?? Infinity) >= least * 0.999 && keeps(unit)) ?? finestOf(least);
}

function finestOf(least: number): DateUnit {
  return dateUnits.find((unit) => (lengths[unit] ?? Infinity) <= least * 1.001) ?? 'µs';
}

function isWhole(time: number, unit: DateUnit, first: number): boolean {
  return Math.abs(roundTo(time, unit, first) - time) < 1e-3 * Math.min(1, lengths[unit] ?? 1);
}

/** The time nearest to `time` that is a whole number of units from `first`. @param time milliseconds of the clock */
export function roundTo(time: number, unit: DateUnit, first: number): number {
  const length = lengths[unit];
  if (length !== undefined) return first + Math.round((time - first) / length) * length;
  const start = partsOf(first);
  const step = unit === 'month end' ? 1 : (months[unit] ?? 1);
  const dayOf = (month: number): number => {
    const year = Math.floor(month / 12);
    const last = daysInMonth(year, month - 12 * year + 1);
    return daysOf(year, month - 12 * year + 1, unit === 'month end' ? last : Math.min(start.day, last));
  };
  const near = Math.round((partsOf(time).month - start.month) / step);
  const around = [near - 1, near, near + 1].map((k) => dayOf(start.month + k * step) * dayLength + start.clock);
  return around.reduce((best, other) => (Math.abs(other - time) < Math.abs(best - time) ? other : best));
}

/** @returns the month as a number of months since the year 0 */
function partsOf(time: number): { readonly month: number; readonly day: number; readonly clock: number } {
  const days = Math.floor(time / dayLength);
  const { year, month, day } = dateOfDays(days);
  return { month: 12 * year + month - 1, day, clock: time - days * dayLength };
}
