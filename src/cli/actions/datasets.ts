import { listDatasets } from '../library/index.ts';
import { formatCount, formatTable } from '../format.ts';
import type { ActionContext } from '../session.ts';

export async function datasets({ output }: ActionContext): Promise<undefined> {
  const known = listDatasets();
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
    'Or your own, by its path: a folder of PNG or JPEG images (one folder a class, if there are classes), a table in a .csv,',
    '.tsv or .parquet file, an array [examples, …] in a .npy or .npz file, or a folder in MNIST’s IDX format.',
  );
  return Promise.resolve(undefined);
}
