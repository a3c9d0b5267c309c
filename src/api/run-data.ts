import { NdArray, ShapeError, ValueError, formatShape, sameShape, sizeOf } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { examplesOf, subset, takeFirst } from '../data/index.ts';
import type { Dataset, DatasetSplits } from '../data/index.ts';
import type { RunConfig } from '../io/index.ts';
import { key, permutation } from '../random/index.ts';
import { locateData, resolveData } from './data.ts';
import type { DataInput } from './data.ts';
import { likelihoodFor } from './likelihood.ts';
import type { ExamplesOptions, RunParts, TestData } from './run-options.ts';

/** The examples of a run: those it was trained on, and others in the form of its own. */
export class RunData {
  /** Where the run was made: its data as they were given. */
  readonly trainedOn: DataInput | undefined;
  readonly #config: RunConfig;
  readonly #path: string | undefined;

  constructor({ config, data, path }: Pick<RunParts, 'config' | 'data' | 'path'>) {
    this.#config = config;
    this.trainedOn = data;
    this.#path = path;
  }

  async splits(data?: DataInput): Promise<DatasetSplits> {
    const { source, options, table } = this.#config.data;
    const input = data ?? this.trainedOn ?? source;
    // A table's own file too: what its columns were taken for must not change with its rows.
    if (input === source) {
      return resolveData(await locateData(source, this.#path), options, table && { like: this.#config.data });
    }
    return resolveData(input, {}, { like: this.#config.data });
  }

  async test(data?: DataInput): Promise<TestData> {
    const splits = await this.splits(data);
    const { notes } = splits;
    return { notes, dataset: this.#checkShape(splits.test ?? splits.train), split: splits.test ? 'test' : 'all' };
  }

  async dataset(data: DataInput | undefined, split: 'train' | 'test'): Promise<Dataset> {
    return split === 'test' ? (await this.test(data)).dataset : this.#checkShape((await this.splits(data)).train);
  }

  async examples({ data, split = 'test', limit, seed }: ExamplesOptions): Promise<NdArray<'float32'>> {
    const dataset = await this.dataset(data, split);
    const ordered = seed === undefined ? dataset : shuffled(dataset, seed);
    return examplesOf(limit === undefined ? ordered : takeFirst(ordered, limit));
  }

  /** Whether x is one example and no batch. */
  isSingle(x: ArrayLikeInput): boolean {
    return sameShape(NdArray.from(x).shape, this.#config.data.shape);
  }

  /**
   * x as rows [batch, inputSize].
   *
   * @throws ShapeError when x is neither a batch nor an example; ValueError for values that no example can have
   */
  rows(x: ArrayLikeInput): NdArray<'float32'> {
    const { shape } = this.#config.data;
    const given = NdArray.from(x, 'float32');
    const inputSize = sizeOf(shape);
    if (sizeOf(given.shape.slice(1)) !== inputSize && !sameShape(given.shape, shape)) {
      throw new ShapeError(`x must be [batch, ${shape.join(', ')}] or one example, got ${formatShape(given.shape)}.`);
    }
    this.#checkValues(given.data, inputSize);
    return given.reshape([given.size / inputSize, inputSize]);
  }

  #checkValues(values: Float32Array, inputSize: number): void {
    const { support } = likelihoodFor(this.#config);
    for (let start = 0; start < values.length; start += inputSize) {
      const at = support.firstOutside(values.subarray(start, start + inputSize));
      if (at >= 0) throw new ValueError(`x must hold ${support.description}, got ${values[start + at] ?? NaN}.`);
    }
  }

  #checkShape(dataset: Dataset): Dataset {
    const { shape } = this.#config.data;
    if (sizeOf(dataset.sampleShape) === sizeOf(shape)) return dataset;
    throw new ValueError(
      `${dataset.name}: its examples are ${formatShape(dataset.sampleShape)}, the model was trained on ${formatShape(shape)}.`,
    );
  }
}

function shuffled(dataset: Dataset, seed: number): Dataset {
  return subset(dataset, Uint32Array.from(permutation(key(seed), dataset.size).data));
}
