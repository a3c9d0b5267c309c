import { whole } from '../flag-values.ts';
import type { CommandContext, CommandRow, Library } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { formatCount } from '../format.ts';
import type { Cell, ImputeOptions, NdArray, Run, Table, TableImputation, WriteTableOptions } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { choice, engineOptions, formulasOption, givenOption, option, outputOptions, required } from '../flags.ts';
import type { Output, OutputOptions } from '../output.ts';
import { Stages } from '../stages.ts';

interface ImputeFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data: string;
  readonly show?: 'draw' | 'mean';
  readonly draws?: number;
  readonly sweeps?: number;
  readonly seed?: number;
  readonly cells?: string;
  readonly limit?: number;
  readonly given?: string;
  readonly formulas?: WriteTableOptions['formulas'];
}

/** Draws that means are of, unless told otherwise. */
const drawsOfMean = 20;
/** Examples in a picture, unless told otherwise. */
const shownExamples = 16;

export const imputeCommand: CommandRow<[path: string], ImputeFlags> = {
  name: 'impute',
  summary: 'fill what is missing of examples, by draws from p(x_missing | x_observed)',
  args: [['<run>', "a run's folder"]],
  options: [
    required('--data <file>', 'a table with empty cells, or an .npy or .npz file with NaN where a value is missing'),
    required(
      '-o, --output <file>',
      'where to: of a table .csv, .tsv or .parquet, cells that are not empty unchanged; else .npy, or .png with each example beside its fills',
    ),
    choice(
      '--show <what>',
      'each gap filled by a draw, or by what is expected there: the mean of numbers, the commonest category (default: draw)',
      ['draw', 'mean'],
    ),
    option(
      '--draws <n>',
      `fills of each gap, whose spread is the uncertainty; as draws, a table comes n times, numbered in a column 'draw' (default: 1, for --show mean ${drawsOfMean})`,
      whole(1),
    ),
    option(
      '--cells <file>',
      'of a table: also a table with a row for each filled cell, its value over the draws and the spread of it',
    ),
    option('--sweeps <n>', 'moves that a chain makes before its draw is taken (default: 50)', whole(1)),
    option('--seed <n>', 'which draws (default: 0)', whole(0)),
    givenOption,
    option(
      '-n, --limit <n>',
      `in a .png, show the first so many examples with gaps (default: ${shownExamples})`,
      whole(1),
    ),
    formulasOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma impute runs/people --data gaps.csv -o filled.csv',
    'rootsigma impute runs/people --data gaps.csv --show mean --draws 100 --cells cells.csv -o filled.csv',
    'rootsigma impute runs/digits-diagonal --data halves.npy --draws 5 -o filled.png',
    'rootsigma impute runs/digits-diagonal --data halves.npy --given label=3 -o filled.png',
  ],
  stopsItself: true,
  parted: true,
  run: impute,
};

async function impute(context: CommandContext, [path]: [path: string], flags: ImputeFlags): Promise<undefined> {
  const { output, signal, library } = context;
  const { output: file, data, show = 'draw', sweeps, seed, given } = flags;
  const { draws = show === 'mean' ? drawsOfMean : 1 } = flags;
  if (!library.isTablePath(file)) library.arrayFormat(file);
  if (flags.cells !== undefined && !library.isTablePath(flags.cells)) {
    throw new UsageError(`--cells ${flags.cells}: it is a table; use .csv, .tsv or .parquet.`);
  }
  const run = await openRun(context, path, flags);
  const stages = new Stages(output);
  const options: ImputeOptions = {
    draws,
    ...(sweeps !== undefined && { sweeps }),
    ...(seed !== undefined && { seed }),
    ...(given !== undefined && { given }),
    signal,
    onProgress: (done, total) => {
      stages.say('filling gaps', `${formatCount(done)} of ${formatCount(total)} chains`);
    },
  };
  const request = { file, data, show, draws };
  const done = run.columns
    ? await imputeTable(library, run, { ...request, flags, options })
    : await imputeArray(library, run, { ...request, flags, options });
  report(output, done, request);
  return undefined;
}

interface Request {
  readonly file: string;
  readonly data: string;
  readonly show: 'draw' | 'mean';
  readonly draws: number;
}

interface Work extends Request {
  readonly flags: ImputeFlags;
  readonly options: ImputeOptions;
}

interface Done {
  /** Rows or examples. */
  readonly examples: number;
  readonly filled: number;
  readonly accepted: Readonly<Record<string, number>>;
  readonly left?: TableImputation['left'];
}

