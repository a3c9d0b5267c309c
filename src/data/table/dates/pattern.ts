import { ValueError } from '../../../core/index.ts';

// How a column writes its dates is a pattern: tokens, and all else as it stands. What is in [brackets] is no token; what is in
// (parentheses) may be left out.

/** What a number or a name in a date says. */
export type DateField =
  | 'year'
  | 'shortYear'
  | 'quarter'
  | 'month'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half'
  | 'weekday'
  | 'zone'
  | 'unix';

/** A part of a pattern. */
export type PatternPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'open' | 'close' }
  | { readonly kind: 'number' | 'name' | 'half' | 'zone'; readonly field: DateField; readonly token: string };

const fields: Readonly<Record<string, DateField>> = {
  YYYY: 'year',
  YY: 'shortYear',
  Q: 'quarter',
  MMMM: 'month',
  MMM: 'month',
  MM: 'month',
  M: 'month',
  Do: 'day',
  DD: 'day',
  D: 'day',
  dddd: 'weekday',
  ddd: 'weekday',
  HH: 'hour',
  H: 'hour',
  hh: 'hour12',
  h: 'hour12',
  mm: 'minute',
  ss: 'second',
  A: 'half',
  a: 'half',
  AA: 'half',
  aa: 'half',
  X: 'unix',
  x: 'unix',
};
const nameTokens = new Set(['MMMM', 'MMM', 'dddd', 'ddd']);

/** Minutes east of Greenwich of the zones that dates name: Universal Time, those of RFC 822 and Europe's. */
const zones: Readonly<Record<string, number>> = {
  ...{ Z: 0, UTC: 0, GMT: 0, EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420 },
  ...{ WET: 0, WEST: 60, CET: 60, CEST: 120, EET: 120, EEST: 180, MEZ: 60, MESZ: 120 },
};
const zoneNames = Object.keys(zones).sort((a, b) => b.length - a.length);

const token = new RegExp(
  [
    String.raw`\[([^\]]*)\]|[()]|[+-]\d\d(?::?\d\d)?`,
    ...zoneNames,
    'YYYY|YY|MMMM|MMM|MM|M|Do|DD|D|dddd|ddd|HH|H|hh|h|mm|ss|S+|AA|aa|A|a|Q|X|x',
  ].join('|'),
  'g',
);

/** The parts of a pattern, in order. */
export function patternParts(pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  let at = 0;
  const addText = (text: string): void => {
    if (text !== '') parts.push({ kind: 'text', text });
  };
  for (const match of pattern.matchAll(token)) {
    addText(pattern.slice(at, match.index));
    const [found, quoted] = match;
    at = match.index + found.length;
    const field = found.startsWith('S') ? 'fraction' : fields[found];
    if (quoted !== undefined) addText(quoted);
    else if (found === '(' || found === ')') parts.push({ kind: found === '(' ? 'open' : 'close' });
    else if (field === undefined) parts.push({ kind: 'zone', field: 'zone', token: found });
    else if (field === 'half') parts.push({ kind: 'half', field, token: found });
    else parts.push({ kind: nameTokens.has(found) ? 'name' : 'number', field, token: found });
  }
  addText(pattern.slice(at));
  return parts;
}

/** Text as it stands in a pattern: in brackets where letters could be taken for tokens. */
export function quoteText(text: string): string {
  return /[A-Za-z()]/.test(text) && text !== 'T' ? `[${text}]` : text;
}

const zoneText = /^([+-])(\d\d):?(\d\d)?$/;

/** Minutes east of Greenwich of a zone's name or number (`Z`, `UTC`, `+02:00`, `-0530`), or NaN. */
export function zoneOffset(text: string): number {
  const match = zoneText.exec(text);
  if (!match) return Object.hasOwn(zones, text) ? zones[text]! : NaN;
  const minutes = 60 * Number(match[2]) + Number(match[3] ?? 0);
  return match[1] === '-' ? -minutes : minutes;
}

