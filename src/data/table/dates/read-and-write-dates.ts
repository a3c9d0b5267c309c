import { dateOfDays, dayLength, daysInMonth, daysOf, weekdayOf } from './calendar.ts';
import { namesLike, placeOfName } from './names.ts';
import { patternParts, zoneOffset } from './pattern.ts';
import type { DateField } from './pattern.ts';

/** How a column writes its dates. */
export interface DateFormat {
  /** Tokens, such as `DD.MM.YYYY HH:mm` (`pattern.ts`). */
  readonly pattern: string;
  /** Names of the months, from January on; default: English. */
  readonly months?: readonly string[];
  /** Names of the days, from Sunday on; default: English. */
  readonly weekdays?: readonly string[];
}

/** Years of two digits are 1969 to 2068, as POSIX has it. */
const firstShortYear = 69;
const mostFractionDigits = 9;

/** A part of a pattern as it is read. */
export type Step =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly field: DateField; readonly token: string; readonly least: number; readonly most: number } // prettier-ignore
  | { readonly kind: 'name' | 'half' | 'zone'; readonly field: DateField; readonly token: string }
  /** What may be left out, up to the step `end`. */
  | { readonly kind: 'optional'; readonly end: number };

/** Numbers read, by field. */
interface Reading {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Milliseconds. */
  fraction: number;
  /** 0 for AM, 12 for PM, −1 for neither. */
  half: number;
  weekday: number;
  /** Minutes. */
  offset: number;
  unix: number;
}

/** Reads and writes dates in one format. */
export class DateCodec {
  readonly format: DateFormat;
  /** Minutes east of Greenwich that dates without a zone of their own are in, and that all are written in. */
  readonly offset: number;
  /** Where each step of the last date that was read begins, and behind the last one it ends; −1 for what was left out. */
  readonly starts: Int32Array;
  readonly steps: readonly Step[];
  /** The least time that the format tells apart, in milliseconds. */
  readonly least: number;
  readonly #months: readonly string[];
  readonly #weekdays: readonly string[];
  readonly #reading: Reading;
  /** Of optional steps: the milliseconds of which they say how many there are beyond whole ones; 0 for a zone. */
  readonly #optional: ReadonlyMap<number, number>;
  /** Times of the day alone, or seconds since 1970. */
  readonly #dated: boolean;
  #text = '';

  constructor(format: DateFormat) {
    this.format = format;
    this.steps = stepsOf(format.pattern);
    this.starts = new Int32Array(this.steps.length + 1);
    const zone = this.steps.find((step) => step.kind === 'zone');
    this.offset = zone && 'token' in zone ? zoneOffset(zone.token) : 0;
    const tokens = this.steps.flatMap((step) => ('field' in step ? [step.token] : []));
    const long = (name: string): boolean => tokens.includes(name);
    this.#months = format.months ?? namesLike('months', new Map(), long('MMMM'));
    this.#weekdays = format.weekdays ?? namesLike('weekdays', new Map(), long('dddd'));
    this.#dated = this.steps.some((step) => 'field' in step && (step.field === 'year' || step.field === 'shortYear'));
    this.#optional = new Map(this.steps.flatMap((_, k) => optionalSize(this.steps, k)));
    this.least = leastOf(this.steps);
    this.#reading = { ...emptyReading };
  }

