import { whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import type { WriteTableOptions } from '../library/index.ts';
import { readInput } from '../matrix-input.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { engineOptions, formulasOption, givenOption, option, outputOptions, required } from '../flags.ts';
import type { OutputOptions } from '../output.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';

interface DecodeFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data: string;
  readonly codes?: boolean;
  readonly columns?: number;
  readonly given?: string;
  readonly formulas?: WriteTableOptions['formulas'];
}

export const decodeCommand: CommandRow<[path: string], DecodeFlags> = {
  name: 'decode',
  summary: 'E[x|z] of given codes',
  args: [['<run>', "a run's folder"]],
  options: [
    required('--data <file>', 'codes z, one a row, as .npy, .csv, .json or .parquet; - reads stdin'),
    required('-o, --output <file>', 'where to: .png (one sheet), .npy, .csv, .json or .parquet'),
    option('--codes', 'of a VQ-VAE: the data are numbers of codes, as encode --what codes writes them'),
    givenOption,
    option('--columns <n>', 'images a row, for .png', whole(1)),
    formulasOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma decode runs/digits-diagonal --data embedding.csv -o decoded.png',
    'rootsigma decode runs/digits-vq --data codes.csv --codes -o decoded.png',
  ],
  run: decode,
};

async function decode(context: CommandContext, [path]: [path: string], flags: DecodeFlags): Promise<undefined> {
  const { output, library } = context;
  const { output: file, data, columns, formulas } = flags;
  checkExamplesPath(library, file);
  const codes = await readInput(context, data);
  const run = await openRun(context, path, flags);
  const examples = await run.decode(codes, { given: flags.given, codes: flags.codes });
  const shape = await writeExamples(library, file, { run, examples }, { columns, formulas });
  if (output.json) output.record({ file, count: examples.shape[0] ?? 0, shape });
  output.say(`${file}: ${examples.shape[0] ?? 0} codes decoded`);
  return undefined;
}
