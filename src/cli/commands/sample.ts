import { whole } from '../arguments.ts';
import type { CommandContext, CommandRow } from '../command.ts';
import type { WriteTableOptions } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { choice, engineOptions, formulasOption, option, outputOptions, required } from '../options.ts';
import type { OutputOptions } from '../output.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';

export interface SampleFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly count?: number;
  readonly seed?: number;
  readonly columns?: number;
  readonly show?: 'mean' | 'mode' | 'draw';
  readonly missing?: boolean;
  readonly formulas?: WriteTableOptions['formulas'];
}

export const sampleCommand: CommandRow<[path: string], SampleFlags> = {
  name: 'sample',
  summary: 'draw new examples from a trained model: z ~ p(z), then x by p(x|z)',
  args: [['<run>', "a run's folder"]],
  options: [
    required(
      '-o, --output <file>',
      'where to: .png (one sheet), .npy, .csv, .json or .parquet; rows of a table: .csv, .tsv or .parquet',
    ),
    option('-n, --count <n>', 'how many (default: 64)', whole(1)),
    option('--no-missing', 'rows of a table: leave no value out, where training rows have gaps'),
    option('--seed <n>', 'which draws (default: 0)', whole(0)),
    choice(
      '--show <what>',
      'of p(x|z): its mean, its mode, or a draw with its noise (default: mean; for tables draw)',
      ['mean', 'mode', 'draw'],
    ),
    option('--columns <n>', 'images a row, for .png', whole(1)),
    formulasOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma sample runs/digits-diagonal -o samples.png',
    'rootsigma sample runs/digits-diagonal -o samples.npy --count 1000 --seed 7',
    'rootsigma sample runs/people-diagonal -o synthetic.csv --count 5000',
  ],
  run: sample,
};

async function sample(context: CommandContext, [path]: [path: string], flags: SampleFlags): Promise<undefined> {
  const { output, library } = context;
  const { output: file, count = 64, seed = 0, columns, show, missing, formulas } = flags;
  checkExamplesPath(library, file);
  const run = await openRun(context, path, flags);
  const examples = await run.sample(count, { seed, ...(show && { show }), ...(missing !== undefined && { missing }) });
  const decode = { seed, labels: true, ...(missing !== undefined && { missing }) };
  const shape = await writeExamples(library, file, { run, examples }, { columns, formulas, decode });
  if (output.json) output.record({ file, count, shape, seed });
  const what = run.columns ? `rows of ${shape[1] ?? 0} columns` : `samples of shape ${shape.slice(1).join('×')}`;
  output.say(`${file}: ${count} ${what}, seed ${seed}`);
  return undefined;
}
