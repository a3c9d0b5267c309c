import { DataError, NdArray, ValueError, formatShape, sameShape, sizeOf } from '../../core/index.ts';
import type { TypedArray } from '../../core/index.ts';
import type { NpyArray, NpyHeader } from '../../io/index.ts';
import { datasetOf, floatsOf, rangeOf } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import { checkNumber, checkOptions } from '../source.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import { defaultTestFraction, holdOutTest, noteOfSplit } from '../split.ts';
import { areForModel, defaultMemoryLimit } from '../context.ts';
import type { ResolveContext } from '../context.ts';
import { readLabels } from './array-labels.ts';
import type { ReadLabels } from './array-labels.ts';
import type { ArrayFile, ArraySource } from './array-source.ts';
import { readValues, usualDivisor } from './array-values.ts';
import type { TrainedValues } from './array-values.ts';

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
 * only array or the one of a usual name (`x`, `data`, `images`, …), and labels from `y`, `labels`, … beside it, which may be
 * texts. What else an archive holds is left aside.
 *
 * `readValues` says what numbers stand for; `support` says whether all lie in [0, 1]. For a trained model
 * (`context.like`), an array of the shape of one example is one example. Arrays beyond `context.memoryLimit` stay on disk.
 *
 * @throws DataError naming file and array for values that are not finite, or a choice that is not clear
 */
export async function arraySplits(
  file: ArrayFile,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const { path } = file;
  const given = checkOptions(path, options, ['seed', 'testFraction', 'array', 'range']);
  const reader: Reader = { path, notes: [], context, asked: askedRange(path, given), trained: trainedValues(context) };
  if (!path.toLowerCase().endsWith('.npz')) {
    if (given.array !== undefined) throw new DataError(`${path}: holds one array, which has no name.`);
    const read = await datasetFrom(file.npy(), reader, { name: path });
    return splitOne(read, given, reader);
  }
  const archive = numericMembers(file, given.array, reader);
  const train = find(archive, trainNames);
  return train && given.array === undefined
    ? readTrainAndTest(train, archive, reader)
    : readOneArray(chooseArray(archive, reader, given.array), archive, { given, reader });
}

/**
 * The examples in a file, for a trained model (`context.like`), with NaN where a value is missing: [n, ...shape], chosen and scaled as
 * `arraySplits` does; of an archive with a test split, that.
 *
 * @throws DataError for a number that is infinite, text, or a choice that is not clear
 */
export function gappyArray(file: ArrayFile, context: ResolveContext): GappyArray {
  const { path } = file;
  const reader: Reader = { path, notes: [], context, asked: undefined, trained: trainedValues(context) };
  const isArchive = path.toLowerCase().endsWith('.npz');
  const archive = isArchive ? numericMembers(file, undefined, reader) : new Map<string, ArraySource>();
  const test = find(archive, testNames);
  const chosen = isArchive ? (test ?? chooseArray(archive, reader, undefined)) : { name: path, array: file.npy() };
  const [labels] = labelsFor([chosen], [find(archive, test ? testLabelNames : labelNames)], reader);
  const { array } = chosen;
  const { where } = array;
  const { type, shape } = array.readHeader();
  const { dtype, data } = array.decode();
  if (dtype === 'string') throw new DataError(`${where}: holds text, where examples are numbers. ${advice}`);
  const wrong = data.findIndex((value) => Math.abs(value) === Infinity);
  if (wrong >= 0)
    throw new DataError(`${where}: element ${wrong} is ${data[wrong]!}, no finite number; a missing one is NaN.`);
  const isOne = isOneExample(shape, context);
  const sampleShape = isOne ? (context.like?.shape ?? []) : sampleShapeOf(shape, where);
  const known = rangeOf(Float64Array.from(data).filter((value) => !Number.isNaN(value)));
  const { divisor, note } = readValues({ where, type, sampleShape, found: known }, reader);
  const values = Float64Array.from(data, (value) => value / divisor);
  const examples = new NdArray<'float64'>(values, [values.length / sizeOf(sampleShape), ...sampleShape]);
  return { name: path, examples, notes: note === undefined ? reader.notes : [...reader.notes, note], ...labels };
}

