import { localData, locateSource, locateTrainingData, rememberData, resolveDataset } from '#local-data';
import { NdArray, ValueError, formatShape, sizeOf } from '../../core/index.ts';
import {
  binarize,
  binarizeForEvaluation,
  datasetOf,
  floatsOf,
  gatherNumbers,
  isFileInput,
  rangeOf,
  rangedArray,
  resolveFiles,
  supportOf,
  tableSplits,
} from '../../data/index.ts';
import type { ArrayLikeInput, NestedArray } from '../../core/index.ts';
import type {
  Binarize,
  Dataset,
  DatasetOptions,
  DatasetSplits,
  FileInput,
  ResolveContext,
  Standardization,
  TableOptions,
} from '../../data/index.ts';

import type { DataConfig } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { Table } from '../../io/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { Conditions } from './conditions.ts';
import type { Examples } from '../../objectives/index.ts';
import { key } from '../../random/index.ts';

/**
 * What can be trained on: a built-in name, a folder or a file, a table, a data set, an array [examples, ...shape], or files that
 * the user picked: images, a table or an array. For a trained model also the paths of image files.
 */
export type DataInput =
  string | readonly string[] | Table | Dataset | DatasetSplits | NdArray | NestedExamples | FileInput;

/** Numbers in nested arrays, [examples, ...shape]. */
export type NestedExamples = readonly Extract<NestedArray, readonly unknown[]>[];

/** The training and test examples that `data` means. @throws DataError or ValueError that says what is wrong with it */
export async function resolveData(
  data: DataInput,
  { scale, ...options }: DatasetOptions = {},
  context?: ResolveContext,
): Promise<DatasetSplits> {
  const splits = await resolveSource(data, options, context);
  // Which scale suits depends on the likelihood: `configFor` sees to it, whatever the source.
  return scale === undefined ? splits : { ...splits, options: { ...splits.options, scale } };
}

/** The files that `resolveData` reads from end to end for these data, each rank having read its part of them (`readInParts`). */
export async function filesInParts(
  ranks: Communicator,
  data: DataInput,
  context?: ResolveContext,
): Promise<ResolveContext['files']> {
  return typeof data === 'string' ? (await localData()).readInParts(ranks, data, context) : undefined;
}

async function resolveSource(
  data: DataInput,
  options: DatasetOptions,
  context: ResolveContext | undefined,
): Promise<DatasetSplits> {
  if (typeof data === 'string') {
    return resolveDataset(data, options, context);
  }
  if (isPaths(data)) return (await localData()).readImageFiles(data, options, context);
  if (typeof data !== 'object' || (data as unknown) === null) throw noData();
  if (data instanceof NdArray) return arrayInMemory(data, options);
  if (isFileInput(data)) return resolveFiles(data, options, context);
  if (isNested(data)) return resolveSource(NdArray.from(data), options, context);
  if ('columns' in data)
    return tableSplits(data, {
      ...tableOptions(options),
      source: 'table',
      like: context?.like,
      trainsOn: context?.trainsOn,
      condition: context?.condition,
    });
  if ('train' in data) return data;
  if ('gather' in data) return { source: data.name, train: data, notes: [] };
  throw noData();
}

function noData(): ValueError {
  return new ValueError(
    'data: expected a name or path, a table, a data set, nested arrays or an NdArray; a typed array needs its shape, new NdArray(values, [examples, …]).',
  );
}

/** Whether these are paths of files and no numbers. */
function isPaths(data: unknown): data is readonly string[] {
  return Array.isArray(data) && data.length > 0 && data.every((path) => typeof path === 'string');
}

/**
 * What a configuration says of how its data were read; images of before there was a range had the full one.
 * @throws ValueError for what would read another file, which no run keeps
 */
export function dataOptionsOf({ kind, options }: DataConfig): DatasetOptions | undefined {
  if (typeof options?.schema === 'string') {
    throw new ValueError(
      `config: $.data.options.schema: expected the schema itself, found the path '${options.schema}', which a run does not keep.`,
    );
  }
  return kind === 'images' ? { range: 'full', ...options } : options;
}

function isNested(data: DataInput): data is NestedExamples {
  return Array.isArray(data);
}

/** Whether these are examples as numbers, and not data that have to be read. */
export function isExamples(x: ArrayLikeInput | DataInput): x is ArrayLikeInput {
  if (typeof x === 'number' || x instanceof NdArray || ArrayBuffer.isView(x)) return true;
  return Array.isArray(x) && !isPaths(x) && !isFileInput(x);
}

/** Where the data of the run in a folder are, which the caller has named. @throws DataError when they are nowhere */
export async function locateData(source: string, folder: string | undefined): Promise<string> {
  return locateSource(source, folder);
}

