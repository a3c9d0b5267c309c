import { arrayFormat, examplesOf, isTablePath, takeFirst, tableOf, writeArray, writeTable } from '../library/index.ts';
import type { Cell, Dataset, NdArray, SplitChoice } from '../library/index.ts';
import { chosenSplit } from '../chosen-split.ts';
import { UsageError } from '../errors.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';

export interface EncodeFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly limit?: number;
  readonly what?: 'mean' | 'stddev' | 'covariance';
  readonly names?: boolean;
}

export async function encode({ output }: ActionContext, path: string, flags: EncodeFlags): Promise<undefined> {
  const { output: file, data, limit, what = 'mean', names = false } = flags;
  if (arrayFormat(file) === '.png')
    throw new UsageError(`${file}: codes are no pictures; use .npy, .csv, .json or .parquet.`);
  if (names && !isTablePath(file)) throw new UsageError(`--names: ${file} holds numbers alone; use .csv or .parquet.`);
  const run = await openRun(path, flags, output);
  const chosen = await run.testData(data, { split: flags.split });
  output.note(...chosenSplit(chosen, flags.split));
  const dataset = limit === undefined ? chosen.dataset : takeFirst(chosen.dataset, limit);
  const { [what]: codes } = await run.encode(examplesOf(dataset));
  const nameOf = (number: number): string => columnName(what, number, run.model.latent);
  if (names) await writeNamed(file, { codes, dataset, nameOf });
  else await writeArray(file, codes, { columnName: nameOf });
  const [count = 0] = codes.shape;
  if (output.json) output.record({ file, count, shape: codes.shape, what, split: chosen.split });
  output.say(`${file}: the ${what} of q(z|x) of ${count} examples, shape ${codes.shape.join('×')}`);
  return undefined;
}

/** A table: the example's file or place, then its numbers. */
async function writeNamed(
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

/** z1, z2, … for the mean; of a covariance also the column: covariance1_2. */
function columnName(what: 'mean' | 'stddev' | 'covariance', number: number, latent: number): string {
  if (what === 'mean') return `z${number}`;
  if (what === 'stddev') return `stddev${number}`;
  return `covariance${Math.ceil(number / latent)}_${((number - 1) % latent) + 1}`;
}