/** Examples with gaps. */
export interface GappyArray extends Partial<ReadLabels> {
  /** The file's, for messages. */
  readonly name: string;
  /** [n, ...shape], NaN where a value is missing. */
  readonly examples: NdArray<'float64'>;
  /** What a person should know. */
  readonly notes: readonly string[];
}

/** What is the same for every array of a file. */
interface Reader {
  readonly path: string;
  /** Filled while it is read. */
  readonly notes: string[];
  readonly context: ResolveContext;
  /** What number stands for 1, by the option `range` and as the data of a trained model say. */
  readonly asked: number | undefined;
  readonly trained: TrainedValues | undefined;
}

function askedRange(path: string, { range }: DatasetOptions): number | undefined {
  if (range === undefined || range === 'auto') return undefined;
  if (range === 'full')
    throw new ValueError(`${path}: range 'full' is of image files; give the number that stands for 1.`);
  const asked = checkNumber(`${path}: range`, range, { least: 0, below: Infinity });
  if (asked === 0) throw new DataError(`${path}: range must be above 0; it is the number that stands for 1.`);
  return asked;
}

/** New data of a trained model's kind are taken as its own were. */
function trainedValues({ like }: ResolveContext): TrainedValues | undefined {
  if (!like) return undefined;
  const { kind, support, options, floats } = like;
  const range = typeof options?.range === 'number' ? options.range : undefined;
  return { range, isReal: support === 'real', isOfPixels: kind === 'images', wereFloats: floats };
}

interface Found {
  readonly name: string;
  readonly array: ArraySource;
}
type Archive = ReadonlyMap<string, ArraySource>;

/**
 * The arrays of an archive that can be read; the others are named and left aside.
 *
 * @throws DataError for one that is asked for
 */
function numericMembers(file: ArrayFile, wanted: string | undefined, { notes }: Reader): Archive {
  const readable = new Map<string, ArraySource>();
  for (const [name, array] of file.npz()) {
    try {
      array.readHeader();
      readable.set(name, array);
    } catch (error) {
      if (!(error instanceof DataError) || name === wanted) throw error;
      notes.push(`left aside: ${error.message}`);
    }
  }
  return readable;
}

async function readTrainAndTest(train: Found, archive: Archive, reader: Reader): Promise<DatasetSplits> {
  const { path, notes } = reader;
  const test = find(archive, testNames);
  const labels = labelsFor(
    [train, test],
    [find(archive, trainLabelNames), test && find(archive, testLabelNames)],
    reader,
  );
  const first = await datasetFrom(train.array, reader, { name: path, labels: labels[0] });
  // What the numbers of both stand for is decided once.
  const same = { ...reader, trained: reader.trained ?? { range: first.divisor } };
  const second = test && (await datasetFrom(test.array, same, { name: `${path} (test)`, labels: labels[1] }));
  const options = rangeOption(first, reader);
  return {
    source: path,
    train: first.dataset,
    ...(second && { test: second.dataset }),
    ...(options && { options }),
    notes,
  };
}

async function readOneArray(
  chosen: Found,
  archive: Archive,
  { given, reader }: { readonly given: DatasetOptions; readonly reader: Reader },
): Promise<DatasetSplits> {
  const [labels] = labelsFor([chosen], [find(archive, labelNames)], reader);
  const read = await datasetFrom(chosen.array, reader, { name: reader.path, labels });
  const splits = splitOne(read, given, reader);
  const { array } = given;
  return { ...splits, options: { ...splits.options, ...(array !== undefined && { array }) } };
}

