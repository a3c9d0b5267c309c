import { DataError, ValueError } from '../../core/index.ts';
import { isCurrency, isOfForm, parseNumber, partsOf, readCore } from '../../io/index.ts';
import type { Cell, Column, DecimalSigns, DistinctCell, NumberForm, NumberParts } from '../../io/index.ts';
import { isLevel, isMarkOfNumbers, isUsualMark } from './missing-marks.ts';

/** What a person says of how a table's cells are to be read; each by column too. */
export interface ReadingOptions {
  /** The decimal sign of numbers. */
  readonly decimal?: '.' | ',';
  /** What parts their thousands; also `space`. */
  readonly thousands?: string;
  /** Texts that stand for missing values besides the usual ones; none: only an empty field does. */
  readonly missing?: readonly (string | number)[];
}

/** A text that was read as missing. */
export interface MissingMark {
  readonly mark: string;
  readonly count: number;
}

/** A cell that is not of its column's kind. */
export interface OddCell {
  readonly cell: Cell;
  readonly count: number;
  readonly first: number;
}

/** How a column's cells are read. */
export interface ColumnReading {
  readonly isMissing: (cell: Cell) => cell is null;
  /** Those that occur, the commonest first. */
  readonly marks: readonly MissingMark[];
  /** Of numbers: how they are written. Absent for all else. */
  readonly form: NumberForm | undefined;
  /** The most digits behind the decimal sign; `undefined` where exponents are. */
  readonly decimals: number | undefined;
  /** Numbers of cells that are text are read so; of others they are as they are. */
  readonly signs: DecimalSigns | undefined;
  /** Cells of a column of numbers that are none: they are taken as missing. */
  readonly odd: readonly OddCell[];
  /** Whether odd cells are counted as surprises: they come in rows for a trained model. */
  readonly lenient: boolean;
  /** What nothing in the file decides: a number that could mean two. */
  readonly open: { readonly example: string; readonly taken: number; readonly otherwise: number } | undefined;
  /** Why it holds no numbers though it looks so. */
  readonly whyText: { readonly reason: string; readonly cell: Cell; readonly first: number } | undefined;
}

/**
 * Up to this share of its cells may be no numbers in a column of numbers. Of the text columns of 97 tables of R's packages
 * (AER, ggplot2, kernlab, mlbench), those that hold some numbers have at least 56 % of other cells (`drv` of `mpg`: 4, f, r).
 */
const mostOddShare = 0.05;
/** A column of numbers with an odd cell, or with a unit, has more of them than levels have. */
const leastNumbers = 10;

/** What is known of a file from all its columns. */
export interface FileEvidence {
  readonly delimiter: string | undefined;
  /** The decimal sign that columns with no doubt about it have. */
  readonly decimal: '.' | ',' | undefined;
  /** Marks of missing values in columns of numbers. */
  readonly marksOfNumbers: ReadonlySet<string>;
}

interface Candidate extends DistinctCell {
  readonly text: string;
  readonly parts: NumberParts;
}

/** A column's cells sorted by what they could be. */
export interface ColumnEvidence {
  readonly column: Column;
  readonly numbers: readonly Candidate[];
  readonly marks: readonly (DistinctCell & { readonly text: string })[];
  readonly others: readonly (DistinctCell & { readonly text: string })[];
  /** Rows with numbers that are no text (Parquet, arrays). */
  readonly typed: number;
  /** Numbers' decimal sign, where nothing else is possible. */
  readonly decimal: '.' | ',' | undefined;
}

const sum = (cells: readonly { readonly count: number }[]): number => cells.reduce((all, { count }) => all + count, 0);

