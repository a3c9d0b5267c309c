import type { CommandContext, CommandRow } from '../command-row.ts';
import { formatCount, formatTable } from '../format.ts';
import { outputOptions } from '../flags.ts';
import type { DatasetDescription } from '../library/index.ts';
import type { OutputOptions } from '../output.ts';

export const datasetsCommand: CommandRow<[], OutputOptions> = {
  name: 'datasets',
  summary: 'list the data sets that need no files',
  options: outputOptions,
  examples: ['rootsigma datasets', 'rootsigma datasets --json'],
  run: datasets,
};

async function datasets({ output, library }: CommandContext): Promise<undefined> {
  const known = library.listDatasets();
  if (output.json) for (const dataset of known) output.record(dataset);
  const rows = known.map(({ name, description, sampleShape, count, testCount }) => [
    name,
    sampleShape.join('×'),
    `${formatCount(count)} + ${formatCount(testCount)} test`,
    description,
  ]);
  output.say(
    ...formatTable([['name', 'shape', 'examples', ''], ...rows]),
    '',
    ...known.flatMap(whereFrom),
    '',
    'Or your own, by its path: a folder of PNG or JPEG images (one folder a class, if there are classes), a table in a .csv,',
    '.tsv or .parquet file, an array [examples, …] in a .npy or .npz file, or a folder in MNIST’s IDX format.',
  );
  return Promise.resolve(undefined);
}

/** Of what is not drawn by code, where it comes from. */
function whereFrom({ name, download, package: installed }: DatasetDescription): string[] {
  if (download === undefined) return [];
  const first =
    installed === undefined ? 'is' : `is taken from Debian’s package ${installed} where that is installed, else`;
  return [`${name} ${first} downloaded once (${Math.round(download)} MB); it is checked by its checksums.`];
}
