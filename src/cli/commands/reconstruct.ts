import { counted } from '../../core/index.ts';
import { whole } from '../flag-values.ts';
import { chosenSplit } from '../chosen-split.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import type { SplitChoice } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import { engineOptions, formulasOption, givenOption, option, outputOptions, required, splitOption } from '../flags.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';
import type { SampleFlags } from './sample.ts';

interface ReconstructFlags extends SampleFlags {
  readonly data?: string;
  readonly split?: SplitChoice;
}

export const reconstructCommand: CommandRow<[path: string], ReconstructFlags> = {
  name: 'reconstruct',
  summary: 'encode and decode examples: E[x|z] at the mean of q(z|x)',
  args: [['<run>', "a run's folder"]],
  options: [
    required(
      '-o, --output <file>',
      'where to: .png (each example above its reconstruction), or the reconstructions as .npy, .csv or .json',
    ),
    option('--data <data>', 'other data than it was trained on, also a single image or example'),
    splitOption,
    givenOption,
    option('-n, --count <n>', 'how many (default: 40)', whole(1)),
    option('--seed <n>', 'choose them at random (default: the first ones)', whole(0)),
    option('--columns <n>', 'images a row, for .png (default: 10)', whole(1)),
    formulasOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma reconstruct runs/digits-diagonal -o reconstructions.png',
    'rootsigma reconstruct runs/digits-diagonal -o all.npy --count 10000',
  ],
  run: reconstruct,
};

async function reconstruct(
  context: CommandContext,
  [path]: [path: string],
  flags: ReconstructFlags,
): Promise<undefined> {
  const { output, library } = context;
  const { output: file, data, seed, formulas, given } = flags;
  checkExamplesPath(library, file);
  const isPicture = file.toLowerCase().endsWith('.png');
  const run = await openRun(context, path, flags);
  const chosen = await run.testData(data, { split: flags.split });
  output.note(...chosenSplit(chosen, flags.split));
  const pairs = await run.testReconstructions(flags.count ?? 40, { data: chosen.dataset, seed, given });
  const { reconstructions } = pairs;
  const columns = { ...(flags.columns !== undefined && { columns: flags.columns }) };
  if (isPicture) {
    const { asShades, writeComparison } = library;
    const shades = { originals: asShades(run, pairs.originals), reconstructions: asShades(run, reconstructions) };
    await writeComparison(file, shades, columns);
  }
  const shape = isPicture
    ? reconstructions.shape
    : await writeExamples(library, file, { run, examples: reconstructions }, { formulas });
  const [count = 0] = shape;
  if (output.json) output.record({ file, count, shape, split: chosen.split });
  output.say(
    `${file}: ${counted(count, 'example')} of ${chosen.dataset.name}${isPicture ? ', each above its reconstruction' : ', reconstructed'}`,
  );
  return undefined;
}
