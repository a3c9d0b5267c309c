import { DataError, formatShape, sizeOf } from '../../core/index.ts';
import { decodeNpy, decodeNpz } from '../../io/index.ts';
import type { StoredArray } from '../../io/index.ts';
import { fileSize, readFileBytes } from '../../io/node/index.ts';
import { datasetOf, supportOf } from '../dataset.ts';
import type { Dataset, Labels } from '../dataset.ts';
import { checkNumber, checkOptions } from '../source.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import { defaultTestFraction, holdOutTest } from '../split.ts';
import { defaultMemoryLimit } from './context.ts';
import type { ResolveContext } from './context.ts';
import { openLargeArray } from './large-array.ts';

// The names that numpy, Keras and people give to what they save.
const exampleNames = ['x', 'data', 'images', 'samples', 'features', 'arr_0'];
const labelNames = ['y', 'labels', 'label', 'target', 'targets'];
const trainNames = ['x_train', 'train_images', 'train_x', 'train'];
const testNames = ['x_test', 'test_images', 'test_x', 'test'];
const trainLabelNames = ['y_train', 'train_labels', 'train_y'];
const testLabelNames = ['y_test', 'test_labels', 'test_y'];

/** What an array's examples can be, said when they are something else. */
const advice = 'Save bytes (uint8, 0 to 255) or numbers, as [examples, ...shape of one].';

/**
 * The examples in an NPY file, or in an NPZ archive: with `x_train` and `x_test` (as Keras saves) in two splits, else the
 * only array or the one of a usual name (`x`, `data`, `images`, …), and labels from `y`, `labels`, … beside it.
 *
 * Bytes and booleans are numbers in [0, 1]; other numbers are taken as they are, and `support` says whether all lie there.
 *
 * @throws DataError naming file and array for values that are not finite, or a choice that is not clear
 */
export function readArrayFile(path: string, options: DatasetOptions = {}, context: ResolveContext = {}): DatasetSplits {
  const given = checkOptions(path, options, ['seed', 'testFraction', 'array']);
  const notes: string[] = [];
  const isLarge = fileSize(path) > (context.memoryLimit ?? defaultMemoryLimit);
  if (isLarge && path.toLowerCase().endsWith('.npy')) return readLargeArray(path, given, context);
  if (fileSize(path) >= 2 ** 31) {
    throw new DataError(
      `${path}: an archive of 2 GiB and more is not read. Save its arrays on their own, numpy.save('x.npy', x): an NPY file is read from disk.`,
    );
  }
  const bytes = readFileBytes(path);
  const archive = path.toLowerCase().endsWith('.npz') ? decodeNpz(bytes, { name: path }) : undefined;
  const train = archive && find(archive, trainNames);
  if (archive && train && given.array === undefined) {
    const test = find(archive, testNames);
    const make = (part: Found, name: string, labels: readonly string[]): Dataset =>
      datasetFrom(part.array, { name, where: `${path}: '${part.name}'`, labels: find(archive, labels), notes });
    return {
      source: path,
      train: make(train, path, trainLabelNames),
      ...(test && { test: make(test, `${path} (test)`, testLabelNames) }),
      notes,
    };
  }
  const chosen = archive
    ? chooseArray(archive, path, given.array)
    : { name: '', array: decodeNpy(bytes, { name: path }) };
  if (!archive && given.array !== undefined) throw new DataError(`${path}: holds one array, which has no name.`);
  const where = archive ? `${path}: '${chosen.name}'` : path;
  const dataset = datasetFrom(chosen.array, { name: path, where, labels: archive && find(archive, labelNames), notes });
  const splits = splitOne(dataset, given, context);
  const { array } = given;
  return {
    ...splits,
    options: { ...splits.options, ...(array !== undefined && { array }) },
    notes: [...notes, ...splits.notes],
  };
}

/** An array that stays on disk. */
function readLargeArray(path: string, given: DatasetOptions, context: ResolveContext): DatasetSplits {
  if (given.array !== undefined) throw new DataError(`${path}: holds one array, which has no name.`);
  const dataset = openLargeArray(path, context, (shape) => sampleShapeOf(shape, path));
  const splits = splitOne(dataset, given, context);
  return {
    ...splits,
    notes: [`${path} is large: its examples are read from disk as they are needed.`, ...splits.notes],
  };
}

/** One collection of examples, a share of them held out. */
function splitOne(dataset: Dataset, given: DatasetOptions, context: ResolveContext) {
  const { name } = dataset;
  const seed = checkNumber(`${name}: seed`, given.seed ?? 0, { least: 0, below: 2 ** 53, whole: true });
  const testFraction = given.testFraction ?? (context.like ? 0 : defaultTestFraction);
  const splits = holdOutTest(dataset, { fraction: testFraction, seed });
  return { source: name, ...splits, options: { seed, testFraction }, notes: [noteOfSplit(splits)] };
}

