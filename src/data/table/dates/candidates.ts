import { placeOfName } from './names.ts';
import { quoteText, zoneOffset } from './pattern.ts';

// What patterns a text could be written in. Numbers are read without padding, and seconds, fractions, the clock and the zone
// may be left out: `format-recorder.ts` says how the column has them.

/** A pattern that a text is written in. */
export interface Candidate {
  readonly pattern: string;
  /** Digits with nothing between them: chance is likelier. */
  readonly compact?: boolean;
  /** Where only the order of numbers tells two candidates apart: which of them is taken when nothing else does. */
  readonly order?: 'month first' | 'day first' | 'year first';
}

/** Longer texts are no dates. */
const mostLetters = 48;
const words = new Set(['t', 'de', 'del', 'of', 'at', 'um', 'uhr', 'le', 'den', 'the', 'à']);
const separators = /^[\s\-/.,:_']*$/;

type Atom =
  | { readonly kind: 'number' | 'word' | 'between'; readonly text: string }
  /** What has been understood: a piece of pattern. */
  | { readonly kind: 'pattern'; readonly text: string };

/** The patterns that a text could be written in, the usual one first; none for other texts. */
export function candidatesOf(text: string): readonly Candidate[] {
  const trimmed = text.trim();
  if (trimmed.length > mostLetters || !/\d/.test(trimmed)) return [];
  const atoms: Atom[] = [...trimmed.matchAll(/(\d+)|(\p{L}+)|([^\d\p{L}]+)/gu)].map(([found, number, word]) => ({
    kind: number !== undefined ? 'number' : word !== undefined ? 'word' : 'between',
    text: found,
  }));
  const { clock, rest } = takeClock(atoms);
  const dates = datesIn(rest);
  if (dates.length === 0) {
    const [only] = rest;
    return rest.length === 1 && only?.kind === 'pattern' && clock ? [{ pattern: bareClock(only.text) }] : [];
  }
  return dates;
}

/** A time of the day alone is not left out. */
function bareClock(text: string): string {
  return text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : text;
}

interface Clocked {
  readonly clock: boolean;
  readonly rest: readonly Atom[];
}

/** Puts a pattern in the place of the clock and its zone, with what separates it from a date before it. */
function takeClock(atoms: readonly Atom[]): Clocked {
  const start = atoms.findIndex(
    (atom, k) =>
      isNumber(atom, 1, 2) && atoms[k + 1]?.text === ':' && isNumber(atoms[k + 2], 2, 2) && atoms[k - 1]?.text !== '+',
  );
  if (start < 0) return takeCompactClock(atoms);
  let end = start + 3;
  const seconds = atoms[end]?.text === ':' && isNumber(atoms[end + 1], 2, 2);
  let pattern = ':mm(:ss(.SSS))';
  if (seconds) {
    end += 2;
    const point = atoms[end]?.text;
    if ((point === '.' || point === ',') && isNumber(atoms[end + 1], 1, 9)) {
      pattern = `:mm(:ss(${point}SSS))`;
      end += 2;
    }
  }
  const half = halfAt(atoms, end);
  const clock = half ? `h${pattern}${half.pattern}` : `H${pattern}`;
  return around(atoms, { start, end: half?.end ?? end, clock });
}

function takeCompactClock(atoms: readonly Atom[]): Clocked {
  const start = atoms.findIndex(
    (atom, k) =>
      (isNumber(atom, 6, 6) || isNumber(atom, 4, 4)) &&
      (isNumber(atoms[k - 2], 8, 8) || (isNumber(atoms[k - 2], 2, 2) && atoms[k - 1]?.text.toUpperCase() === 'T')) &&
      /^[Tt _-]$/.test(atoms[k - 1]?.text ?? ''),
  );
  const text = atoms[start]?.text;
  if (text === undefined) return { clock: false, rest: atoms };
  const fraction = text.length === 6 && atoms[start + 1]?.text === '.' && isNumber(atoms[start + 2], 1, 9);
  const clock = text.length === 4 ? 'HHmm' : 'HHmmss(.SSS)';
  return around(atoms, { start, end: start + (fraction ? 3 : 1), clock });
}

/** The clock, its zone and the separator before it as one piece; it may be left out where it ends the text. */
function around(
  atoms: readonly Atom[],
  { start, end, clock }: { readonly start: number; readonly end: number; readonly clock: string },
): Clocked {
  const zone = zoneAt(atoms, end);
  const zoned = zone ? `(${zone.pattern})` : '';
  const after = zone?.end ?? end;
  const before = start >= 2 ? separatorBefore(atoms, start) : undefined;
  const from = before?.from ?? start;
  const piece = `${before?.pattern ?? ''}${clock}${zoned}`;
  const last = after === atoms.length;
  const pattern: Atom = { kind: 'pattern', text: last ? `(${piece})` : piece };
  return { clock: true, rest: [...atoms.slice(0, from), pattern, ...atoms.slice(after)] };
}

/** What stands between a date and its clock: `T`, spaces, " at ". */
function separatorBefore(atoms: readonly Atom[], start: number): { from: number; pattern: string } {
  let from = start;
  while (from > 1 && !isNumber(atoms[from - 1], 1, 14) && !isName(atoms[from - 1])) from--;
  return {
    from,
    pattern: atoms
      .slice(from, start)
      .map(({ text }) => quoteText(text.replace(/\s+/g, ' ')))
      .join(''),
  };
}

function halfAt(atoms: readonly Atom[], at: number): { end: number; pattern: string } | undefined {
  const spaced = /^\s+$/.test(atoms[at]?.text ?? '');
  const first = spaced ? at + 1 : at;
  const joined = atoms
    .slice(first, first + 4)
    .map(({ text }) => text)
    .join('');
  const match = /^([ap])(m(?!\p{L})|\.\s?m\.)/iu.exec(joined);
  if (!match) return undefined;
  const token = match[0].includes('.') ? 'aa' : 'a';
  return {
    end: first + (match[0].includes('.') ? 4 : 1),
    pattern: (spaced ? ' ' : '') + (match[1] === match[1]?.toUpperCase() ? token.toUpperCase() : token),
  };
}

function zoneAt(atoms: readonly Atom[], at: number): { end: number; pattern: string } | undefined {
  const gap = atoms[at]?.kind === 'between' ? atoms[at].text : '';
  const signed = /^(\s*)([+-])$/.exec(gap);
  if (signed) {
    const [hours, colon, minutes] = [atoms[at + 1], atoms[at + 2], atoms[at + 3]];
    const [space = '', sign = ''] = [signed[1], signed[2]];
    if (isNumber(hours, 2, 2) && colon?.text === ':' && isNumber(minutes, 2, 2)) {
      return { end: at + 4, pattern: `${space}${sign}${hours?.text ?? ''}:${minutes?.text ?? ''}` };
    }
    const ends = isNumber(hours, 2, 2) || isNumber(hours, 4, 4);
    return ends ? { end: at + 2, pattern: `${space}${sign}${hours?.text ?? ''}` } : undefined;
  }
  const spaced = /^\s+$/.test(gap);
  const name = atoms[spaced ? at + 1 : at];
  if (name?.kind !== 'word' || Number.isNaN(zoneOffset(name.text))) return undefined;
  return { end: at + (spaced ? 2 : 1), pattern: `${spaced ? ' ' : ''}${name.text}` };
}

function isNumber(atom: Atom | undefined, least: number, most: number): boolean {
  return atom?.kind === 'number' && atom.text.length >= least && atom.text.length <= most;
}

function isName(atom: Atom | undefined): boolean {
  return atom?.kind === 'word' && (monthOf(atom) || placeOfName('weekdays', atom.text) !== undefined);
}

function monthOf(atom: Atom): boolean {
  return placeOfName('months', atom.text) !== undefined;
}

/** The patterns of a date whose clock is one piece already. */
function datesIn(atoms: readonly Atom[]): Candidate[] {
  const numbers = atoms.filter(({ kind }) => kind === 'number');
  const month = atoms.find((atom) => atom.kind === 'word' && monthOf(atom));
  const widths = numbers.map(({ text }) => text.length);
  const orders = month ? ordersWithName(atoms, month, widths) : ordersOfNumbers(atoms, widths);
  return orders.flatMap(({ tokens, ...about }) => {
    const pattern = inPlace(atoms, tokens, month);
    return pattern === undefined ? [] : [{ pattern, ...about }];
  });
}

type Order = Omit<Candidate, 'pattern'> & { readonly tokens: readonly string[] };

function ordersWithName(atoms: readonly Atom[], month: Atom, widths: readonly number[]): Order[] {
  const before = atoms.slice(0, atoms.indexOf(month)).filter(({ kind }) => kind === 'number').length;
  const [first = 0, second = 0] = widths;
  if (widths.length === 1) {
    if (first === 4) return [{ tokens: ['YYYY'] }];
    // Jun-18, as spreadsheets write June 2018.
    return first === 2 && before === 0 ? [{ tokens: ['YY'] }] : [];
  }
  if (widths.length !== 2) return [];
  if (first === 4) return second <= 2 ? [{ tokens: ['YYYY', 'D'] }] : [];
  if (first > 2) return [];
  if (second === 4) return [{ tokens: ['D', 'YYYY'] }];
  if (second !== 2) return [];
  const dayFirst: Order = { tokens: ['D', 'YY'], order: 'day first' };
  return first === 2 && before === 1 ? [dayFirst, { tokens: ['YY', 'D'], order: 'year first' }] : [dayFirst];
}

function ordersOfNumbers(atoms: readonly Atom[], widths: readonly number[]): Order[] {
  const [first = 0, second = 0, third = 0] = widths;
  const [between = '', next = between] = atoms.filter(({ kind }) => kind === 'between').map(({ text }) => text);
  if (widths.length === 3 && second <= 2 && between === next)
    return ordersOfThree({ first, third, slashed: between.includes('/') });
  if (widths.length === 2) {
    const quarter = atoms.some(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'Q');
    const part = quarter ? 'Q' : 'M';
    if (quarter ? false : !/^(?:[-/ ]|)$/.test(between)) return [];
    if (first === 4 && second <= 2) return [{ tokens: ['YYYY', part] }];
    return second === 4 && first <= 2 ? [{ tokens: [part, 'YYYY'] }] : [];
  }
  if (widths.length !== 1) return [];
  const compact = true;
  if (first === 14) return [{ tokens: ['YYYYMMDDHHmmss'], compact }];
  if (first === 12) return [{ tokens: ['YYYYMMDDHHmm'], compact }];
  if (first === 6) return [{ tokens: ['YYYYMM'], compact }];
  if (first !== 8) return [];
  return [
    { tokens: ['YYYYMMDD'], compact },
    { tokens: ['DDMMYYYY'], compact, order: 'day first' },
    { tokens: ['MMDDYYYY'], compact, order: 'month first' },
  ];
}

function ordersOfThree({ first, third, slashed }: { first: number; third: number; slashed: boolean }): Order[] {
  if (first === 4 && third <= 2) return [{ tokens: ['YYYY', 'M', 'D'] }];
  if (first > 2) return [];
  const year = third === 4 ? 'YYYY' : third === 2 ? 'YY' : undefined;
  if (year === undefined) return [];
  const month: Order = { tokens: ['M', 'D', year], order: 'month first' };
  const day: Order = { tokens: ['D', 'M', year], order: 'day first' };
  const usual = slashed ? [month, day] : [day, month];
  return year === 'YY' && first === 2 ? [...usual, { tokens: ['YY', 'M', 'D'], order: 'year first' }] : usual;
}

/** The pattern with tokens in the place of numbers and names; `undefined` where something else is left. */
function inPlace(atoms: readonly Atom[], tokens: readonly string[], month: Atom | undefined): string | undefined {
  let [pattern, next] = ['', 0];
  for (const [k, atom] of atoms.entries()) {
    const { kind, text } = atom;
    const ordinal = kind === 'word' && /^(?:st|nd|rd|th)$/i.test(text) && pattern.endsWith('D') && atoms[k - 1]?.kind === 'number'; // prettier-ignore
    if (kind === 'number') pattern += tokens[next++] ?? '';
    else if (kind === 'pattern') pattern += text;
    else if (atom === month) pattern += 'MMM';
    else if (ordinal) pattern += 'o';
    else if (kind === 'word' && placeOfName('weekdays', text) !== undefined) pattern += 'ddd';
    else if (kind === 'word') {
      const part = /^[QM]$/i.test(text) && tokens.length === 2 && (tokens.includes('Q') || text.toUpperCase() === 'M');
      if (!part && !words.has(text.toLowerCase())) return undefined;
      pattern += quoteText(text);
    } else {
      // A short name's point is its own.
      const named = atoms[k - 1]?.kind === 'word' && isName(atoms[k - 1]);
      const gap = (named ? text.replace(/^\./, '') : text).replace(/\s+/g, ' ');
      if (!separators.test(gap)) return undefined;
      pattern += gap;
    }
  }
  return next === tokens.length ? pattern : undefined;
}