/** Looks at a column's cells. */
export function evidenceOf(column: Column, options: ReadingOptions): ColumnEvidence {
  const numbers: Candidate[] = [];
  const marks: (DistinctCell & { text: string })[] = [];
  const others: (DistinctCell & { text: string })[] = [];
  const declared = new Set(options.missing?.map((mark) => String(mark).trim()));
  let typed = 0;
  for (const specimen of column.specimens()) {
    const { cell } = specimen;
    if (typeof cell === 'number' && !declared.has(String(cell))) {
      if (Number.isFinite(cell)) typed += specimen.count;
      continue;
    }
    const text = cell === null ? '' : String(cell).trim();
    if (declared.has(text) || text === '') {
      marks.push({ ...specimen, text });
      continue;
    }
    const parts = typeof cell === 'string' ? partsOf(text) : undefined;
    if (parts) numbers.push({ ...specimen, text, parts });
    else others.push({ ...specimen, text });
  }
  const isNumeric = sum(numbers) > sum(others);
  return { column, numbers, marks, others, typed, decimal: isNumeric ? decidedSign(numbers) : undefined };
}

/** The decimal sign that a column's numbers must have, when one of the two is impossible for many of them. */
function decidedSign(numbers: readonly Candidate[]): '.' | ',' | undefined {
  const [point, comma] = readable(numbers);
  return point === comma ? undefined : point > comma ? '.' : ',';
}

function readable(numbers: readonly Candidate[]): [point: number, comma: number] {
  const count = (sign: '.' | ','): number => sum(numbers.filter(({ parts }) => readCore(parts.core, sign)));
  return [count('.'), count(',')];
}

/**
 * How a column is read: as numbers when all of its cells but a few (`mostOddShare`) are some, written in one form; else as
 * texts. Which of point and comma is the decimal sign is decided by all cells: whatever makes more of them numbers; then whether
 * numbers without a sign are as large as those with one (2.695 beside 327 are thousands, beside 1043 they are not); then the
 * file's other columns; then its delimiter.
 *
 * @param options.kind what a person says it is
 * @throws DataError for cells that are no numbers where they must be, naming the first one's place
 */
export function readingOf(
  evidence: ColumnEvidence,
  file: FileEvidence,
  options: ReadingOptions & {
    readonly kind?: string | undefined;
    readonly strict?: boolean;
    /** Cells that are no numbers where they must be are taken as missing. */
    readonly lenient?: boolean;
    readonly like?: NumberForm | undefined;
    /** Texts that are levels whatever they look like. */
    readonly knownLevels?: ReadonlySet<string>;
  },
): ColumnReading {
  const { column, numbers, marks, others, typed } = evidence;
  const { kind, strict = false, lenient = false } = options;
  const forced = kind === 'numeric';
  const saidMarks = marks.map(({ text }) => text);
  const noGuess = options.missing?.length === 0;
  const asMark = (test: (text: string) => boolean) =>
    noGuess ? [] : others.filter(({ text }) => !options.knownLevels?.has(text) && test(text));
  const ofNumbers = asMark(isMarkOfNumbers);
  const rest = without(others, ofNumbers);
  const main = mainForm(numbers);
  const fitting = numbers.filter(({ parts }) => isOfForm(parts, main));
  const misfits = without(numbers, fitting);
  const { decimal, open } = signOf(fitting, file, options);
  const readings = fitting.map((cell) => ({ cell, core: readCore(cell.parts.core, decimal) }));
  const unreadable = readings.filter(({ core }) => core === undefined).map(({ cell }) => cell);
  const odd = [...rest, ...misfits, ...unreadable].sort((a, b) => a.first - b.first);
  const oddRows = sum(odd);
  const good = sum(fitting) - sum(unreadable) + typed;
  const rows = good + oddRows;
  const why = forced ? undefined : whyNoNumbers(fitting, main, { odd, oddRows, rows, good, decimal });
  const textKind =
    kind !== undefined && kind !== 'numeric' && kind !== 'datetime' && kind !== 'label' && kind !== 'ordinal';
  if (
    (good > 0 || (forced && lenient)) &&
    !textKind &&
    why === undefined &&
    (forced || oddRows <= mostOddShare * rows)
  ) {
    if (odd[0] && (strict || (forced && !lenient))) throw oddError(column, odd[0]);
    const missing = new Set([...saidMarks, ...ofNumbers.map(({ text }) => text)]);
    const cores = readings.flatMap(({ cell, core }) => (core ? [{ ...cell, core }] : []));
    return {
      isMissing: missingTest(missing, noGuess ? () => false : isMarkOfNumbers),
      marks: countedMarks([...marks, ...ofNumbers]),
      form: formOf(cores, { main, decimal, like: options.like, thousands: options.thousands }),
      decimals: decimalsOf(cores),
      signs: saidMarks.some((mark) => partsOf(mark))
        ? undefined
        : decimal === '.'
          ? { point: 'decimal', comma: 'group' }
          : { point: 'group', comma: 'decimal' },
      odd,
      lenient,
      open,
      whyText: undefined,
    };
  }
  const isDates =
    rows > 0 && sum([...numbers, ...rest].filter(({ text }) => isDateLike(text))) >= 0.9 * (sum(numbers) + sum(rest));
  const fellows = [...numbers, ...others].map(({ text }) => text);
  const found = asMark((text) =>
    isDates ? isMarkOfNumbers(text) : isUsualMark(text) && !isLevel(text, fellows, file.marksOfNumbers),
  );
  const levels = new Set(others.filter(({ text }) => isUsualMark(text)).map(({ text }) => text));
  for (const { text } of found) levels.delete(text);
  const missing = new Set([...saidMarks, ...found.map(({ text }) => text)]);
  const guess = (text: string): boolean =>
    !options.knownLevels?.has(text) && (isDates ? isMarkOfNumbers(text) : isUsualMark(text) && !levels.has(text));
  return {
    isMissing: missingTest(missing, noGuess ? () => false : guess),
    marks: countedMarks([...marks, ...found]),
    form: undefined,
    decimals: undefined,
    signs: undefined,
    odd: [],
    lenient,
    open: undefined,
    whyText: good >= 0.5 * rows ? why : undefined,
  };
}