/** The labels of collections of examples; what is none is said. */
function labelsFor(
  examples: readonly (Found | undefined)[],
  labels: readonly (Found | undefined)[],
  { notes }: Reader,
): (ReadLabels | undefined)[] {
  const counts = examples.map((each) => each?.array.readHeader().shape[0] ?? 0);
  const read = readLabels(labels.map((each, at) => [each?.array, counts[at] ?? 0]));
  for (const [at, each] of labels.entries()) {
    if (each && !read[at]) notes.push(`'${each.name}' holds no class for each example: it is left aside.`);
  }
  return read;
}

/** One collection of examples, a share of them held out. */
function splitOne(read: ReadArray, given: DatasetOptions, reader: Reader): DatasetSplits {
  const { dataset } = read;
  const { name } = dataset;
  const seed = checkNumber(`${name}: seed`, given.seed ?? 0, { least: 0, below: 2 ** 53, whole: true });
  const testFraction = given.testFraction ?? (areForModel(reader.context) ? 0 : defaultTestFraction);
  const splits = holdOutTest(dataset, { fraction: testFraction, seed });
  const options = { seed, testFraction, ...rangeOption(read, reader) };
  // New data of a trained run are not split.
  const notes = areForModel(reader.context) ? reader.notes : [...reader.notes, noteOfSplit(splits)];
  return { source: name, ...splits, options, notes };
}

/** What number stands for 1, for `config.json`, where the type of the array does not say so. */
function rangeOption({ divisor, type }: ReadArray, { asked }: Reader): { range: number } | undefined {
  return asked === undefined && divisor === usualDivisor(type) ? undefined : { range: divisor };
}

function find(archive: Archive, names: readonly string[]): Found | undefined {
  for (const wanted of names) {
    for (const [name, array] of archive) if (name.toLowerCase() === wanted) return { name, array };
  }
  return undefined;
}

function chooseArray(archive: Archive, { path, notes }: Reader, wanted: string | undefined): Found {
  const names = [...archive.keys()].map((name) => `'${name}'`).join(', ');
  if (wanted !== undefined) {
    const array = archive.get(wanted);
    if (!array) throw new DataError(`${path}: has no array '${wanted}'; it holds ${names}.`);
    return { name: wanted, array };
  }
  const usual = find(archive, exampleNames);
  const others = [...archive].filter(([name]) => !labelNames.includes(name.toLowerCase()));
  if (others.length === 1 && others[0]) return { name: others[0][0], array: others[0][1] };
  if (usual) return usual;
  // Beside examples, an archive may hold what belongs to all of them, such as wavelengths.
  const [only, ...more] = others.filter(([, array]) => isMatrixOfNumbers(array));
  if (only && more.length === 0) {
    const left = others.flatMap(([name]) => (name === only[0] ? [] : [`'${name}'`]));
    notes.push(`${path}: the examples are '${only[0]}'; left aside: ${left.join(', ')}.`);
    return { name: only[0], array: only[1] };
  }
  const suggestion = only?.[0] ?? [...archive.keys()][0] ?? '';
  throw new DataError(
    `${path}: holds ${names === '' ? 'no array that can be read' : `the arrays ${names}: which are the examples? Say so with the option array, such as --data-option array=${suggestion}`}.${names === '' ? ` ${notes.join(' ')}` : ''}`,
  );
}

