import type { NpyArray } from '../../io/index.ts';
import type { Labels } from '../dataset.ts';
import type { ArraySource } from './array-source.ts';

/** Whole numbers below it are class numbers; larger ones are names of classes, as negative ones are. */
const mostClasses = 2 ** 16;

/** The classes of one collection of examples, and the names that all of its collections share. */
export interface ReadLabels {
  readonly labels: Labels;
  readonly classNames?: readonly string[];
}

/** Each example's class as a file has it: a number or a text. */
type RawLabels = readonly string[] | ArrayLike<number>;

/**
 * Labels of collections that belong together (training and test examples): whole numbers are class numbers, other integers and
 * texts become the names of classes, in order.
 *
 * @param collections each an array of labels and how many there must be
 * @returns one entry a collection; `undefined` for what holds no class for each example
 */
export function readLabels(
  collections: readonly (readonly [array: ArraySource | undefined, count: number])[],
): (ReadLabels | undefined)[] {
  const raw = collections.map(([array, count]) => array && rawLabels(array, count));
  const given = raw.filter((values) => values !== undefined);
  const areNumbers = given.every((values) => Array.from<unknown>(values).every(isClassNumber));
  if (areNumbers) return raw.map((values) => values && { labels: Uint32Array.from(values as ArrayLike<number>) });
  const classNames = namesOf(given);
  const numberOf = new Map(classNames.map((name, at) => [name, at]));
  const numbered = (values: RawLabels): Labels =>
    Uint32Array.from(Array.from<unknown>(values), (value) => numberOf.get(String(value)) ?? 0);
  return raw.map((values) => values && { labels: numbered(values), classNames });
}

function isClassNumber(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < mostClasses;
}

/** In the order of numbers, or of texts. */
function namesOf(collections: readonly RawLabels[]): string[] {
  const values = new Set(collections.flatMap((each) => Array.from<string | number>(each)));
  const isText = [...values].some((value) => typeof value === 'string');
  const sorted = [...values].sort((a, b) => (isText ? compareTexts(String(a), String(b)) : Number(a) - Number(b)));
  return [...new Set(sorted.map(String))];
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Texts or whole numbers, one an example; `undefined` for all else. */
function rawLabels(array: ArraySource, count: number): RawLabels | undefined {
  const { shape } = array.readHeader();
  const flat = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!flat || shape[0] !== count) return undefined;
  const { data }: NpyArray = array.decode();
  return (data as readonly unknown[]).every((value) => typeof value === 'string' || Number.isInteger(value))
    ? data
    : undefined;
}
