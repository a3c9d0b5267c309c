import { DataError, ValueError } from '../core/index.ts';
import { CsvScanner } from './csv-scanner.ts';
import { delimiterNamed, delimiterWord } from './delimiter.ts';
import { nameKey } from './name-key.ts';
import { partsOf } from './number-form.ts';
import { unguardFormula } from './spreadsheet-text.ts';

/** How a file of text is laid out. What is given is taken; the rest is found out from the file. */
export interface CsvOptions {
  /** `,`, `;`, a tab (also `tab`), `|` or any other character; a blank (also `space`) for any run of blanks. */
  readonly delimiter?: string;
  /** Whether the first line names the columns. */
  readonly header?: boolean;
  /** The character that comment lines begin with. */
  readonly comment?: string;
  /** Lines to leave out at the start. */
  readonly skip?: number;
  /** As `TextDecoder` names it, such as `windows-1252` or `utf-16le`. */
  readonly encoding?: string;
  /** What becomes of rows with fewer or more fields: `fail` (the default), `skip`, or `fill`: missing where there are fewer. */
  readonly ragged?: 'fail' | 'skip' | 'fill';
  /** Names that its columns should have: a first line with most of them is a header. */
  readonly expected?: readonly string[];
}

/** How a file of text is laid out, decided. */
export interface CsvDialect {
  readonly encoding: string;
  readonly delimiter: string;
  readonly comment: string | undefined;
  /** Lines left out at the start. */
  readonly skip: number;
  /** Names of the columns; they stand in the first line that is not left out, unless `header` is false. */
  readonly names: readonly string[];
  readonly header: boolean;
  /** Fields of every row: one more than names where each ends with a delimiter. */
  readonly fields: number;
  readonly ragged: 'fail' | 'skip' | 'fill';
  /** What was taken, for people; none where it is what everybody expects. */
  readonly notes: readonly string[];
}

/** What parts the fields of most files. */
export const candidates = [',', ';', '\t', '|'];

/** Text and records that are looked at. */
export const sniffedBytes = 2 ** 18;
const sniffedRecords = 200;
/** Columns of a table: a row of a training step takes all of them, and each takes some kilobytes to be understood. */
export const mostColumns = 2 ** 17;

export function tooManyColumns(name: string, found: number): DataError {
  return new DataError(
    `${name}: its first line has ${found} fields or more; a table may have ${mostColumns} columns. ` +
      'Leave columns out, turn rows and columns around, or write it as an array: .npy.',
  );
}

/**
 * The dialect of a file, from its first bytes (UTF-8): delimiter, lines before the table, comments, header.
 *
 * @param whole whether the bytes are the whole file
 * @throws DataError where no delimiter parts all lines alike
 */
export function findDialect(
  head: Uint8Array,
  options: CsvOptions & { readonly name: string; readonly encoding: string; readonly whole: boolean },
): CsvDialect {
  const { name, encoding, whole, ragged = 'fail' } = options;
  checkOptions(options);
  const text = new TextDecoder().decode(head);
  const notes: string[] = [];
  const start = findStart(text, options);
  const comment = options.comment ?? start.comment;
  const skipped = options.skip ?? start.skip;
  const how = { name, comment, skip: skipped, whole };
  const found = options.delimiter === undefined ? undefined : delimiterNamed(options.delimiter);
  const delimiter = found ?? start.delimiter ?? findDelimiter(head, how, name);
  const records = recordsOf(head, { ...how, delimiter });
  if (records.length === 0) throw new DataError(`${name}: holds no rows.`);
  const preamble =
    options.skip === undefined && start.delimiter === undefined ? preambleOf(records) || paddedPreambleOf(records) : 0;
  const table = records.slice(preamble);
  const first = table[0]!;
  const skip = preamble > 0 ? first.line - 1 : skipped;
  const rows = table.slice(1).map(({ fields }) => fields);
  // `# a b c` before the rows names them where it has as many fields.
  const header = options.header ?? namesExpected(first.fields, options.expected) ?? looksLikeHeader(first.fields, rows);
  const layout = header
    ? layoutOf(first.fields, rows, notes)
    : { fields: first.fields.length, names: numbered(first.fields) };
  if (layout.names.length > mostColumns) throw tooManyColumns(name, layout.names.length);
  if (skip > 0 && options.skip === undefined && start.delimiter === undefined) {
    notes.push(`the ${skip === 1 ? 'first line is' : `first ${skip} lines are`} no part of the table (option skip)`);
  }
  if (comment !== undefined && options.comment === undefined) {
    notes.push(`lines that begin with ${comment} are comments (option comment)`);
  }
  if (!header) notes.push(`no line names the columns: they are ${shorten(layout.names)} (option header)`);
  else if (options.header === undefined && first.fields.every(isNumber)) {
    notes.push(`the first line, ${shorten(first.fields)}, names the columns (option header)`);
  }
  if (found === undefined && delimiter !== ',' && delimiter !== ';' && delimiter !== '\t') {
    notes.push(`${delimiterWord(delimiter)} parts the fields (option delimiter)`);
  }
  if (encoding !== 'utf-8') {
    notes.unshift(`read as ${encoding} (option encoding)`);
  }
  return { encoding, delimiter, comment, skip, header, ragged, ...layout, notes };
}

