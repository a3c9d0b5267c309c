import { ValueError, unknownOption } from '../core/index.ts';
import type { JsonValue } from '../io/index.ts';
import type { Dataset } from './dataset.ts';
import type { SchemaOverrides } from './table/column-kinds.ts';

/** A data source resolved: its training and test examples, and what made them. */
export interface DatasetSplits {
  /** What was asked for: a name, a folder or a file. */
  readonly source: string;
  readonly train: Dataset;
  /** Present when the source has validation examples of its own. */
  readonly validation?: Dataset;
  /** Absent when the source has no test split and none was held out. */
  readonly test?: Dataset;
  /** What the source was made with, for `config.json`: resolving `source` with it again gives the same data. */
  readonly options?: Readonly<Record<string, JsonValue>>;
  /** What a person should know: that labels are missing, for instance. */
  readonly notes: readonly string[];
}

/** What a source may be told. Each takes some of these and refuses the others. */
export interface DatasetOptions {
  /** Seed of data drawn by code, and of the examples held out as the test split; default 0. */
  readonly seed?: number;
  /** Drawn by code: training examples. */
  readonly count?: number;
  /** Drawn by code: test examples. */
  readonly testCount?: number;
  /** Images and arrays without a test split of their own: the share held out as one; default 0.1, 0 for none. */
  readonly testFraction?: number;
  /** Images: the size to bring them to, one number or [height, width]; default: their own if they share one up to 64, else 32. */
  readonly size?: number | readonly [height: number, width: number];
  /** Images: 1 for grey, 3 for RGB; default: grey when every file is. */
  readonly channels?: 1 | 3;
  /** Images of another ratio of sides: cut the middle (`crop`, the default) or distort (`stretch`). */
  readonly fit?: 'crop' | 'stretch';
  /** Images: the grey, 0 to 255, behind transparent pixels; default 255, white. */
  readonly background?: number;
  /**
   * Which number stands for 1. Arrays: such as 255, 4095 or 1; default (`auto`): 255 for images of bytes, 1 for most others (README.md).
   * Image files of 16 bits: default (`auto`) the smallest 2ᵏ − 1 that no value of the folder exceeds; `full`, 65535.
   */
  readonly range?: number | 'auto' | 'full';
  /**
   * Images: the most pixels of one, in millions; default: what decodes to 256 MiB, 67 million of a JPEG or WebP (progressive JPEGs
   * 26 to 38), 89 million of an RGB PNG. Larger ones count as images that cannot be read.
   */
  readonly megapixels?: number;
  /** Images that cannot be read: `skip`, left aside; `fail`, an error; default: left aside, unless they are more than half of all. */
  readonly unreadable?: 'skip' | 'fail';
  /** NPZ archives: the name of the array with the examples; default: the only one, or one of the usual names. */
  readonly array?: string;
  /**
   * Numbers under a Gaussian or Laplace likelihood: what is standardised by one mean and standard deviation; default: `each`
   * number of a vector, images and sequences as a `whole`, and `none` for images in [0, 1].
   */
  readonly scale?: 'none' | 'whole' | 'each';
  /** Tables: what some columns are, where that is not what they seem; in Node also the path of a JSON file. */
  readonly schema?: SchemaOverrides | string;
  /** Tables in text: whether the first line names the columns; this and what follows is found out where it is not said. */
  readonly header?: boolean;
  /** Tables in text: what parts the fields: `,`, `;`, `tab`, `|`, `space`, or another character. */
  readonly delimiter?: string;
  /** Tables: the decimal sign of numbers in text. */
  readonly decimal?: '.' | ',';
  /** Tables: what parts thousands: `,`, `.`, `'`, `space`, or `none`. */
  readonly thousands?: string;
  /** Tables: texts (or numbers) that stand for missing values, besides the usual ones; an empty list: only empty fields do. */
  readonly missing?: string | number | readonly (string | number)[];
  /** Tables in text: the character that comment lines begin with. */
  readonly comment?: string;
  /** Tables in text: lines to leave out at the start. */
  readonly skip?: number;
  /** Tables in text: as `TextDecoder` names it, such as `windows-1252`. */
  readonly encoding?: string;
  /** Tables in text: what becomes of rows with fewer or more fields; default `fail`. */
  readonly ragged?: 'fail' | 'skip' | 'fill';
  /** Tables: refuse a cell that is no number in a column of numbers, instead of taking it as missing; default false. */
  readonly strict?: boolean;
}

/** The options that are set. @throws ValueError for one that the source does not take */
export function checkOptions(
  source: string,
  options: DatasetOptions,
  known: readonly (keyof DatasetOptions)[],
): DatasetOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = given.find(([name]) => !(known as readonly string[]).includes(name));
  if (unknown) throw unknownOption(source, unknown[0], known);
  return Object.fromEntries(given);
}

/** @throws ValueError unless `value` lies in [least, below) */
export function checkNumber(
  what: string,
  value: number,
  range: { readonly least: number; readonly below: number; readonly whole?: boolean },
): number {
  const { least, below, whole = false } = range;
  if (!(value >= least && value < below) || (whole && !Number.isInteger(value))) {
    const kind = whole ? 'a whole number' : 'a number';
    const bound = below === Infinity ? `of at least ${least}` : `in [${least}, ${below})`;
    throw new ValueError(`${what} must be ${kind} ${bound}, got ${value}.`);
  }
  return value;
}