  /** Milliseconds since 1970 (of a time of the day alone: since midnight), or NaN where the text is no date of this format. */
  read(text: string): number {
    const reading = this.#reading;
    reset(reading, this.offset);
    this.#text = text.trim();
    this.starts.fill(-1);
    const end = this.#match(0, this.steps.length, 0);
    if (end !== this.#text.length) return NaN;
    this.starts[this.steps.length] = end;
    if (!Number.isNaN(reading.unix)) return reading.unix;
    const { year, month, day, hour, minute, second, fraction, half, weekday, offset } = reading;
    if (half >= 0 && (hour < 1 || hour > 12)) return NaN;
    const hours = half >= 0 ? (hour % 12) + half : hour;
    if (hours > 23 || minute > 59 || second > 59) return NaN;
    const clock = ((hours * 60 + minute) * 60 + second) * 1000 + fraction;
    if (!this.#dated) return clock - offset * 60_000;
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN;
    const days = daysOf(year, month, day);
    if (weekday >= 0 && weekdayOf(days) !== weekday) return NaN;
    return days * dayLength + clock - offset * 60_000;
  }

  /** A time as text, rounded to the least that the format shows. */
  write(time: number): string {
    const unit = this.least;
    const wall = Math.round((time + this.offset * 60_000) / unit) * unit;
    const days = Math.floor(wall / dayLength);
    const clock = Math.max(0, wall - days * dayLength);
    const { year, month, day } = dateOfDays(days);
    const hour = Math.floor(clock / 3_600_000);
    const parts = { year, month, day, hour, clock, time, weekday: weekdayOf(days) };
    let text = '';
    for (let k = 0; k < this.steps.length; k++) {
      const step = this.steps[k]!;
      if (step.kind === 'text') text += step.text;
      else if (step.kind === 'optional') {
        const size = this.#optional.get(k) ?? 0;
        // A clock that says nothing is left out as others were.
        if (size > 0 && clock % size === 0) k = step.end - 1;
      } else text += this.#written(step.field, step.token, parts);
    }
    return text;
  }

  #written(
    field: DateField,
    token: string,
    parts: Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'clock' | 'time' | 'weekday', number>>,
  ): string {
    const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');
    const { year, month, day, hour, clock, time, weekday } = parts;
    switch (field) {
      case 'year':
        return padded(year, 4);
      case 'shortYear':
        return padded(year % 100, 2);
      case 'quarter':
        return String(Math.ceil(month / 3));
      case 'month':
        return token.length > 2 ? (this.#months[month - 1] ?? '') : padded(month, token.length);
      case 'weekday':
        return this.#weekdays[weekday] ?? '';
      case 'day':
        return token === 'Do' ? ordinal(day) : padded(day, token.length);
      case 'hour':
        return padded(hour, token.length);
      case 'hour12':
        return padded(hour % 12 === 0 ? 12 : hour % 12, token.length);
      case 'half':
        return halves[token]?.[hour < 12 ? 0 : 1] ?? '';
      case 'minute':
        return padded(Math.floor(clock / 60_000) % 60, 2);
      case 'second':
        return padded(Math.floor(clock / 1000) % 60, 2);
      case 'fraction': {
        const digits = Math.min(token.length, 6);
        return padded(Math.round((clock % 1000) * 10 ** (digits - 3)), digits).padEnd(token.length, '0');
      }
      case 'zone':
        return token;
      case 'unix':
        return String(token === 'X' ? Math.round(time / 1000) : Math.round(time));
    }
  }

  /** Reads steps `from` to `to` at `at`; gives where they end, or −1. */
  #match(from: number, to: number, at: number): number {
    for (let k = from; k < to; k++) {
      const step = this.steps[k]!;
      this.starts[k] = at;
      if (step.kind === 'optional') {
        const before = { ...this.#reading };
        const end = this.#match(k + 1, step.end, at);
        if (end >= 0) at = end;
        else {
          Object.assign(this.#reading, before);
          this.starts.fill(-1, k, step.end);
        }
        k = step.end - 1;
      } else {
        at = step.kind === 'number' ? this.#number(step, at) : this.#other(step, at);
        if (at < 0) return -1;
      }
    }
    return at;
  }

  #number({ field, token, least, most }: Extract<Step, { kind: 'number' }>, at: number): number {
    const text = this.#text;
    let [end, value] = [at, 0];
    let sign = 1;
    if (field === 'unix' && text.charCodeAt(end) === 45) [end, sign] = [end + 1, -1];
    const first = end;
    for (; end - first < most; end++) {
      const digit = text.charCodeAt(end) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    const digits = end - first;
    if (digits < least) return -1;
    const reading = this.#reading;
    switch (field) {
      case 'shortYear':
        reading.year = value + (value >= firstShortYear ? 1900 : 2000);
        break;
      case 'quarter':
        if (value < 1 || value > 4) return -1;
        reading.month = 3 * value - 2;
        break;
      case 'fraction':
        reading.fraction = value / 10 ** (digits - 3);
        break;
      case 'unix': {
        // Seconds may have a fraction.
        const fraction = token === 'X' ? (/^\.\d+/.exec(text.slice(end))?.[0] ?? '') : '';
        reading.unix = sign * Number(text.slice(first, end) + fraction) * (token === 'X' ? 1000 : 1);
        return end + fraction.length;
      }
      case 'hour12':
        reading.hour = value;
        break;
      case 'year':
      case 'month':
      case 'day':
      case 'hour':
      case 'minute':
      case 'second':
        reading[field] = value;
    }
    if (token === 'Do') return ordinalEnd(text, end);
    // "1er août", and "2 août".
    return field === 'day' && value === 1 && text.startsWith('er', end) ? end + 2 : end;
  }

  #other(step: Exclude<Step, { kind: 'number' | 'optional' }>, at: number): number {
    const text = this.#text;
    const reading = this.#reading;
    if (step.kind === 'text') return textEnd(step.text, text, at);
    if (step.kind === 'name') {
      const end = wordEnd(text, at);
      const place = this.#placeOf(step.field === 'month' ? 'months' : 'weekdays', text.slice(at, end));
      if (place === undefined) return -1;
      if (step.field === 'month') reading.month = place + 1;
      else reading.weekday = place;
      return end;
    }
    if (step.kind === 'half') {
      const match = /^([ap])(?:m|\.\s?m\.)/i.exec(text.slice(at, at + 5));
      if (!match) return -1;
      reading.half = match[1]?.toLowerCase() === 'p' ? 12 : 0;
      return at + match[0].length;
    }
    const zone = /^(?:[+-]\d\d(?::?\d\d)?|[A-Z]{1,4})/.exec(text.slice(at))?.[0] ?? '';
    const offset = zoneOffset(zone);
    if (Number.isNaN(offset)) return -1;
    reading.offset = offset;
    return at + zone.length;
  }

  #placeOf(kind: 'months' | 'weekdays', word: string): number | undefined {
    const known = placeOfName(kind, word);
    if (known !== undefined) return known;
    const own = (kind === 'months' ? this.#months : this.#weekdays).findIndex(
      (name) => name.toLowerCase() === word.toLowerCase(),
    );
    return own < 0 ? undefined : own;
  }
}

function leastOf(steps: readonly Step[]): number {
  const tokens = new Map(steps.flatMap((step) => ('field' in step ? [[step.field, step.token] as const] : [])));
  const fraction = tokens.get('fraction');
  if (fraction !== undefined) return 10 ** (3 - Math.min(fraction.length, 6));
  if (tokens.has('unix')) return tokens.get('unix') === 'X' ? 1000 : 1;
  if (tokens.has('second')) return 1000;
  if (tokens.has('minute')) return 60_000;
  return tokens.has('hour') || tokens.has('hour12') ? 3_600_000 : dayLength;
}

/** What a clock that is left out is short of: a day of all, a minute of seconds, a second of a fraction. */
function optionalSize(steps: readonly Step[], k: number): (readonly [number, number])[] {
  const step = steps[k];
  if (step?.kind !== 'optional') return [];
  const first = steps.slice(k + 1, step.end).find((inner) => 'field' in inner);
  const sizes: Partial<Record<DateField, number>> = {
    hour: dayLength,
    hour12: dayLength,
    second: 60_000,
    fraction: 1000,
  };
  return [[k, first && 'field' in first ? (sizes[first.field] ?? 0) : 0]];
}

const halves: Readonly<Record<string, readonly [am: string, pm: string]>> = {
  A: ['AM', 'PM'],
  a: ['am', 'pm'],
  AA: ['A.M.', 'P.M.'],
  aa: ['a.m.', 'p.m.'],
};

const emptyReading: Readonly<Reading> = {
  ...{ year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, fraction: 0 },
  ...{ half: -1, weekday: -1, offset: 0, unix: NaN },
};

/** Without a copy: this is done for every date. */
function reset(reading: Reading, offset: number): void {
  reading.year = reading.hour = reading.minute = reading.second = reading.fraction = 0;
  reading.month = reading.day = 1;
  reading.half = reading.weekday = -1;
  reading.offset = offset;
  reading.unix = NaN;
}

function ordinal(day: number): string {
  const teens = day % 100 >= 11 && day % 100 <= 13;
  return `${day}${(teens ? undefined : ['th', 'st', 'nd', 'rd'][day % 10]) ?? 'th'}`;
}

function ordinalEnd(text: string, at: number): number {
  return /^(?:st|nd|rd|th)/i.test(text.slice(at, at + 2)) ? at + 2 : -1;
}

/** Where `expected` ends; a space stands for any number of them. */
function textEnd(expected: string, text: string, at: number): number {
  let end = at;
  for (const sign of expected) {
    if (sign === ' ') {
      const first = end;
      while (text.charCodeAt(end) === 32) end++;
      if (end === first) return -1;
    } else if (text[end] === sign) end++;
    else return -1;
  }
  return end;
}

/** Where a word ends, with the point of its short form. */
function wordEnd(text: string, at: number): number {
  return at + (/^\p{L}+\.?/u.exec(text.slice(at, at + 16))?.[0].length ?? 0);
}

/** Digits of numbers that others follow at once are counted: 20180610. */
function stepsOf(pattern: string): Step[] {
  const parts = patternParts(pattern);
  const steps: Step[] = [];
  const open: number[] = [];
  parts.forEach((part, k) => {
    if (part.kind === 'open') {
      open.push(steps.length);
      steps.push({ kind: 'optional', end: NaN });
    } else if (part.kind === 'close') {
      const start = open.pop();
      if (start !== undefined) steps[start] = { kind: 'optional', end: steps.length };
    } else if (part.kind === 'number') {
      const { field, token } = part;
      const [before, after] = [parts[k - 1]?.kind, parts[k + 1]?.kind];
      const joined = before === 'number' || after === 'number';
      steps.push({ kind: 'number', field, token, ...digitsOf(field, joined) });
    } else if (part.kind === 'text' && parts[k - 1]?.kind === 'name' && part.text.startsWith('.')) {
      // The point is the name's own.
      if (part.text.length > 1) steps.push({ kind: 'text', text: part.text.slice(1) });
    } else if (part.kind === 'text') steps.push(part);
    else if ('field' in part) steps.push({ kind: part.kind, field: part.field, token: part.token });
  });
  for (const start of open) steps[start] = { kind: 'optional', end: steps.length };
  return steps;
}

function digitsOf(field: DateField, joined: boolean): { readonly least: number; readonly most: number } {
  switch (field) {
    case 'year':
      return { least: 4, most: 4 };
    case 'quarter':
      return { least: 1, most: 1 };
    case 'fraction':
      return { least: 1, most: mostFractionDigits };
    case 'unix':
      return { least: 1, most: 15 };
    case 'shortYear':
    case 'minute':
    case 'second':
      return { least: 2, most: 2 };
    default:
      return { least: joined ? 2 : 1, most: 2 };
  }
}