function checkOptions({ delimiter, comment, skip, ragged }: CsvOptions): void {
  if (comment !== undefined && comment.length !== 1) {
    throw new ValueError(`comment: expected one character, got ${JSON.stringify(comment)}.`);
  }
  if (skip !== undefined && !(Number.isSafeInteger(skip) && skip >= 0)) {
    throw new ValueError(`skip: expected a number of lines, got ${skip}.`);
  }
  if (ragged !== undefined && !['fail', 'skip', 'fill'].includes(ragged)) {
    throw new ValueError(`ragged: expected fail, skip or fill, got '${ragged}'.`);
  }
  if (delimiter !== undefined) delimiterNamed(delimiter);
}

interface Start {
  readonly comment?: string;
  readonly delimiter?: string;
  readonly skip: number;
}

/** What the first lines say of themselves: Excel's `sep=;`, and lines with #. */
function findStart(text: string, options: CsvOptions): Start {
  const lines = text.split(/\r\n|\n|\r/, 100);
  const sep = /^sep=(.)$/i.exec(lines[0] ?? '');
  if (sep?.[1] !== undefined && options.skip === undefined) return { delimiter: sep[1], skip: 1 };
  const filled = lines.slice(options.skip ?? 0).filter((line) => line.trim() !== '');
  const rest = filled.findIndex((line) => !line.startsWith('#'));
  // Not a row that begins with #N/A, nor one with as many fields as the next: that is the header, or a row.
  const isComment = (line: string): boolean =>
    !/^#(?:N\/?A|NULL!|VALUE!|REF!|NUM!|DIV\/0!)/.test(line) && !isPartedAlike(line, filled[rest] ?? '');
  return rest > 0 && filled.slice(0, rest).every(isComment) ? { comment: '#', skip: 0 } : { skip: 0 };
}

function isPartedAlike(line: string, other: string): boolean {
  return candidates.some((delimiter) => {
    const fields = other.split(delimiter).length;
    return fields > 1 && line.split(delimiter).length === fields;
  });
}

export interface SniffedRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/** How first lines are parted to see what they hold. */
interface Parting {
  readonly delimiter: string;
  readonly comment: string | undefined;
  readonly skip: number;
  readonly whole: boolean;
}

function recordsOf(head: Uint8Array, how: Parting): SniffedRecord[] {
  const records: SniffedRecord[] = [];
  let fields: string[] = [];
  const decoder = new TextDecoder();
  const scanner = new CsvScanner({
    ...how,
    sink: {
      field: (bytes, start, end) => fields.push(decoder.decode(bytes.subarray(start, end))),
      record: (line) => {
        records.push({ fields, line });
        fields = [];
      },
    },
  });
  for (let at = 0; at < head.length && records.length < sniffedRecords; at += sniffedBytes) {
    scanner.write(head.subarray(at, at + sniffedBytes));
  }
  if (how.whole && records.length < sniffedRecords) scanner.end();
  return records.slice(0, sniffedRecords);
}

const plainText = /^[^,;\t|]*$/;

function isNumber(text: string): boolean {
  return partsOf(text) !== undefined;
}

interface Fit {
  readonly delimiter: string;
  /** Share of the records that have as many fields as most have. */
  readonly consistent: number;
  /** Share of the fields that hold a number, or a text without another delimiter in it. */
  readonly clean: number;
  readonly fields: number;
}

/**
 * The delimiter that parts all records alike: of those that do, the one whose fields hold the least of the others (`1,5;2,5` are
 * two numbers with a decimal comma), then the one with most fields.
 */
