import { NdArray, sizeOf } from '../core/index.ts';
import { packArray, unpackArray } from '../core/messages/index.ts';
import type { PackedArray } from '../core/messages/index.ts';
import { TableEncoder, checkGather, datasetOf, examplesOf, isFileInput, sendableFiles } from '../data/index.ts';
import type { Dataset, DatasetSplits, FileInput, Labels, Support } from '../data/index.ts';
import type { DataConfig, JsonValue, Table, TableState } from '../io/index.ts';
import type { DataInput } from './data.ts';

/** Data as `postMessage` takes them. */
export type PackedData =
  | { readonly kind: 'plain'; readonly value: string | Table | FileInput }
  | { readonly kind: 'array'; readonly value: PackedArray }
  | { readonly kind: 'splits'; readonly value: PackedSplits };

interface PackedSplits {
  readonly source: string;
  readonly train: PackedDataset;
  readonly validation?: PackedDataset;
  readonly test?: PackedDataset;
  readonly options?: Readonly<Record<string, JsonValue>>;
  readonly notes: readonly string[];
}

interface PackedDataset {
  readonly name: string;
  readonly kind: DataConfig['kind'];
  readonly sampleShape: readonly number[];
  readonly support: Support;
  readonly values: Float32Array | Float64Array;
  readonly labels?: Labels;
  readonly classNames?: readonly string[];
  readonly table?: TableState;
}

/** Data sets are functions: what they give goes along as numbers, all of it. */
export function packData(data: DataInput): PackedData {
  if (typeof data === 'string') return { kind: 'plain', value: data };
  if (isFileInput(data)) return { kind: 'plain', value: sendableFiles(data) };
  if (data instanceof NdArray) return { kind: 'array', value: packArray(data) };
  if (Array.isArray(data)) return { kind: 'array', value: packArray(NdArray.from(data, 'float32')) };
  if ('gather' in data) return packData({ source: data.name, train: data, notes: [] });
  if (!('train' in data)) return { kind: 'plain', value: data as Table };
  const { source, train, validation, test, options, notes } = data;
  const value = {
    source,
    train: packDataset(train),
    ...(validation && { validation: packDataset(validation) }),
    ...(test && { test: packDataset(test) }),
    ...(options && { options }),
    notes,
  };
  return { kind: 'splits', value };
}

export function unpackData(packed: PackedData): DataInput {
  if (packed.kind === 'plain') return packed.value;
  if (packed.kind === 'array') return unpackArray(packed.value);
  const { train, validation, test, ...rest } = packed.value;
  return {
    ...rest,
    train: unpackDataset(train),
    ...(validation && { validation: unpackDataset(validation) }),
    ...(test && { test: unpackDataset(test) }),
  } satisfies DatasetSplits;
}

function packDataset(dataset: Dataset): PackedDataset {
  const { name, kind, sampleShape, support, labels, classNames, table } = dataset;
  const values = numbersOf(dataset);
  return {
    ...{ name, kind, sampleShape, support, values },
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    ...(table && { table: table.state }),
  };
}

function numbersOf(dataset: Dataset): Float32Array | Float64Array {
  if (!dataset.gatherFloat64) return examplesOf(dataset).data;
  const all = new Float64Array(dataset.size * sizeOf(dataset.sampleShape));
  dataset.gatherFloat64(
    Uint32Array.from({ length: dataset.size }, (_, index) => index),
    all,
  );
  return all;
}

function unpackDataset({ table, support, values, ...rest }: PackedDataset): Dataset {
  if (support !== 'table') return datasetOf({ ...rest, support, values });
  const width = sizeOf(rest.sampleShape);
  return {
    ...rest,
    support,
    size: values.length / width,
    ...(table && { table: new TableEncoder(table) }),
    gather(indices, out) {
      checkGather(this, indices, out);
      indices.forEach((index, k) => {
        out.set(values.subarray(index * width, (index + 1) * width), k * width);
      });
    },
  };
}
