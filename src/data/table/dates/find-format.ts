import { dateOfDays, dayLength } from './calendar.ts';
import { candidatesOf } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { DateCodec } from './read-and-write-dates.ts';
import type { DateFormat } from './read-and-write-dates.ts';
import { FormatRecorder } from './format-recorder.ts';

/** What says which number is the day. */
export type OrderEvidence =
  /** The others make dates that do not exist: a number above 12. */
  | 'only it fits'
  | 'the years'
  | 'rows in order'
  | 'regular steps'
  | 'other columns'
  /** Nothing: the usual order was taken. */
  | 'open';

/** How a column of texts writes its dates, and what decided where digits alone leave it open. */
export interface FoundDates {
  readonly format: DateFormat;
  /** Which of day, month and year comes first, where digits alone do not say it. */
  readonly order?: NonNullable<Candidate['order']>;
  readonly evidence?: OrderEvidence;
  /** The places of texts that are no dates of this format. */
  readonly misfits: readonly number[];
  /** The zones that there are, the commonest first; all dates are written in that. */
  readonly zones: readonly string[];
}

/** Texts that candidates are made of. */
const mostModels = 24;
/** Texts that candidates are compared by. */
const mostCompared = 2000;
/** Fewer values of digits alone are numbers: chance makes dates of them. */
const leastCompact = { long: 3, short: 4 };
/** Years that separated and compact dates are believed to be in. */
const separatedYears = [1000, 2999] as const;
const compactYears = [1900, 2100] as const;
/** An order by which the dates reach over so many times the years that another needs is wrong. */
const mostSpans = 4;

/**
 * How distinct texts, in the order of their rows, write dates; `undefined` where most are none. Which number is the day and
 * which the month is told by: a number above 12 (or the weekday); years of two digits that lie close together by one order only; rows that are in order, or in regular steps, by one order only; the
 * order of `like`, another column of the same file. Else it is open, and with slashes the month comes first.
 */
export function findDates(
  texts: readonly string[],
  { like }: { readonly like?: Candidate['order'] } = {},
): FoundDates | undefined {
  const candidates = new Map<string, Candidate>();
  for (const text of models(texts)) {
    for (const candidate of candidatesOf(text)) candidates.set(candidate.pattern, candidate);
  }
  const compared = spread(texts, mostCompared);
  const tried = [...candidates.values()]
    .map((candidate) => tryOn(candidate, compared))
    .filter(({ fits }) => 2 * fits > compared.length);
  const most = Math.max(0, ...tried.map(({ fits }) => fits));
  const best = tried.filter(({ fits }) => fits === most);
  const chosen = choose(best, { like, texts });
  return chosen && finish(chosen.candidate, texts, chosen.evidence);
}

/** A given pattern with the names that texts have for months and days. */
export function formatFor(pattern: string, texts: readonly string[]): DateFormat {
  const codec = new DateCodec({ pattern });
  const recorder = new FormatRecorder(codec);
  for (const text of texts) if (!Number.isNaN(codec.read(text))) recorder.add(text);
  const { months, weekdays } = recorder.format();
  return { pattern, ...(months && { months }), ...(weekdays && { weekdays }) };
}

/** Texts of many lengths. */
function models(texts: readonly string[]): readonly string[] {
  const byLength = new Map<number, string>();
  for (const text of texts) if (!byLength.has(text.length)) byLength.set(text.length, text);
  return [...new Set([...spread(texts, mostModels), ...[...byLength.values()].slice(0, mostModels)])];
}

function spread(texts: readonly string[], most: number): readonly string[] {
  if (texts.length <= most) return texts;
  return Array.from({ length: most }, (_, k) => texts[Math.floor((k * texts.length) / most)]!);
}

interface Tried {
  readonly candidate: Candidate;
  readonly fits: number;
  readonly times: readonly number[];
}

function tryOn(candidate: Candidate, texts: readonly string[]): Tried {
  const read = reader(candidate);
  const times = texts.map(read).filter((time) => !Number.isNaN(time));
  return { candidate, fits: times.length, times };
}

/** A candidate's codec, which believes in years of its range only. */
function reader({ pattern, compact }: Candidate, codec = new DateCodec({ pattern })): (text: string) => number {
  const [first, last] = compact ? compactYears : separatedYears;
  const dated = pattern.includes('Y');
  return (text) => {
    const time = codec.read(text);
    if (!dated || Number.isNaN(time)) return time;
    const { year } = dateOfDays(Math.floor(time / dayLength));
    return year >= first && year <= last ? time : NaN;
  };
}

