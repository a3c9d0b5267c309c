import { NdArray, ShapeError, ValueError, checkOptions, formatShape, rule, sizeOf } from '../core/index.ts';
import type { FloatDType, OptionRules, Shape } from '../core/index.ts';
import type { Cell } from '../io/index.ts';
import type { DataConfig } from './config.ts';
import { gatherFractions } from '../kernels/index.ts';
import type { TableEncoder } from './table/encoder.ts';

/** Class numbers, one an example. */
export type Labels = Uint8Array | Uint32Array;

/**
 * What values the examples can have, which decides the likelihoods that fit them: numbers in [0, 1] (images), any finite
 * numbers (measurements, counts), or the encoded row of a table, whose parts `table` tells apart.
 */
export type Support = 'unit-interval' | 'real' | 'table';

/** One factor of every example. A `Float32Array` is one; a data set drawn by code computes what is asked for. */
export interface FactorColumn {
  readonly length: number;
  at(index: number): number | undefined;
}

/** What an example is called: the file it came from, or its place in the source it was chosen from. */
export interface ExampleNames {
  /** `file`: paths below the source's folder; `index`: places in the source, from 0. */
  readonly kind: 'file' | 'index';
  /** @param index of an example that exists */
  at(index: number): string | number;
}

/** What is known of the rows of a table beyond the numbers that the model sees. */
export interface RowFacts {
  /** The columns that tell rows apart. */
  readonly ids: readonly string[];
  /** What a row has in one of them. */
  id(index: number, column: string): Cell;
  /**
   * Values of a row that training never had, by column, where that is kept, and what each adds to the row's anomaly score, in
   * nats.
   */
  unseen(index: number): readonly { readonly column: string | undefined; readonly nats: number }[];
}

/**
 * Examples of one shape that can be drawn in any order. What training needs is `gather`: how the values are kept is the
 * data set's own affair (README.md states the contract).
 */
export interface Dataset {
  readonly name: string;
  readonly kind: DataConfig['kind'];
  /** How many examples there are. */
  readonly size: number;
  /** One example: [height, width] for grey images, [height, width, 3] for RGB, [width] for rows. */
  readonly sampleShape: Shape;
  readonly support: Support;
  readonly labels?: Labels;
  /** The name of each class number; absent when classes have no names or there are no labels. */
  readonly classNames?: readonly string[];
  /** Where each example came from. Absent: from its own place, the whole source in its order. */
  readonly names?: ExampleNames;
  /** What the examples were made from, where that is known: one value an example, by the factor's name. */
  readonly factors?: Readonly<Record<string, FactorColumn>>;
  /** What the numbers of an example mean, where `support` is `table`: its columns, and the way back. */
  readonly table?: TableEncoder;
  /** Of a table in memory: what its rows hold besides. */
  readonly rows?: RowFacts;
  /** Whose label is not known and was inferred by a model, by ones. Absent: nobody's. */
  readonly inferred?: Uint8Array;
  /** Of an array whose numbers became shares of a range: whether they were floats. */
  readonly floats?: boolean;
  /** Whether examples are read from disk as they are asked for. */
  readonly onDisk?: boolean;

  /**
   * Writes the examples `indices` into `out`, one after another.
   *
   * @param out exactly indices.length · (elements of one example) numbers: a training step's input buffer
   * @throws ShapeError when `out` has another length; ValueError for an index that does not exist
   */
  gather(indices: Uint32Array, out: Float32Array): void;

  /** As `gather`, with all the digits that the data have; only where those are more than float32 holds. */
  gatherFloat64?(indices: Uint32Array, out: Float64Array): void;
}

/** What `datasetOf` takes: the values of all examples, kept as they are. */
export interface DatasetSource {
  readonly name: string;
  readonly kind: DataConfig['kind'];
  readonly sampleShape: Shape;
  /** Bytes stand for byte / 255; floats must lie in the support. */
  readonly values: Uint8Array | Float32Array | Float64Array;
  /** Default: unit-interval. */
  readonly support?: 'unit-interval' | 'real';
  readonly labels?: Labels;
  readonly classNames?: readonly string[];
  readonly names?: ExampleNames;
  readonly factors?: Readonly<Record<string, FactorColumn>>;
}

const sourceRules: OptionRules<DatasetSource> = {
  name: rule.text,
  kind: rule.text,
  sampleShape: rule.listOf(rule.whole(0), 'sizes', 1),
  values: {
    expected: 'a Uint8Array, a Float32Array or a Float64Array',
    accepts: (value) => value instanceof Uint8Array || value instanceof Float32Array || value instanceof Float64Array,
  },
  support: rule.oneOf(['unit-interval', 'real']),
  labels: {
    expected: 'a Uint8Array or a Uint32Array',
    accepts: (value) => value instanceof Uint8Array || value instanceof Uint32Array,
  },
  classNames: rule.listOf(rule.anything, 'names'),
  names: rule.anything,
  factors: rule.object,
};