async function imputeTable(library: Library, run: Run, work: Work): Promise<Done> {
  const { file, data, show, flags, options } = work;
  if (!library.isTablePath(file)) throw new UsageError(`${file}: a table goes to a .csv, .tsv or .parquet file.`);
  if (!library.isTablePath(data.replace(/\.gz$/i, '')))
    throw new UsageError(`--data ${data}: the run is of a table; give one (.csv, .tsv, .parquet).`);
  const formulas = { ...(flags.formulas && { formulas: flags.formulas }) };
  const imputed = await run.imputeTable(data, options);
  const table = show === 'mean' ? imputed.mean : numbered(library, imputed.draws);
  await library.writeTable(file, table, formulas);
  if (flags.cells !== undefined) {
    const { cells } = imputed;
    const optional = (name: 'stddev' | 'share') => cells.map((cell) => rounded(cell[name] ?? null));
    const columns = {
      row: cells.map(({ row }) => row),
      column: cells.map(({ column }) => column),
      value: cells.map(({ value }) => rounded(value)),
      stddev: optional('stddev'),
      share: optional('share'),
    };
    await library.writeTable(flags.cells, library.tableOf(columns), formulas);
  }
  return { ...imputed, examples: imputed.mean.rowCount };
}

/** Without the last digits of an average, which are rounding. */
function rounded(value: Cell): Cell {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value;
}

/** The tables one below the other, numbered where there are several. */
function numbered({ tableOf }: Library, tables: readonly Table[]): Table {
  const [first, ...more] = tables;
  if (!first || more.length === 0) return first ?? tableOf({});
  const { rowCount, delimiter } = first;
  const taken = new Set(first.columns.map(({ name }) => name));
  const name =
    ['draw', 'draw number', 'imputation'].find((each) => !taken.has(each)) ?? `draw of ${[...taken].join(' ')}`;
  const columns = [
    { name, values: tables.flatMap((_, k) => Array.from({ length: rowCount }, () => k + 1)) },
    ...first.columns.map((column, k) => ({
      name: column.name,
      values: tables.flatMap(({ columns }) => columns[k]?.values ?? []),
    })),
  ];
  return { ...tableOf(columns), ...(delimiter !== undefined && { delimiter }) };
}

async function imputeArray(library: Library, run: Run, work: Work): Promise<Done> {
  const { file, data, show, flags, options } = work;
  const { isImageShape, isTablePath, writeArray } = library;
  if (flags.cells !== undefined)
    throw new UsageError('--cells is for tables; several draws of an array lie in the .npy file.');
  if (!/\.np[yz]$/i.test(data))
    throw new UsageError(`--data ${data}: give an .npy or .npz file, NaN where a value is missing.`);
  if (isTablePath(file)) throw new UsageError(`${file}: filled examples go to .npy or .json, pictures to .png.`);
  const isPicture = library.arrayFormat(file) === '.png';
  if (isPicture && !isImageShape(run.exampleShape)) throw new UsageError(`${file}: only images have pictures.`);
  const imputed = await run.impute(data, options);
  const fills = show === 'mean' ? imputed.mean.reshape([1, ...imputed.mean.shape]) : imputed.draws;
  const [count = 0, examples = 0, ...shape] = fills.shape;
  if (isPicture) {
    const sheet = beside(library, run, { given: imputed.given, fills, limit: flags.limit ?? shownExamples });
    await writeArray(file, sheet, { columns: count + 1 });
  } else {
    await writeArray(file, count === 1 ? fills.reshape([examples, ...shape]) : fills);
  }
  return { ...imputed, examples };
}

/** What a gap looks like. */
const grey = 0.5;

/** Each of the first examples with gaps, and after it its fills: [examples · (1 + fills), ...shape], as shades. */
function beside(
  { NdArray, asShades }: Library,
  run: Run,
  { given, fills, limit }: { readonly given: NdArray; readonly fills: NdArray; readonly limit: number },
): NdArray {
  const [count = 0, examples = 0, ...shape] = fills.shape;
  const size = shape.reduce((product, length) => product * length, 1);
  const example = (array: NdArray, index: number) => array.data.subarray(index * size, (index + 1) * size);
  const shown = Array.from({ length: examples }, (_, index) => index)
    .filter((index) => example(given, index).some(Number.isNaN))
    .slice(0, limit);
  const all = NdArray.zeros([shown.length * (count + 1), ...shape], 'float32');
  shown.forEach((index, row) => {
    const at = row * (count + 1);
    all.data.set(example(given, index), at * size);
    for (let draw = 0; draw < count; draw++) {
      all.data.set(example(fills, draw * examples + index), (at + 1 + draw) * size);
    }
  });
  const shades = asShades(run, all);
  return new NdArray(Float32Array.from(shades.data, (value) => (Number.isNaN(value) ? grey : value)), shades.shape, 'float32'); // prettier-ignore
}

function report(output: Output, { examples, filled, accepted, left }: Done, { file, show, draws }: Request): void {
  if (output.json) output.record({ file, examples, filled, show, draws, accepted, ...(left && { left }) });
  const how = show === 'mean' ? `by the mean of ${draws} draws` : draws === 1 ? 'by a draw' : `by ${draws} draws`;
  output.say(
    `${file}: ${formatCount(filled)} missing values of ${formatCount(examples)} ${left ? 'rows' : 'examples'} filled, each ${how}`,
  );
  const shares = Object.values(accepted).map((share) => `${(100 * share).toFixed(0)} %`);
  if (filled > 0 && shares.length > 0)
    output.say(
      `chains took ${shares.join(' and ')} of what was proposed${shares.length > 1 ? ' (given what is there; given what is filled in, too)' : ''}`,
    );
  if (filled === 0) output.say('nothing is missing that the model can fill');
}
