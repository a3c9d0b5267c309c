import { locateSource, resolveDataset } from '#local-data';
import { NdArray, ValueError, formatShape, sizeOf } from '../core/index.ts';
import { binarize, binarizeForEvaluation, datasetOf, supportOf, tableSplits } from '../data/index.ts';
import type { NestedArray } from '../core/index.ts';
import type { Binarize, Dataset, DatasetOptions, DatasetSplits, TableOptions } from '../data/index.ts';
import type { ResolveContext } from '../data/node/index.ts';
import type { Table } from '../io/index.ts';
import type { Examples } from '../objectives/index.ts';
import { key } from '../random/index.ts';

/** What can be trained on: a built-in name, a folder or a file, a table, a data set, or an array [examples, ...shape]. */
export type DataInput = string | Table | Dataset | DatasetSplits | NdArray | NestedExamples;

/** Numbers in nested arrays, [examples, ...shape]. */
export type NestedExamples = readonly Extract<NestedArray, readonly unknown[]>[];

/** The training and test examples that `data` means. @throws DataError or ValueError that says what is wrong with it */
export async function resolveData(
  data: DataInput,
  options?: DatasetOptions,
  context?: ResolveContext,
): Promise<DatasetSplits> {
  if (typeof data === 'string') {
    return resolveDataset(data, options, context);
  }
  if (data instanceof NdArray) return { source: 'array', train: datasetFromArray(data), notes: [] };
  if (isNested(data)) return resolveData(NdArray.from(data, 'float32'));
  if ('columns' in data) return tableSplits(data, { ...tableOptions(options), source: 'table', like: context?.like });
  if ('train' in data) return data;
  if ('gather' in data) return { source: data.name, train: data, notes: [] };
  throw new ValueError(
    'data: expected a name or path, a table, a data set, nested arrays or an NdArray; a typed array needs its shape, new NdArray(values, [examples, …]).',
  );
}

function isNested(data: DataInput): data is NestedExamples {
  return Array.isArray(data);
}

/** Where the data of the run in a folder are. @throws DataError when they are nowhere */
export async function locateData(source: string, folder: string | undefined): Promise<string> {
  return locateSource(source, folder);
}

function tableOptions({ schema, ...options }: DatasetOptions = {}): TableOptions {
  if (typeof schema === 'string') throw new ValueError('data: give the schema of a table itself, not its path.');
  return { ...options, ...(schema && { schema }) };
}

function datasetFromArray(array: NdArray): Dataset {
  const [count, ...sampleShape] = array.shape;
  if (count === undefined || sampleShape.length === 0) {
    throw new ValueError(`data: an array must be [examples, ...shape], got ${formatShape(array.shape)}.`);
  }
  const values = array.data instanceof Float32Array ? array.data : Float32Array.from(array.data);
  return datasetOf({ name: 'array', kind: 'array', sampleShape, values, support: supportOf(values) });
}

/** Examples for training: binarised anew whenever they are read, from the step's key. */
export function trainingExamples(dataset: Dataset, mode: Binarize): Examples {
  return {
    size: dataset.size,
    exampleSize: sizeOf(dataset.sampleShape),
    read: (indices, out, key) => {
      dataset.gather(indices, out);
      binarize(out, mode, key);
    },
  };
}

/** Examples for evaluation: what an example becomes depends on the seed and its index alone. */
export function evaluationExamples(dataset: Dataset, mode: Binarize, seed: number): Examples {
  return {
    size: dataset.size,
    exampleSize: sizeOf(dataset.sampleShape),
    read: (indices, out) => {
      dataset.gather(indices, out);
      binarizeForEvaluation(out, mode, { indices, seed });
    },
  };
}

/**
 * Examples to be scored one by one: all become binary by the same uniform numbers, so what an example becomes depends on
 * itself alone.
 */
export function scoringExamples(dataset: Pick<Dataset, 'size' | 'sampleShape' | 'gather'>, mode: Binarize): Examples {
  const exampleSize = sizeOf(dataset.sampleShape);
  return {
    size: dataset.size,
    exampleSize,
    read: (indices, out) => {
      dataset.gather(indices, out);
      for (let start = 0; start < out.length; start += exampleSize) {
        binarize(out.subarray(start, start + exampleSize), mode, key(0));
      }
    },
  };
}
