import { asShades, writeComparison } from '../library/index.ts';
import type { SplitChoice } from '../library/index.ts';
import { chosenSplit } from '../chosen-split.ts';
import { openRun } from '../open-run.ts';
import type { ActionContext } from '../session.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';
import type { SampleFlags } from './sample.ts';

export interface ReconstructFlags extends SampleFlags {
  readonly data?: string;
  readonly split?: SplitChoice;
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
  const chosen = await run.testData(data, { split: flags.split });
  output.note(...chosenSplit(chosen, flags.split));
  const pairs = await run.testReconstructions(flags.count ?? 40, { data: chosen.dataset, seed });
  const { reconstructions } = pairs;
  const columns = { ...(flags.columns !== undefined && { columns: flags.columns }) };
  if (isPicture) {
    const shades = { originals: asShades(run, pairs.originals), reconstructions: asShades(run, reconstructions) };
    await writeComparison(file, shades, columns);
  }
  const shape = isPicture
    ? reconstructions.shape
    : await writeExamples(file, { run, examples: reconstructions }, { formulas });
  const [count = 0] = shape;
  if (output.json) output.record({ file, count, shape, split: chosen.split });
  output.say(
    `${file}: ${count} examples of ${chosen.dataset.name}${isPicture ? ', each above its reconstruction' : ', reconstructed'}`,
  );
  return undefined;
}
