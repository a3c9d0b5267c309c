import { listDatasets } from '../../api/index.ts';
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
    'Data are also a folder of PNG or JPEG images, a .npy or .npz file, or a folder of IDX files: train-images-idx3-ubyte[.gz],',
    'train-labels-idx1-ubyte[.gz] and, for the test split, t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz].',
  );
  return Promise.resolve(undefined);
}
