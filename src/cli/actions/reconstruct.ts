import { arrayFormat, writeArray, writeComparison } from '../../api/index.ts';
import { openRun } from '../open-run.ts';
import type { ActionContext } from '../session.ts';
import type { SampleFlags } from './sample.ts';

export interface ReconstructFlags extends SampleFlags {
  readonly data?: string;
}

export async function reconstruct(
  { output }: ActionContext,
  path: string,
  flags: ReconstructFlags,
): Promise<undefined> {
  const { output: file, data, seed } = flags;
  const isPicture = arrayFormat(file) === '.png';
  const run = await openRun(path, flags, output);
  const pairs = await run.testReconstructions(flags.count ?? 40, { data, seed });
  const { reconstructions } = pairs;
  const columns = { ...(flags.columns !== undefined && { columns: flags.columns }) };
  await (isPicture ? writeComparison(file, pairs, columns) : writeArray(file, reconstructions));
  const [count = 0] = reconstructions.shape;
  if (output.json) output.record({ file, count, shape: reconstructions.shape });
  output.say(`${file}: ${count} test examples${isPicture ? ', each above its reconstruction' : ', reconstructed'}`);
  return undefined;
}