function isMatrixOfNumbers(array: ArraySource): boolean {
  const { shape, type } = array.readHeader();
  return shape.length > 1 && type !== 'string' && type !== 'bytes';
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

/** Whether an array of this shape is one example of a trained model, and no list of them. */
function isOneExample(shape: readonly number[], { like, trainsOn }: ResolveContext): boolean {
  if (!like || trainsOn || sizeOf(shape) !== sizeOf(like.shape)) return false;
  const withoutOnes = (sizes: readonly number[]): readonly number[] => sizes.filter((size) => size !== 1);
  return (
    shape.length === 1 || shape.length === like.shape.length || sameShape(withoutOnes(shape), withoutOnes(like.shape))
  );
}

interface ReadArray {
  readonly dataset: Dataset;
  readonly type: NpyHeader['type'];
  /** The number in the file that stands for 1. */
  readonly divisor: number;
}

/** The examples of an array: in memory, or on disk when they are beyond the limit. */
async function datasetFrom(
  array: ArraySource,
  { notes, context, asked, trained }: Reader,
  { name, labels }: { readonly name: string; readonly labels?: ReadLabels | undefined },
): Promise<ReadArray> {
  const { where } = array;
  const { type, shape } = array.readHeader();
  const isOne = isOneExample(shape, context) && context.like;
  const sampleShape = isOne ? isOne.shape : sampleShapeOf(shape, where);
  const isLarge = array.bytes > Math.min(context.memoryLimit ?? defaultMemoryLimit, fileReadLimit);
  if (isLarge && array.openLarge && !isOne) {
    const large = await array.openLarge({ name, sampleShape, context, asked, trained });
    notes.push(`${where} is large: its examples are read from ${large.elsewhere ?? 'disk'} as they are needed.`);
    const { divisor, note } = large.reading;
    if (note !== undefined) notes.push(note);
    return { dataset: { ...large.dataset, ...labels, ...floatsIn(type, divisor) }, type, divisor };
  }
  const numbers = numbersIn(array.decode(), where);
  const reading = readValues({ where, type, sampleShape, found: rangeOf(numbers) }, { asked, trained });
  const { support, divisor, note } = reading;
  if (note !== undefined) notes.push(note);
  const values = valuesOf(numbers, { type, support, divisor });
  const dataset = datasetOf({ name, kind: 'npy', sampleShape, support, values, ...labels });
  return { dataset: { ...dataset, ...floatsIn(type, divisor) }, type, divisor };
}

/** What new floats of a trained model are, depends on what its own numbers were. */
function floatsIn(type: NpyHeader['type'], divisor: number): Pick<Dataset, 'floats'> {
  return divisor === 1 || divisor === usualDivisor(type) ? {} : { floats: type.startsWith('float') };
}

/**
 * An array in memory with the number that stands for 1, as in a file: its examples are shares of it.
 *
 * @throws ValueError for another option, or numbers outside the range
 */
export function rangedArray(
  array: NdArray,
  options: DatasetOptions,
): { readonly train: Dataset; readonly range: number } {
  const { range: given } = checkOptions('array', options, ['range']);
  const range = askedRange('array', { ...(given !== undefined && { range: given }) }) ?? 1;
  const { data, dtype } = array;
  const sampleShape = sampleShapeOf(array.shape, 'array');
  const { support } = readValues({ where: 'array', type: dtype, sampleShape, found: rangeOf(data) }, { asked: range });
  const values = valuesOf(data, { type: dtype, support, divisor: range });
  const dataset = datasetOf({ name: 'array', kind: 'array', sampleShape, support, values });
  return { train: { ...dataset, ...floatsIn(dtype, range) }, range };
}

/** @throws DataError for text, and for a number that is not finite */
function numbersIn(array: NpyArray, where: string): TypedArray | Uint8Array {
  if (array.dtype === 'string') throw new DataError(`${where}: holds text, where examples are numbers. ${advice}`);
  const wrong = array.data.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return array.data;
  throw new DataError(
    `${where}: element ${wrong} is ${array.data[wrong]!}, no finite number. ` +
      'A table (CSV, Parquet) may have missing values; an array may not.',
  );
}

function valuesOf(
  numbers: TypedArray | Uint8Array,
  {
    type,
    support,
    divisor,
  }: { readonly type: NpyHeader['type']; readonly support: Dataset['support']; readonly divisor: number },
): Uint8Array | Float32Array | Float64Array {
  if (type === 'uint8' && divisor === 255) return numbers as Uint8Array;
  if (type === 'bool') return Uint8Array.from(numbers, (value) => 255 * value);
  if (divisor !== 1) return Float32Array.from(numbers, (value) => value / divisor);
  return floatsOf(numbers, support === 'real' ? 'real' : 'unit-interval');
}