/**
 * A data set over values in memory, without a copy: bytes stay bytes until they are gathered.
 *
 * @throws ShapeError when values, labels or factors do not fit each other; ValueError for a value outside the support
 */
export function datasetOf(source: DatasetSource): Dataset {
  checkOptions('datasetOf', source, sourceRules);
  const { name, values, sampleShape, labels, factors, support = 'unit-interval' } = source;
  const sampleSize = sizeOf(sampleShape);
  const size = values.length / sampleSize;
  if (sampleSize === 0 || !Number.isInteger(size)) {
    throw new ShapeError(
      `${name}: ${values.length} values are no whole number of examples of ${formatShape(sampleShape)}.`,
    );
  }
  for (const [what, column] of [['labels', labels] as const, ...Object.entries(factors ?? {})]) {
    if (column && column.length !== size) {
      throw new ShapeError(`${name}: ${size} examples, but ${column.length} entries of '${what}'.`);
    }
  }
  if (!(values instanceof Uint8Array)) checkSupport(name, values, { sampleSize, support });
  const about = { name, size, sampleShape };
  return {
    ...source,
    support,
    size,
    gather(indices, out) {
      checkGather(about, indices, out);
      if (values instanceof Uint8Array) gatherFractions(values, { rows: indices, size: sampleSize }, out);
      else gatherFloats(values, { rows: indices, size: sampleSize }, out);
    },
    ...(values instanceof Float64Array && {
      gatherFloat64(indices, out) {
        checkGather(about, indices, out);
        gatherFloats(values, { rows: indices, size: sampleSize }, out);
      },
    }),
  };
}

/** The least and the greatest of some numbers. */
export interface NumberRange {
  readonly least: number;
  readonly greatest: number;
}

/** NaN for both ends where a number is NaN. */
export function rangeOf(values: ArrayLike<number>): NumberRange {
  let [least, greatest] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= least)) least = value;
    if (!(value <= greatest)) greatest = value;
    if (Number.isNaN(value)) return { least: NaN, greatest: NaN };
  }
  return { least, greatest };
}

/**
 * What numbers are that are no table. Images in [0, 1] are such, whatever part of it they fill. A vector is one of shares,
 * flags or pixels where the data begin at 0 and end at 1; measurements that merely happen to be small do not.
 */
export function supportOf({ least, greatest }: NumberRange, sampleShape: Shape): 'unit-interval' | 'real' {
  const isVector = sampleShape.length === 1;
  const fits = isVector ? least === 0 && greatest === 1 : least >= 0 && greatest <= 1;
  return fits ? 'unit-interval' : 'real';
}

function checkSupport(
  name: string,
  values: Float32Array | Float64Array,
  { sampleSize, support }: { readonly sampleSize: number; readonly support: Support },
): void {
  const isUnit = support === 'unit-interval';
  const wrong = values.findIndex((value) => (isUnit ? !(value >= 0 && value <= 1) : !Number.isFinite(value)));
  if (wrong >= 0) {
    const remedy = isUnit ? ', outside [0, 1]. Scale the data first.' : ': every value must be a finite number.';
    throw new ValueError(`${name}: example ${Math.floor(wrong / sampleSize)} holds ${values[wrong]!}${remedy}`);
  }
}

function gatherFloats(
  values: Float32Array | Float64Array,
  { rows, size }: { readonly rows: Uint32Array; readonly size: number },
  out: Float32Array | Float64Array,
): void {
  // Neighbours at once: a pass over all examples is one copy, and not one for each.
  for (let i = 0; i < rows.length;) {
    let end = i + 1;
    while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++;
    const start = rows[i]! * size;
    out.set(values.subarray(start, start + (end - i) * size), i * size);
    i = end;
  }
}

/**
 * Numbers as a data set keeps them: in float32 where it holds each of them, or in [0, 1], where what it rounds off is nothing;
 * else in float64.
 */