/** Those of `all` that are not among `some`, in linear time. */
function without<T>(all: readonly T[], some: readonly T[]): T[] {
  const left = new Set(some);
  return all.filter((one) => !left.has(one));
}

function isDateLike(text: string): boolean {
  return (
    /^\D{0,12}\d.*\d/.test(text) &&
    /\d[-/. :]|\d[ T]|[A-Za-z]{3} ?\d/.test(text) &&
    !/^[\d.,]+$/.test(text.replaceAll(/\d+[./]\d+[./]\d+/g, 'x'))
  );
}

function missingTest(marks: ReadonlySet<string>, guess: (text: string) => boolean): (cell: Cell) => cell is null {
  return (cell): cell is null => {
    if (cell === null) return true;
    if (typeof cell === 'number') return !Number.isFinite(cell) || marks.has(String(cell));
    if (typeof cell === 'boolean') return false;
    const text = cell.trim();
    return text === '' || marks.has(text) || guess(text);
  };
}

function countedMarks(cells: readonly { readonly text: string; readonly count: number }[]): MissingMark[] {
  const counts = new Map<string, number>();
  for (const { text, count } of cells) counts.set(text, (counts.get(text) ?? 0) + count);
  return [...counts].map(([mark, count]) => ({ mark, count })).sort((a, b) => b.count - a.count);
}

/** What stands around most numbers. */
function mainForm(numbers: readonly Candidate[]): NumberForm {
  const counts = new Map<string, { form: NumberForm; count: number }>();
  for (const { parts, count } of numbers) {
    const key = `${parts.prefix}|${parts.suffix}`;
    const known = counts.get(key);
    if (known) known.count += count;
    else {
      const form = {
        decimal: '.' as const,
        ...(parts.prefix && { prefix: parts.prefix }),
        ...(parts.suffix && { suffix: parts.suffix }),
      };
      counts.set(key, { form, count });
    }
  }
  const ranked = [...counts.values()].sort((a, b) => b.count - a.count);
  // A currency that only some cells name is everybody's.
  const [first, second] = ranked;
  const bare = first?.form.prefix === undefined && first?.form.suffix === undefined;
  const named = second && isCurrency(`${second.form.prefix ?? ''}${second.form.suffix ?? ''}`.trim());
  return (bare && named ? second.form : first?.form) ?? { decimal: '.' };
}

