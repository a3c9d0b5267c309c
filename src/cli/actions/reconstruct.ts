import { writeComparison } from '../../api/index.ts';
import { openRun } from '../open-run.ts';
import type { ActionContext } from '../session.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';
import type { SampleFlags } from './sample.ts';

export interface ReconstructFlags extends SampleFlags {
  readonly data?: string;
}

export async function reconstruct(
  { output }: ActionContext,
  path: string,
  flags: ReconstructFlags,
): Promise<undefined> {
  const { output: file, data, seed, formulas } = flags;
  checkExamplesPath(file);
  const isPicture = file.toLowerCase().endsWith('.png');
  const run = await openRun(path, flags, output);
  const pairs = await run.testReconstructions(flags.count ?? 40, { data, seed });
  const { reconstructions } = pairs;
  const columns = { ...(flags.columns !== undefined && { columns: flags.columns }) };
  if (isPicture) await writeComparison(file, pairs, columns);
  const shape = isPicture
    ? reconstructions.shape
    : await writeExamples(file, { run, examples: reconstructions }, { formulas });
  const [count = 0] = shape;
  if (output.json) output.record({ file, count, shape });
  output.say(`${file}: ${count} test examples${isPicture ? ', each above its reconstruction' : ', reconstructed'}`);
  return undefined;
}