export function floatsOf(values: ArrayLike<number>, support: 'unit-interval' | 'real'): Float32Array | Float64Array {
  if (values instanceof Float32Array) return values;
  const narrow = Float32Array.from(values);
  if (support === 'unit-interval' || narrow.every((value, i) => value === values[i])) return narrow;
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

/** What every `gather` checks first. @throws ShapeError for a buffer of another length; ValueError for an index that does not exist */
export function checkGather(
  dataset: Pick<Dataset, 'name' | 'size' | 'sampleShape'>,
  indices: Uint32Array,
  out: Float32Array | Float64Array,
): void {
  const needed = indices.length * sizeOf(dataset.sampleShape);
  if (out.length !== needed) {
    throw new ShapeError(
      `${dataset.name}: ${indices.length} examples of ${formatShape(dataset.sampleShape)} need ${needed} numbers, ` +
        `the buffer holds ${out.length}.`,
    );
  }
  const outside = indices.find((index) => index >= dataset.size);
  if (outside !== undefined) {
    throw new ValueError(`${dataset.name}: example ${outside} does not exist, there are ${dataset.size}.`);
  }
}

/** The examples `indices` in float64: all the digits that the data have. */
export function gatherNumbers(
  dataset: Pick<Dataset, 'gather' | 'gatherFloat64'>,
  indices: Uint32Array,
  out: Float64Array,
): void {
  if (dataset.gatherFloat64) {
    dataset.gatherFloat64(indices, out);
    return;
  }
  const narrow = new Float32Array(out.length);
  dataset.gather(indices, narrow);
  out.set(narrow);
}

/** The examples `indices` of `dataset` as a data set of its own, which knows where they stood; the values are not copied. */
export function subset(dataset: Dataset, indices: Uint32Array, options: { readonly name?: string } = {}): Dataset {
  const outside = indices.find((index) => index >= dataset.size);
  if (outside !== undefined) {
    throw new ValueError(`${dataset.name}: example ${outside} does not exist, there are ${dataset.size}.`);
  }
  const { labels, factors, classNames, table, names, rows, floats, inferred } = dataset;
  const name = options.name ?? dataset.name;
  const global = (local: Uint32Array): Uint32Array =>
    Uint32Array.from(local, (index) => {
      const mapped = indices[index];
      if (mapped === undefined)
        throw new ValueError(`${name}: example ${index} does not exist, there are ${indices.length}.`);
      return mapped;
    });
  return {
    name,
    kind: dataset.kind,
    size: indices.length,
    sampleShape: dataset.sampleShape,
    support: dataset.support,
    ...(labels && { labels: pick(labels, indices) }),
    ...(classNames && { classNames }),
    ...(table && { table }),
    ...(floats !== undefined && { floats }),
    ...(dataset.onDisk && { onDisk: true }),
    ...(inferred && { inferred: Uint8Array.from(indices, (index) => inferred[index]!) }),
    ...(rows && {
      rows: {
        ids: rows.ids,
        id: (index, column) => rows.id(indices[index]!, column),
        unseen: (index) => rows.unseen(indices[index]!),
      },
    }),
    names: { kind: names?.kind ?? 'index', at: (index) => names?.at(indices[index]!) ?? indices[index]! },
    ...(factors && {
      factors: Object.fromEntries(
        Object.entries(factors).map(([factor, column]) => [factor, pickFactor(column, indices)]),
      ),
    }),
    gather(local, out) {
      dataset.gather(global(local), out);
    },
    ...(dataset.gatherFloat64 && {
      gatherFloat64(local, out) {
        dataset.gatherFloat64?.(global(local), out);
      },
    }),
  };
}

function pick<T extends Labels | Float32Array>(column: T, indices: Uint32Array): T {
  const picked = column.slice(0, indices.length) as T;
  for (let i = 0; i < indices.length; i++) picked[i] = column[indices[i]!]!;
  return picked;
}

function pickFactor(column: FactorColumn, indices: Uint32Array): FactorColumn {
  if (column instanceof Float32Array) return pick(column, indices);
  return {
    length: indices.length,
    at: (index) => (index < indices.length ? column.at(indices[index]!) : undefined),
  };
}

/** The first `count` examples (all, when there are fewer), for `--limit`. */
export function takeFirst(dataset: Dataset, count: number): Dataset {
  return subset(
    dataset,
    Uint32Array.from({ length: Math.min(count, dataset.size) }, (_, index) => index),
  );
}

/** The examples `indices` (default: all of them) with all the digits that the data have: [n, ...sampleShape]. */
export function numbersOf(dataset: Dataset, indices?: Uint32Array): NdArray<FloatDType> {
  if (!dataset.gatherFloat64) return examplesOf(dataset, indices);
  const chosen = indices ?? Uint32Array.from({ length: dataset.size }, (_, index) => index);
  const result = NdArray.zeros([chosen.length, ...dataset.sampleShape], 'float64');
  dataset.gatherFloat64(chosen, result.data);
  return result;
}

/** The examples `indices` (default: all of them) as one array [n, ...sampleShape], in float32. */
export function examplesOf(dataset: Dataset, indices?: Uint32Array): NdArray<'float32'> {
  const chosen = indices ?? Uint32Array.from({ length: dataset.size }, (_, index) => index);
  const result = NdArray.zeros([chosen.length, ...dataset.sampleShape], 'float32');
  dataset.gather(chosen, result.data);
  return result;
}