const directives: Readonly<Record<string, string>> = {
  ...{
    Y: 'YYYY',
    y: 'YY',
    m: 'MM',
    d: 'DD',
    e: 'D',
    H: 'HH',
    I: 'hh',
    M: 'mm',
    S: 'ss',
    f: 'SSSSSS',
    p: 'A',
    b: 'MMM',
  },
  ...{ h: 'MMM', B: 'MMMM', a: 'ddd', A: 'dddd', z: 'Z', Z: 'Z', T: 'HH:mm:ss', R: 'HH:mm', F: 'YYYY-MM-DD', s: 'X' },
  ...{ D: 'MM/DD/YY', '%': '%' },
};

/** A pattern that a person gave, in the tokens used here: `%d/%m/%Y` of C, Python and R, `dd.MM.yyyy` of Java, `dd/mm/yyyy hh:mm` of spreadsheets. */
function normalizePattern(given: string): string {
  if (given.includes('%')) return given.replace(/%[-#]?([A-Za-z%])/g, (text, name: string) => directives[name] ?? text);
  const parts = given.split(/(\[[^\]]*\])/);
  const bare = parts.filter((_, k) => k % 2 === 0).join('');
  const [months, halves] = [bare.includes('M'), /[Aa]/.test(bare)];
  const change = (text: string): string => {
    const capital = text.replace(/yyyy|yy|\bdd?\b/g, (found) => found.toUpperCase());
    // Hours that nothing halves are those of the day; a month in small letters stands before the hours.
    const hours = halves ? capital : capital.replace(/hh?/g, (found) => found.toUpperCase());
    return months ? hours : hours.replace(/^([^Hh]*?)mm/, '$1MM');
  };
  return parts.map((part, k) => (k % 2 === 0 ? change(part) : part)).join('');
}

/**
 * A person's pattern, in the tokens used here.
 *
 * @throws ValueError for a pattern that says no time: without a year, with a day but no month, twelve hours without their half
 */
export function checkDatePattern(column: string, given: string): string {
  const pattern = normalizePattern(given);
  const problem = problemOf(pattern);
  if (problem === undefined) return pattern;
  throw new ValueError(
    `schema: '${given}' is no pattern of dates ('${column}'): ${problem}. Write such as DD/MM/YYYY, YYYY-MM-DD HH:mm:ss or ` +
      `MMM D, YYYY h:mm A (tokens: YYYY YY Q MMMM MMM MM M DD D HH H hh h mm ss SSS A Z; X and x: seconds and milliseconds ` +
      `since 1970); %d/%m/%Y is taken too.`,
  );
}

function problemOf(pattern: string): string | undefined {
  const parts = patternParts(pattern).flatMap((part) => ('field' in part ? [part.field] : []));
  const has = (...names: readonly DateField[]): boolean => names.some((name) => parts.includes(name));
  const twice = parts.find((field, at) => parts.indexOf(field) !== at);
  if (twice !== undefined) return `it has the ${twice} twice`;
  if (parts.length === 0) return 'it has none of their tokens';
  if (has('unix')) return parts.length === 1 ? undefined : 'seconds since 1970 stand alone';
  if (has('year') && has('shortYear')) return 'it has two years';
  if (has('month') && has('quarter')) return 'it has a month and a quarter';
  if (has('hour') && has('hour12')) return 'it has two hours';
  if (has('hour12') !== has('half')) return has('half') ? 'AM or PM goes with h' : 'twelve hours need AM or PM (A)';
  if (has('fraction') && !has('second')) return 'it has a fraction of a second, and no second';
  if (has('second') && !has('minute')) return 'it has a second, and no minute';
  if (has('minute') && !has('hour', 'hour12')) return 'it has a minute, and no hour';
  if (has('year', 'shortYear')) return has('day') && !has('month') ? 'it has a day, and no month' : undefined;
  if (has('month', 'day', 'quarter')) return 'it has no year';
  return has('hour', 'hour12') ? undefined : 'it has no year';
}

/** Whether a pattern has a time of the day. */
export function hasClock(pattern: string): boolean {
  return patternParts(pattern).some((part) => 'field' in part && ['hour', 'hour12', 'unix'].includes(part.field));
}

/** Whether a pattern has a day, and not a time of any day. */
export function hasDate(pattern: string): boolean {
  return patternParts(pattern).some((part) => 'field' in part && ['year', 'shortYear'].includes(part.field));
}
