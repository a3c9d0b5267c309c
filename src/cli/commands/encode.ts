import { counted } from '../../core/index.ts';
import { whole } from '../flag-values.ts';
import { chosenSplit } from '../chosen-split.ts';
import type { CommandContext, CommandRow, Library } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import type { Cell, Dataset, NdArray, SplitChoice } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { choice, engineOptions, givenOption, option, outputOptions, required, splitOption } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

interface EncodeFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly limit?: number;
  readonly what?: 'mean' | 'stddev' | 'covariance' | 'codes';
  readonly draws?: number;
  readonly seed?: number;
  readonly names?: boolean;
  readonly given?: string;
}

export const encodeCommand: CommandRow<[path: string], EncodeFlags> = {
  name: 'encode',
  summary: 'q(z|x) of examples, one a row: an embedding of data',
  args: [['<run>', "a run's folder"]],
  options: [
    required('-o, --output <file>', 'where to: .npy, .csv, .json or .parquet'),
    option('--data <data>', 'other data than it was trained on, also a single image or example'),
    splitOption,
    givenOption,
    option('-n, --limit <n>', 'take the first n examples (default: all)', whole(1)),
    choice('--what <part>', 'of q(z|x) = N(mean, covariance) (default: mean); of a VQ-VAE the numbers of its codes', [
      'mean',
      'stddev',
      'covariance',
      'codes',
    ]),
    option('--draws <k>', 'k draws z ~ q(z|x) of each example instead', whole(1)),
    option('--seed <n>', 'of the draws (default: 0)', whole(0)),
    option(
      '--names',
      "begin each row of a .csv or .parquet with the example's file or its place in the data; with a header",
    ),
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma encode runs/digits-diagonal -o embedding.csv',
    'rootsigma encode runs/digits-diagonal --split train --what stddev -o stddev.npy',
    'rootsigma encode runs/digits-diagonal --draws 10 -o draws.npy',
    'mpirun -np 4 rootsigma encode runs/digits-diagonal -o embedding.npy      (docs/distributed.md)',
  ],
  parted: true,
  run: encode,
};

async function encode(context: CommandContext, [path]: [path: string], flags: EncodeFlags): Promise<undefined> {
  const { output, library, isFirst } = context;
  const { arrayFormat, examplesOf, isTablePath, takeFirst, writeArray } = library;
  const { output: file, data, limit, draws, seed, names = false } = flags;
  if (draws !== undefined && flags.what !== undefined) {
    throw new UsageError(`--draws gives draws of z, and --what ${flags.what} their ${flags.what}: choose one.`);
  }
  if (draws === undefined && seed !== undefined)
    throw new UsageError('--seed is of draws: add --draws, such as --draws 10.');
  const what = draws === undefined ? (flags.what ?? 'mean') : 'draws';
  if (arrayFormat(file) === '.png')
    throw new UsageError(`${file}: codes are no pictures; use .npy, .csv, .json or .parquet.`);
  if (names && !isTablePath(file)) throw new UsageError(`--names: ${file} holds numbers alone; use .csv or .parquet.`);
  const run = await openRun(context, path, flags);
  if (what === 'codes' && !run.model.parts.posterior.capabilities.includes('codes')) {
    throw new UsageError(
      `--what codes is of a codebook, and the posterior '${run.model.parts.posterior.name}' has none: leave it out.`,
    );
  }
  if ((what === 'stddev' || what === 'covariance') && !run.hasSpread) {
    throw new UsageError(
      `--what ${what} is of a distribution, and the posterior '${run.model.parts.posterior.name}' gives each example one point: leave it out.`,
    );
  }
  const chosen = await run.testData(data, { split: flags.split });
  output.note(...chosenSplit(chosen, flags.split));
  const dataset = limit === undefined ? chosen.dataset : takeFirst(chosen.dataset, limit);
  const x = run.conditions ? dataset : examplesOf(dataset);
  const { [what]: found, mean } = await run.encode(x, { draws, seed, given: flags.given });
  // One draw an example is a matrix, as the mean is.
  const codes = draws === 1 ? found?.reshape(mean.shape) : found;
  if (!codes) throw new Error('encode: no draws were given.');
  const nameOf = (number: number): string => columnName(what, number, { latent: run.model.latent, draws });
  if (!isFirst) return undefined;
  if (names) await writeNamed(library, file, { codes, dataset, nameOf });
  else await writeArray(file, codes, { columnName: nameOf });
  const [count = 0] = codes.shape;
  if (output.json) output.record({ file, count, shape: codes.shape, what, split: chosen.split });
  const said = draws === undefined ? `the ${what}` : counted(draws, 'draw');
  output.say(`${file}: ${said} of q(z|x) of ${counted(count, 'example')}, shape ${codes.shape.join('×')}`);
  return undefined;
}

/** A table: the example's file or place, then its numbers. */
async function writeNamed(
  { tableOf, writeTable }: Library,
  file: string,
  {
    codes,
    dataset,
    nameOf,
  }: { readonly codes: NdArray; readonly dataset: Dataset; readonly nameOf: (number: number) => string },
): Promise<void> {
  const { names, size } = dataset;
  const width = codes.size / Math.max(1, size);
  const columns: Record<string, readonly Cell[]> = {
    [names?.kind ?? 'index']: Array.from({ length: size }, (_, row) => names?.at(row) ?? row),
  };
  for (let k = 0; k < width; k++) {
    columns[nameOf(k + 1)] = Array.from({ length: size }, (_, row) => codes.data[row * width + k] ?? NaN);
  }
  await writeTable(file, tableOf(columns));
}

/** z1, z2, … for the mean or one draw; of several draws also which: draw1_z2; of a covariance also the column: covariance1_2. */
function columnName(
  what: 'mean' | 'stddev' | 'covariance' | 'codes' | 'draws',
  number: number,
  { latent, draws }: { readonly latent: number; readonly draws: number | undefined },
): string {
  if (what === 'mean' || draws === 1) return `z${number}`;
  if (what === 'stddev' || what === 'codes') return `${what === 'codes' ? 'code' : what}${number}`;
  const [outer, inner] = [Math.ceil(number / latent), ((number - 1) % latent) + 1];
  return what === 'draws' ? `draw${outer}_z${inner}` : `covariance${outer}_${inner}`;
}