function findDelimiter(head: Uint8Array, how: Omit<Parting, 'delimiter'>, name: string): string {
  const fits = candidates.flatMap((delimiter) => {
    const fit = fitOf(head, { ...how, delimiter });
    return fit ? [fit] : [];
  });
  const parting = fits.filter(({ fields }) => fields > 1).sort((a, b) => score(b) - score(a) || b.fields - a.fields);
  const good = parting.find(({ consistent }) => consistent >= 0.8);
  if (good) return good.delimiter;
  const spaced = fitOf(head, { ...how, delimiter: ' ' });
  if (spaced && spaced.fields > 1 && spaced.consistent >= 0.95 && spaced.numbers >= 0.5) return ' ';
  // Some lines have more or fewer fields: the reader will say which.
  const fair = parting.find(({ consistent }) => consistent >= 0.5);
  if (fair) return fair.delimiter;
  const lines = recordsOf(head, { ...how, delimiter: '\0' });
  const parted = lines.filter(({ fields }) => candidates.some((delimiter) => fields[0]?.includes(delimiter)));
  if (parted.length > lines.length / 2) {
    throw new DataError(
      `${name}: none of , ; tab | parts all lines into as many fields. Say which does, as in --data-option delimiter=';', ` +
        'and how many lines at the start are no part of the table, as in --data-option skip=2.',
    );
  }
  return ',';
}

/** Records alike count most, then what fields hold. */
function score({ consistent, clean }: Fit): number {
  return Math.round(50 * consistent) + Math.round(50 * clean);
}