function signOf(
  numbers: readonly Candidate[],
  file: FileEvidence,
  { decimal, thousands, like }: ReadingOptions & { readonly like?: NumberForm | undefined },
): Pick<ColumnReading, 'open'> & { readonly decimal: '.' | ',' } {
  if (decimal !== undefined) return { decimal, open: undefined };
  if (thousands === '.' || thousands === ',') return { decimal: thousands === '.' ? ',' : '.', open: undefined };
  const [point, comma] = readable(numbers);
  if (point !== comma) return { decimal: point > comma ? '.' : ',', open: undefined };
  const doubtful = numbers.filter(({ parts: { core } }) => readCore(core, '.')?.digits !== readCore(core, ',')?.digits);
  const [example] = doubtful;
  if (!example) return { decimal: like?.decimal ?? file.decimal ?? '.', open: undefined };
  const sign = example.parts.core.includes(',') ? ',' : '.';
  const other = sign === ',' ? '.' : ',';
  const plain = numbers.filter(({ parts: { core } }) => /^\d+$/.test(core));
  const trained = like && (file.decimal === undefined || file.decimal === like.decimal) ? like.decimal : undefined;
  const settled =
    trained ??
    (plain.some(({ parts: { core } }) => core.length > 3)
      ? sign
      : plain.length > 0 && file.decimal !== sign
        ? other
        : sign === ',' && file.delimiter === ','
          ? undefined
          : file.decimal);
  if (settled) return { decimal: settled, open: undefined };
  const taken = sign === '.' || file.delimiter !== ',' ? sign : other;
  const value = (as: '.' | ','): number => Number(readCore(example.parts.core, as)?.digits);
  return {
    decimal: taken,
    open: { example: example.text, taken: value(taken), otherwise: value(taken === '.' ? ',' : '.') },
  };
}

interface Tally {
  readonly odd: readonly DistinctCell[];
  readonly oddRows: number;
  readonly rows: number;
  readonly good: number;
  readonly decimal: '.' | ',';
}

function whyNoNumbers(fitting: readonly Candidate[], main: NumberForm, tally: Tally): ColumnReading['whyText'] {
  const code = fitting.find(({ parts: { core } }) => /^0\d/.test(core));
  if (code) return { reason: 'numbers with zeros before them are codes', ...code };
  const huge = fitting.filter(
    ({ parts: { core, exponent } }) => exponent === '' && core.replaceAll(/\D/g, '').length > 15,
  );
  if (huge.length > 0 && fitting.every(({ parts }) => (readCore(parts.core, tally.decimal)?.decimals ?? 0) === 0)) {
    const beyond = huge.find(({ parts }) => !Number.isSafeInteger(Number(readCore(parts.core, tally.decimal)?.digits)));
    if (beyond) return { reason: 'whole numbers beyond 2⁵³ are no quantities', ...beyond };
  }
  const isUnit = main.suffix !== undefined && !/^[%‰]$/.test(main.suffix.trim()) && !isCurrency(main.suffix.trim());
  const values = new Set(fitting.map(({ text }) => text)).size;
  const [odd] = tally.odd;
  if (isUnit && values <= leastNumbers)
    return { reason: `few numbers with '${main.suffix.trim()}' are levels`, ...fitting[0]! };
  if (!odd) return undefined;
  const share = `${tally.oddRows} of ${tally.rows} cells are no numbers`;
  if (tally.oddRows > mostOddShare * tally.rows) return { reason: share, ...odd };
  return values <= leastNumbers && tally.good === sum(fitting) && !fitting.some(({ parts }) => parts.core.length > 3)
    ? { reason: `${share}, and the numbers are few`, ...odd }
    : undefined;
}

