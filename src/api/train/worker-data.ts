import { NdArray, sizeOf, takeTurns } from '../../core/index.ts';
import type { DType, Shape, TypedArray } from '../../core/index.ts';
import type { SentArray } from '../../core/messages/index.ts';
import { TableEncoder, checkGather, datasetOf, isFileInput, sendableFiles } from '../../data/index.ts';
import type { Dataset, DatasetSplits, FileInput, Labels, Support } from '../../data/index.ts';
import type { DataConfig } from '../../data/index.ts';
import type { JsonValue, Table } from '../../io/index.ts';
import type { TableState } from '../../data/index.ts';
import type { DataInput } from '../data/data.ts';

/** Data as `postMessage` takes them. */
export type PackedData =
  | { readonly kind: 'plain'; readonly value: string | Table | FileInput }
  | {
      readonly kind: 'array';
      readonly value: { readonly data: Sendable; readonly shape: Shape; readonly dtype: DType };
    }
  | { readonly kind: 'splits'; readonly value: PackedSplits };

/** Numbers as they are sent: large ones go ahead. */
type Sendable = TypedArray | SentArray;
type Send = (array: TypedArray) => Promise<Sendable>;

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
  readonly values: Sendable;
  readonly labels?: Labels;
  readonly classNames?: readonly string[];
  readonly table?: TableState;
  readonly floats?: boolean;
}

/**
 * Data sets are functions: what they give goes along as numbers, all of it.
 *
 * @param send sends large arrays ahead (`sendArray`)
 */
export async function packData(data: DataInput, send: Send): Promise<PackedData> {
  if (typeof data === 'string') return { kind: 'plain', value: data };
  if (isFileInput(data)) return { kind: 'plain', value: sendableFiles(data) };
  if (data instanceof NdArray) {
    const { shape, dtype } = data;
    return { kind: 'array', value: { data: await send(data.data), shape, dtype } };
  }
  if (Array.isArray(data)) return packData(NdArray.from(data, 'float32'), send);
  if ('gather' in data) return packData({ source: data.name, train: data, notes: [] }, send);
  if (!('train' in data)) return { kind: 'plain', value: data as Table };
  const { source, train, validation, test, options, notes } = data;
  const value = {
    source,
    train: await packDataset(train, send),
    ...(validation && { validation: await packDataset(validation, send) }),
    ...(test && { test: await packDataset(test, send) }),
    ...(options && { options }),
    notes,
  };
  return { kind: 'splits', value };
}

/** @param take gives what was sent ahead */
export function unpackData(packed: PackedData, take: (array: Sendable) => TypedArray): DataInput {
  if (packed.kind === 'plain') return packed.value;
  if (packed.kind === 'array') {
    const { data, shape, dtype } = packed.value;
    return new NdArray(take(data), shape, dtype);
  }
  const { train, validation, test, ...rest } = packed.value;
  return {
    ...rest,
    train: unpackDataset(train, take),
    ...(validation && { validation: unpackDataset(validation, take) }),
    ...(test && { test: unpackDataset(test, take) }),
  } satisfies DatasetSplits;
}

async function packDataset(dataset: Dataset, send: Send): Promise<PackedDataset> {
  const { name, kind, sampleShape, support, labels, classNames, table, floats } = dataset;
  const values = await send(await numbersOf(dataset));
  return {
    ...{ name, kind, sampleShape, support, values },
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    ...(table && { table: table.state }),
    ...(floats !== undefined && { floats }),
  };
}

/** All values, gathered a part at a time: the page has its turn between them. */
async function numbersOf(dataset: Dataset): Promise<Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>> {
  const { size } = dataset;
  const width = sizeOf(dataset.sampleShape);
  const wide = dataset.gatherFloat64 && new Float64Array(size * width);
  const all = wide ?? new Float32Array(size * width);
  const step = Math.max(1, Math.floor(2 ** 18 / width));
  for (let start = 0; start < size; start += step) {
    await takeTurns();
    const indices = Uint32Array.from({ length: Math.min(step, size - start) }, (_, k) => start + k);
    const [from, end] = [start * width, (start + indices.length) * width];
    if (wide) dataset.gatherFloat64?.(indices, wide.subarray(from, end));
    else dataset.gather(indices, all.subarray(from, end) as Float32Array);
  }
  return all;
}

function unpackDataset(
  { table, support, values: given, ...rest }: PackedDataset,
  take: (array: Sendable) => TypedArray,
): Dataset {
  const values = take(given) as Float32Array | Float64Array;
  const { floats, ...others } = rest;
  if (support !== 'table')
    return { ...datasetOf({ ...others, support, values }), ...(floats !== undefined && { floats }) };
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