/** What was held out, for people. */
export function noteOfSplit({ train, test }: Pick<DatasetSplits, 'train' | 'test'>): string {
  return test
    ? `${test.size} of ${train.size + test.size} examples are held out as the test split.`
    : `no test split: all ${train.size} examples are for training.`;
}

interface Found {
  readonly name: string;
  readonly array: StoredArray;
}

function find(archive: ReadonlyMap<string, StoredArray>, names: readonly string[]): Found | undefined {
  for (const wanted of names) {
    for (const [name, array] of archive) if (name.toLowerCase() === wanted) return { name, array };
  }
  return undefined;
}

function chooseArray(archive: ReadonlyMap<string, StoredArray>, path: string, wanted: string | undefined): Found {
  const names = [...archive.keys()].map((name) => `'${name}'`).join(', ');
  if (wanted !== undefined) {
    const array = archive.get(wanted);
    if (!array) throw new DataError(`${path}: has no array '${wanted}'; it holds ${names}.`);
    return { name: wanted, array };
  }
  const [first, ...rest] = [...archive].filter(([name]) => !labelNames.includes(name.toLowerCase()));
  if (first && rest.length === 0) return { name: first[0], array: first[1] };
  const usual = find(archive, exampleNames);
  if (usual) return usual;
  throw new DataError(
    `${path}: holds ${names === '' ? 'no array' : `the arrays ${names}: which are the examples? Say so with the option array, such as --data-option array=${[...archive.keys()][0] ?? ''}`}.`,
  );
}

/**
 * The shape of one example of an array [examples, …]. One channel is no channel: [height, width, 1] and [1, height, width] are
 * grey images.
 *
 * @throws DataError when there are no examples, or the channels stand first
 */
function sampleShapeOf(shape: readonly number[], where: string): readonly number[] {
  const [count, ...rest] = shape;
  if (count === undefined || rest.length === 0) {
    throw new DataError(`${where}: shape ${formatShape(shape)} is no list of examples. ${advice}`);
  }
  if (sizeOf(shape) === 0) throw new DataError(`${where}: holds no examples (${formatShape(shape)}).`);
  const [first, , last] = rest.length === 3 ? rest : [];
  if (first === 3 && last !== 3 && last !== 1) {
    throw new DataError(
      `${where}: ${formatShape(shape)} has its channels first; they go last: numpy.moveaxis(array, 1, -1).`,
    );
  }
  if (last === 1) return rest.slice(0, 2);
  return first === 1 ? rest.slice(1) : rest;
}

function datasetFrom(
  array: StoredArray,
  options: {
    readonly name: string;
    readonly where: string;
    readonly labels: Found | undefined;
    readonly notes: string[];
  },
): Dataset {
  const { name, where, notes } = options;
  const sampleShape = sampleShapeOf(array.shape, where);
  const [count = 0, ...rest] = array.shape;
  const labels = options.labels && labelsFrom(options.labels, count);
  if (options.labels && !labels) {
    notes.push(`'${options.labels.name}' holds no class number for each example: it is left aside.`);
  }
  const values = valuesOf(array, where);
  const support = values instanceof Float32Array ? supportOf(values) : 'unit-interval';
  if (support === 'real' && array.dtype !== 'float32' && array.dtype !== 'float64' && rest.length > 1) {
    notes.push(`${where} holds ${array.dtype}, taken as numbers; pixels are saved as uint8.`);
  }
  return datasetOf({ name, kind: 'npy', sampleShape, support, values, ...(labels && { labels }) });
}

function valuesOf(array: StoredArray, where: string): Uint8Array | Float32Array {
  if (array.dtype === 'uint8') return array.data;
  if (array.dtype === 'bool') return Uint8Array.from(array.data, (value) => 255 * value);
  const values = array.data instanceof Float32Array ? array.data : Float32Array.from(array.data);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new DataError(
      `${where}: element ${wrong} is ${array.data[wrong]!}, no finite float32. ` +
        'A table (CSV, Parquet) may have missing values; an array may not.',
    );
  }
  return values;
}

/** Class numbers, or `undefined` for anything else. */
function labelsFrom({ array }: Found, count: number): Labels | undefined {
  const { data, shape, dtype } = array;
  const flat = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!flat || shape[0] !== count || dtype === 'float32' || dtype === 'float64') return undefined;
  return data.every((value) => value >= 0) ? Uint32Array.from(data) : undefined;
}
