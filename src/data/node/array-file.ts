import { DataError, formatShape, sizeOf } from '../../core/index.ts';
import type { NpyArray } from '../../io/index.ts';
import { datasetOf, supportOf } from '../dataset.ts';
import type { Dataset, Labels } from '../dataset.ts';
import { checkNumber, checkOptions } from '../source.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import { defaultTestFraction, holdOutTest } from '../split.ts';
import { defaultMemoryLimit } from './context.ts';
import type { ResolveContext } from './context.ts';
import { openLargeArray } from './large-array.ts';
import { npyFile, npzMembers } from './stored-arrays.ts';
import type { ArrayOnDisk } from './stored-arrays.ts';

// The names that numpy, Keras and people give to what they save.
const exampleNames = ['x', 'data', 'images', 'samples', 'features', 'arr_0'];
const labelNames = ['y', 'labels', 'label', 'target', 'targets'];
const trainNames = ['x_train', 'train_images', 'train_x', 'train'];
const testNames = ['x_test', 'test_images', 'test_x', 'test'];
const trainLabelNames = ['y_train', 'train_labels', 'train_y'];
const testLabelNames = ['y_test', 'test_labels', 'test_y'];

/** Node reads no file at once that is larger. */
const fileReadLimit = 2 ** 31 - 1;

/** What an array's examples can be, said when they are something else. */
const advice = 'Save bytes (uint8, 0 to 255) or numbers, as [examples, ...shape of one].';

/**
 * The examples in an NPY file, or in an NPZ archive: with `x_train` and `x_test` (as Keras saves) in two splits, else the
 * only array or the one of a usual name (`x`, `data`, `images`, …), and labels from `y`, `labels`, … beside it.
 *
 * Bytes and booleans are numbers in [0, 1]; other numbers are taken as they are, and `support` says whether all lie there.
 * Arrays beyond `context.memoryLimit` stay on disk. Those that are not chosen are not read.
 *
 * @throws DataError naming file and array for values that are not finite, or a choice that is not clear
 */
export async function readArrayFile(
  path: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const given = checkOptions(path, options, ['seed', 'testFraction', 'array']);
  const notes: string[] = [];
  if (!path.toLowerCase().endsWith('.npz')) {
    if (given.array !== undefined) throw new DataError(`${path}: holds one array, which has no name.`);
    const dataset = await datasetFrom(npyFile(path), { name: path, notes, context });
    return withNotes(splitOne(dataset, given, context), notes);
  }
  const archive = npzMembers(path);
  const train = find(archive, trainNames);
  if (train && given.array === undefined) {
    const test = find(archive, testNames);
    const make = (part: Found, name: string, labels: readonly string[]): Promise<Dataset> =>
      datasetFrom(part.array, { name, labels: find(archive, labels), notes, context });
    return {
      source: path,
      train: await make(train, path, trainLabelNames),
      ...(test && { test: await make(test, `${path} (test)`, testLabelNames) }),
      notes,
    };
  }
  const chosen = chooseArray(archive, path, given.array);
  const labels = find(archive, labelNames);
  const splits = splitOne(await datasetFrom(chosen, { name: path, labels, notes, context }), given, context);
  const { array } = given;
  return withNotes({ ...splits, options: { ...splits.options, ...(array !== undefined && { array }) } }, notes);
}

function withNotes(splits: DatasetSplits, notes: readonly string[]): DatasetSplits {
  return { ...splits, notes: [...notes, ...splits.notes] };
}

/** One collection of examples, a share of them held out. */
function splitOne(dataset: Dataset, given: DatasetOptions, context: ResolveContext): DatasetSplits {
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
  readonly array: ArrayOnDisk;
}

function find(archive: ReadonlyMap<string, ArrayOnDisk>, names: readonly string[]): Found | undefined {
  for (const wanted of names) {
    for (const [name, array] of archive) if (name.toLowerCase() === wanted) return { name, array };
  }
  return undefined;
}

function chooseArray(archive: ReadonlyMap<string, ArrayOnDisk>, path: string, wanted: string | undefined): ArrayOnDisk {
  const names = [...archive.keys()].map((name) => `'${name}'`).join(', ');
  if (wanted !== undefined) {
    const array = archive.get(wanted);
    if (!array) throw new DataError(`${path}: has no array '${wanted}'; it holds ${names}.`);
    return array;
  }
  const [first, ...rest] = [...archive].filter(([name]) => !labelNames.includes(name.toLowerCase()));
  if (first && rest.length === 0) return first[1];
  const usual = find(archive, exampleNames);
  if (usual) return usual.array;
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

/** The examples of an array: in memory, or on disk when they are beyond the limit. */
async function datasetFrom(
  array: ArrayOnDisk,
  options: {
    readonly name: string;
    readonly labels?: Found | undefined;
    readonly notes: string[];
    readonly context: ResolveContext;
  },
): Promise<Dataset> {
  const { name, notes, context } = options;
  const { where } = array;
  const { type, shape } = array.readHeader();
  const sampleShape = sampleShapeOf(shape, where);
  const labels = options.labels && labelsFrom(options.labels, shape[0]!);
  if (options.labels && !labels) {
    notes.push(`'${options.labels.name}' holds no class number for each example: it is left aside.`);
  }
  const isLarge = array.bytes > Math.min(context.memoryLimit ?? defaultMemoryLimit, fileReadLimit);
  let dataset: Dataset;
  if (isLarge) {
    const large = await openLargeArray(array, { name, sampleShape, context });
    const place = large.place.path === array.path ? 'disk' : large.place.path;
    notes.push(`${where} is large: its examples are read from ${place} as they are needed.`);
    dataset = { ...large.dataset, ...(labels && { labels }) };
  } else {
    const values = valuesOf(array.decode(), where);
    const support = values instanceof Float32Array ? supportOf(values) : 'unit-interval';
    dataset = datasetOf({ name, kind: 'npy', sampleShape, support, values, ...(labels && { labels }) });
  }
  if (dataset.support === 'real' && !type.startsWith('float') && shape.length > 2) {
    notes.push(`${where} holds ${type}, taken as numbers; pixels are saved as uint8.`);
  }
  return dataset;
}

function valuesOf(array: NpyArray, where: string): Uint8Array | Float32Array {
  if (array.dtype === 'string') throw new DataError(`${where}: holds text, where examples are numbers. ${advice}`);
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

/** Class numbers, or `undefined` for anything else, such as text. */
function labelsFrom({ array }: Found, count: number): Labels | undefined {
  const { shape, type } = array.readHeader();
  const flat = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!flat || shape[0] !== count || type.startsWith('float')) return undefined;
  const labels = array.decode();
  if (labels.dtype === 'string') return undefined;
  const { data } = labels;
  return data.every((value) => value >= 0 && value < 2 ** 32) ? Uint32Array.from(data) : undefined;
}