function oddError(column: Column, { cell, first }: DistinctCell): DataError {
  return new DataError(
    `table: column '${column.name}' is numeric, but holds ${JSON.stringify(cell)} in ${column.where(first)}: expected a number. ` +
      `If it stands for a missing value, say so: { ${JSON.stringify(column.name)}: { "missing": [${JSON.stringify(String(cell))}] } } in the schema.`,
  );
}

type ReadNumber = Candidate & { readonly core: NonNullable<ReturnType<typeof readCore>> };

/** How most of the numbers are written. */
function formOf(
  numbers: readonly ReadNumber[],
  how: { main: NumberForm; decimal: '.' | ','; like: NumberForm | undefined; thousands: string | undefined },
): NumberForm {
  const groups = new Map<string, number>();
  for (const { core, count } of numbers) {
    if (core.group !== undefined) groups.set(core.group, (groups.get(core.group) ?? 0) + count);
  }
  const group = [...groups].sort((a, b) => b[1] - a[1])[0]?.[0];
  const below = numbers.filter(({ parts }) => parts.negative !== undefined);
  const negatives = (kind: NumberParts['negative']): number =>
    sum(below.filter(({ parts }) => parts.negative === kind));
  const negative = (['parentheses', 'trailing', 'minus sign'] as const).find(
    (kind) => negatives(kind) > sum(below) / 2,
  );
  const above = numbers.filter(({ parts }) => parts.negative === undefined && /[1-9]/.test(parts.core));
  const plus = above.length > 0 && sum(above.filter(({ parts }) => parts.plus)) > sum(above) / 2;
  const decimals = new Set(numbers.map(({ core }) => core.decimals));
  const grouped = groupSign(how.thousands) ?? group;
  return {
    ...how.main,
    decimal: how.decimal,
    ...(grouped !== undefined && { group: grouped }),
    ...(numbers.some(({ core }) => core.indian) && { indian: true as const }),
    ...(negative && { negative }),
    ...(plus && { plus: true as const }),
    ...(decimals.size === 1 && numbers.length > 0 && !decimals.has(0) && { fixed: true as const }),
  };
}

function groupSign(thousands: string | undefined): string | undefined {
  return thousands === 'space' ? ' ' : thousands === '' || thousands === 'none' ? undefined : thousands;
}

function decimalsOf(numbers: readonly ReadNumber[]): number | undefined {
  if (numbers.some(({ parts }) => parts.exponent !== '')) return undefined;
  return numbers.reduce((most, { core }) => Math.max(most, core.decimals), 0);
}

/** The number in a cell of a column that is read so, or NaN. */
export function numberIn(cell: Cell, form: NumberForm): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' ? parseNumber(cell, form) : NaN;
}

/** @throws ValueError for signs that make no sense */
export function checkReadingOptions(what: string, { decimal, thousands, missing }: ReadingOptions): void {
  if (
    missing !== undefined &&
    !(Array.isArray(missing) && missing.every((mark) => ['string', 'number'].includes(typeof mark)))
  ) {
    throw new ValueError(`${what}: missing is a list of texts, got ${JSON.stringify(missing)}.`);
  }
  if (decimal !== undefined && !['.', ','].includes(decimal)) {
    throw new ValueError(`${what}: decimal is '.' or ',', got ${JSON.stringify(decimal)}.`);
  }
  if (thousands !== undefined && !['.', ',', "'", '’', ' ', 'space', 'none', ''].includes(thousands)) {
    throw new ValueError(
      `${what}: thousands are parted by '.', ',', "'", space or none, got ${JSON.stringify(thousands)}.`,
    );
  }
  if (decimal !== undefined && thousands === (decimal as string)) {
    throw new ValueError(`${what}: decimal and thousands are both ${JSON.stringify(decimal)}.`);
  }
}