function fitOf(head: Uint8Array, how: Parting): (Fit & { readonly numbers: number }) | undefined {
  let records: SniffedRecord[];
  try {
    records = recordsOf(head, how);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
  const most = modeOf(records.map(({ fields }) => fields.length));
  // Lines before the table, and a header without the name of the rows' names.
  const from = records.findIndex(({ fields }) => fields.length === most || fields.length === most - 1);
  const table = records.slice(Math.max(0, from));
  const alike = table.filter(({ fields }, k) => fields.length === most || (k === 0 && fields.length === most - 1));
  const fields = table.slice(table.length > 1 ? 1 : 0).flatMap((record) => record.fields);
  const share = (test: (field: string) => boolean): number =>
    fields.length === 0 ? 0 : fields.filter(test).length / fields.length;
  return {
    delimiter: how.delimiter,
    consistent: table.length === 0 ? 0 : alike.length / table.length,
    // A blank before a text (`a, b`) is neat; before a number it is none of its own.
    clean: share((field) => plainText.test(field) || isNumber(field)),
    numbers: share(isNumber),
    fields: most,
  };
}

function modeOf(counts: readonly number[]): number {
  const often = new Map<number, number>();
  for (const count of counts) often.set(count, (often.get(count) ?? 0) + 1);
  return [...often].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
}

/** Records before the table: they have fewer fields than it, and it goes on to the end of what is looked at. */
function preambleOf(records: readonly SniffedRecord[]): number {
  const counts = records.map(({ fields }) => fields.length);
  const most = modeOf(counts);
  const first = counts.findIndex(
    (count, k) => count === most || (count === most - 1 && counts[k + 1] === most && k > 0),
  );
  if (first <= 0 || most < 2) return 0;
  // A header that lacks the name of the first column is no preamble.
  if (first === 1 && counts[0] === most - 1) return 0;
  return counts.slice(first).filter((count) => count === most).length >= 0.9 * (counts.length - first) ? first : 0;
}

/**
 * Records before the table that a spreadsheet has made as long as it, with empty fields: a title, what a report is of, lines of nothing.
 * Each fills less than half of the fields, from the left, and what follows them names the columns of rows that fill more.
 */
function paddedPreambleOf(records: readonly SniffedRecord[]): number {
  const filled = records.map(({ fields }) => fields.findLastIndex((field) => field.trim() !== '') + 1);
  const most = modeOf(filled);
  const first = filled.findIndex((count) => count > most / 2);
  const header = records[first];
  if (first <= 0 || !header || first + 1 >= records.length) return 0;
  const rows = records.slice(first + 1).map(({ fields }) => fields);
  const names = header.fields.slice(0, filled[first]);
  return names.slice(1).every((name) => name.trim() !== '') && looksLikeHeader(header.fields, rows) ? first : 0;
}

/** Names and number of fields, where a header is one short or one over. */
function layoutOf(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  notes: string[],
): { names: string[]; fields: number } {
  const most = modeOf(rows.map((row) => row.length));
  const isOneOver = most === header.length + 1 && rows.filter((row) => row.length === most).length >= 0.9 * rows.length;
  if (rows.length > 0 && isOneOver) {
    // Either each row ends with a delimiter, or it begins with its name, as R writes it.
    if (rows.every((row) => row.length < most || row.at(-1) === ''))
      return { names: named(header, notes), fields: most };
    notes.push("the first field of each row has no name: it is taken for the row's, 'row'");
    return { names: named(['row', ...header], notes), fields: most };
  }
  return { names: named(header, notes), fields: header.length };
}

function numbered(fields: readonly string[]): string[] {
  return fields.map((_, index) => `c${index + 1}`);
}

/** Each name once, and none empty. */
function named(fields: readonly string[], notes: string[]): string[] {
  const taken = new Set(fields.map((field) => field.trim()));
  const used = new Set<string>();
  const numbers = new Map<string, number>();
  const renamed: string[] = [];
  const names = fields.map((field, index) => {
    const name = field.trim() === '' ? `column ${index + 1}` : unguardFormula(field.trim());
    let unique = name;
    // On from the last number given to that name: to count from 1 each time takes quadratic time.
    let k = numbers.get(name) ?? 1;
    for (; used.has(unique) || (unique !== name && taken.has(unique)); k++) unique = `${name}.${k}`;
    numbers.set(name, k);
    used.add(unique);
    if (unique !== name) renamed.push(`'${unique}'`);
    return unique;
  });
  if (renamed.length > 0) notes.push(`columns of the same name are told apart: ${shorten(renamed)}`);
  return names;
}

/** Whether the first record has the names that are expected; `undefined` where nothing is known of them. */
function namesExpected(first: readonly string[], expected: readonly string[] | undefined): boolean | undefined {
  if (!expected || expected.length === 0) return undefined;
  const there = new Set(first.map(nameKey));
  if (expected.filter((name) => there.has(nameKey(name))).length > expected.length / 2) return true;
  return expected.every((name) => /^c\d+$/.test(name)) ? false : undefined;
}

/** Fields that say nothing of their column's kind. */
const wordOrNone = /^(?:#?n\/?a(?: n\/a)?|#n\/a(?: n\/a)?|-?nan|null|none|<na>|[-+]?inf|[-?.]+)?$/i;

/**
 * Whether the first record names the columns: by each column, against it a number like those below it, or a text that comes
 * again below it; for it a text over numbers. Numbers that count on (0, 1, 2, …) over other numbers are names. In doubt it does.
 */
function looksLikeHeader(first: readonly string[], rows: readonly (readonly string[])[]): boolean {
  if (rows.length === 0) return !first.every(isNumber);
  if (first.every((field) => field.trim() === '')) return true;
  if (countsOn(first) && !rows.every((row) => countsOn(row))) return true;
  const filled = first.filter((field) => field.trim() !== '');
  if (filled.length > 1 && filled.length < first.length && countsOn(filled))
    return !rows.every((row) => countsOn(row.slice(1)));
  const offset = Math.max(0, modeOf(rows.map((row) => row.length)) - first.length);
  let votes = 0;
  first.forEach((field, index) => {
    const below = rows.map((row) => row[index + offset]?.trim() ?? '').filter((cell) => !wordOrNone.test(cell));
    if (below.length === 0) return;
    const numbers = below.filter(isNumber).length / below.length;
    const text = field.trim();
    if (numbers >= 0.9) votes += isNumber(text) ? -1 : wordOrNone.test(text) ? 0 : 1;
    else if (below.includes(text)) votes -= 1;
    else if (isDateLike(text) && below.filter(isDateLike).length >= 0.9 * below.length) votes -= 1;
  });
  return votes === 0 ? !first.some(isNumber) : votes > 0;
}

function isDateLike(text: string): boolean {
  return /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/.test(text);
}

/** Whether whole numbers follow each other. */
function countsOn(fields: readonly string[]): boolean {
  return (
    fields.length > 1 &&
    fields.every((field, k) => /^\d+$/.test(field) && (k === 0 || Number(field) === Number(fields[k - 1]) + 1))
  );
}

function shorten(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(', ')}, … ${names.at(-1)!}` : names.join(', ');
}
