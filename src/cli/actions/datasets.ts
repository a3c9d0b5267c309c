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
    "A folder in MNIST's layout is data too: train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz], t10k-… for the test split.",
  );
  return Promise.resolve(undefined);
}