/**
 * Where a run's training data are, which nobody has named: those of a run from elsewhere are not looked for outside its
 * folder, nor downloaded (data/node/own-data.ts says how it is known).
 *
 * @param folder the run's, where it has one
 * @throws DataError where its data have to be named
 */
export async function trainingDataOf({ data }: RunConfig, folder: string | undefined): Promise<string> {
  return locateTrainingData(data, folder);
}

/** Notes that these data were named here. Gives what a person should know where that cannot be kept. */
export async function noteOwnData({ data }: RunConfig): Promise<string[]> {
  try {
    await rememberData(data);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`that the run was trained here cannot be noted: name its data when it is evaluated (${reason})`];
  }
}

function tableOptions({ schema, ...options }: DatasetOptions = {}): TableOptions {
  if (typeof schema === 'string') throw new ValueError('data: give the schema of a table itself, not its path.');
  return { ...options, ...(schema && { schema }) };
}

/** Its numbers as they are; with a `range` shares of it. @throws ValueError for an option that arrays in memory do not take */
function arrayInMemory(array: NdArray, { testFraction, ...options }: DatasetOptions): DatasetSplits {
  if ((testFraction ?? 0) !== 0) {
    throw new ValueError(
      `data: of an array in memory all examples are trained on, and testFraction ${testFraction} would hold some out: give its parts, { source, train, test, notes }, or leave it out.`,
    );
  }
  const isAsked = Object.values<unknown>(options).some((value) => value !== undefined);
  if (!isAsked) return { source: 'array', train: datasetFromArray(array), notes: [] };
  const { train, range } = rangedArray(array, options);
  return { source: 'array', train, options: { range }, notes: [] };
}

function datasetFromArray(array: NdArray): Dataset {
  const [count, ...sampleShape] = array.shape;
  if (count === undefined || sampleShape.length === 0) {
    throw new ValueError(`data: an array must be [examples, ...shape], got ${formatShape(array.shape)}.`);
  }
  const support = supportOf(rangeOf(array.data), sampleShape);
  return datasetOf({ name: 'array', kind: 'array', sampleShape, values: floatsOf(array.data, support), support });
}

/** How examples are read: grey made binary, or numbers in units of their own standardised. */
export interface Reading {
  readonly binarize: Binarize;
  readonly standardization?: Standardization | undefined;
  /** Of the model, where it has a condition: its numbers stand behind those of each example. */
  readonly conditions?: Conditions | undefined;
  /** Which examples have a class as condition, by ones. Default: all. */
  readonly labelled?: Uint8Array | undefined;
}

type Gathered = Pick<Dataset, 'size' | 'sampleShape' | 'gather' | 'gatherFloat64'>;

/** Writes examples as the model takes them, but for binarisation. */
export function readExamples(
  dataset: Gathered,
  standardization: Standardization | undefined,
  { indices, out }: { readonly indices: Uint32Array; readonly out: Float32Array },
): void {
  if (!standardization) {
    dataset.gather(indices, out);
    return;
  }
  const numbers = new Float64Array(out.length);
  gatherNumbers(dataset, indices, numbers);
  standardization.apply(numbers, out);
}

/** Examples for training: binarised anew whenever they are read, from the step's key. */
export function trainingExamples(dataset: Dataset, reading: Reading): Examples {
  const { binarize: mode, standardization } = reading;
  return withConditions(dataset, reading, {
    size: dataset.size,
    exampleSize: sizeOf(dataset.sampleShape),
    read: (indices, out, key) => {
      readExamples(dataset, standardization, { indices, out });
      binarize(out, mode, key);
    },
  });
}

function withConditions(dataset: Dataset, { conditions, labelled }: Reading, examples: Examples): Examples {
  return conditions ? conditions.beside(examples, dataset, labelled) : examples;
}

/** Examples for evaluation: what an example becomes depends on the seed and its index alone. */
export function evaluationExamples(dataset: Dataset, reading: Reading, seed: number): Examples {
  const { binarize: mode, standardization } = reading;
  return withConditions(dataset, reading, {
    size: dataset.size,
    exampleSize: sizeOf(dataset.sampleShape),
    read: (indices, out) => {
      readExamples(dataset, standardization, { indices, out });
      binarizeForEvaluation(out, mode, { indices, seed });
    },
  });
}

/**
 * Examples to be scored one by one: all become binary by the same uniform numbers, so what an example becomes depends on
 * itself alone.
 */
export function scoringExamples(dataset: Gathered, { binarize: mode, standardization }: Reading): Examples {
  const exampleSize = sizeOf(dataset.sampleShape);
  return {
    size: dataset.size,
    exampleSize,
    read: (indices, out) => {
      readExamples(dataset, standardization, { indices, out });
      for (let start = 0; start < out.length; start += exampleSize) {
        binarize(out.subarray(start, start + exampleSize), mode, key(0));
      }
    },
  };
}