function choose(
  best: readonly Tried[],
  { like, texts }: { readonly like: Candidate['order'] | undefined; readonly texts: readonly string[] },
): { readonly candidate: Candidate; readonly evidence?: OrderEvidence } | undefined {
  const [first] = best;
  if (!first) return undefined;
  const ordered = best.filter(({ candidate }) => candidate.order !== undefined);
  // Patterns that read all alike (one holds the other) are no choice of an order.
  if (ordered.length < 2) {
    const { candidate } = ordered[0] ?? longest(best);
    if (candidate.order === undefined) return { candidate };
    return { candidate, evidence: 'only it fits' };
  }
  const spans = ordered.map(({ times }) => spanOf(times));
  // Only a year that may come first makes such a difference: "18-06-10".
  const years = ordered.some(({ candidate }) => candidate.order === 'year first');
  const narrow = ordered.filter((_, k) => !years || spans[k]! <= mostSpans * Math.min(...spans));
  if (new Set(narrow.map(({ candidate }) => candidate.order)).size === 1) {
    return { candidate: longest(narrow).candidate, evidence: 'the years' };
  }
  const only = (holds: (times: readonly number[]) => boolean): Tried | undefined => {
    const held = narrow.filter(({ candidate }) => holds(texts.map(reader(candidate)).filter((time) => !Number.isNaN(time)))); // prettier-ignore
    return held.length === 1 ? held[0] : undefined;
  };
  const sorted = only(isSorted);
  if (sorted) return { candidate: sorted.candidate, evidence: 'rows in order' };
  const regular = only(isRegular);
  if (regular) return { candidate: regular.candidate, evidence: 'regular steps' };
  const alike = narrow.find(({ candidate }) => candidate.order === like);
  if (alike) return { candidate: alike.candidate, evidence: 'other columns' };
  return { candidate: narrow[0]!.candidate, evidence: 'open' };
}

function longest(tried: readonly Tried[]): Tried {
  return tried.reduce((best, other) => (other.candidate.pattern.length > best.candidate.pattern.length ? other : best));
}

function spanOf(times: readonly number[]): number {
  let [least, most] = [Infinity, -Infinity];
  for (const time of times) [least, most] = [Math.min(least, time), Math.max(most, time)];
  return most - least;
}

/** Fewer dates are in order by chance. */
const leastSorted = 5;

function isSorted(times: readonly number[]): boolean {
  if (times.length < leastSorted) return false;
  const steps = times.slice(1).map((time, k) => time - times[k]!);
  return steps.every((step) => step > 0) || steps.every((step) => step < 0);
}

/** Whether the dates, in any order, are a whole number of days, or of months, apart from one to the next, always the same. */
function isRegular(times: readonly number[]): boolean {
  if (times.length < leastSorted) return false;
  const sorted = Float64Array.from(times).sort();
  const same = (values: readonly number[]): boolean => values.every((value) => value === values[0] && value > 0);
  const steps = Array.from(sorted.subarray(1), (time, k) => time - sorted[k]!);
  if (same(steps)) return true;
  const dates = Array.from(sorted, (time) => dateOfDays(Math.floor(time / dayLength)));
  const months = dates.map(({ year, month }) => 12 * year + month);
  return dates.every(({ day }) => day === dates[0]!.day) && same(months.slice(1).map((month, k) => month - months[k]!));
}

/** The format of a column, from all its texts. */
function finish(
  candidate: Candidate,
  texts: readonly string[],
  evidence: OrderEvidence | undefined,
): FoundDates | undefined {
  const codec = new DateCodec({ pattern: candidate.pattern });
  const read = reader(candidate, codec);
  const recorder = new FormatRecorder(codec);
  const misfits: number[] = [];
  texts.forEach((text, place) => {
    if (Number.isNaN(read(text))) misfits.push(place);
    else recorder.add(text);
  });
  if (candidate.compact) {
    const least = candidate.pattern.length > 6 ? leastCompact.long : leastCompact.short;
    if (misfits.length > 0 || texts.length < least) return undefined;
  }
  const { zones, ...format } = recorder.format();
  return {
    format,
    ...(candidate.order && { order: candidate.order }),
    ...(evidence && candidate.order && { evidence }),
    misfits,
    zones,
  };
}
