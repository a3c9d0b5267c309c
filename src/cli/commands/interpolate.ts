import { NdArray, counted } from '../../core/index.ts';
import { whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import type { SplitChoice } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { choice, engineOptions, givenOption, option, outputOptions, required, splitOption } from '../flags.ts';
import type { OutputOptions } from '../output.ts';
import { writePaths } from '../write-paths.ts';

interface InterpolateFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly pairs?: number;
  readonly steps?: number;
  readonly path?: 'linear' | 'spherical';
  readonly seed?: number;
  readonly given?: string;
}

export const interpolateCommand: CommandRow<[path: string], InterpolateFlags> = {
  name: 'interpolate',
  summary: 'what lies between two examples: E[x|z] along the way from one to the other',
  args: [['<run>', "a run's folder"]],
  options: [
    required('-o, --output <file>', 'where to: .png (a pair a row), .npy, .csv or .json'),
    option('--data <data>', 'other data than it was trained on'),
    splitOption,
    option('--pairs <n>', 'how many pairs of examples (default: 8)', whole(1)),
    option('--steps <n>', 'points on each path, both ends included (default: 10)', whole(2)),
    choice('--path <kind>', 'spherical keeps to where N(0, I) has its mass (default: linear)', ['linear', 'spherical']),
    givenOption,
    option('--seed <n>', 'which examples (default: 0)', whole(0)),
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma interpolate runs/digits-diagonal -o between.png',
    'rootsigma interpolate runs/digits-diagonal -o between.png --path spherical --seed 3',
  ],
  run: interpolate,
};

async function interpolate(
  context: CommandContext,
  [path]: [path: string],
  flags: InterpolateFlags,
): Promise<undefined> {
  const { output, library } = context;
  const { output: file, data, split, pairs = 8, steps = 10, path: kind = 'linear', seed = 0 } = flags;
  library.arrayFormat(file);
  const run = await openRun(context, path, flags);
  const examples = await run.examples({ data, split, limit: 2 * pairs, seed });
  const half = Math.floor((examples.shape[0] ?? 0) / 2);
  const size = examples.size / Math.max(1, examples.shape[0] ?? 0);
  const part = (from: number): NdArray =>
    new NdArray(examples.data.subarray(from * size, (from + half) * size), [half, ...run.exampleShape], examples.dtype);
  const paths = await run.interpolate(part(0), part(half), { steps, path: kind, given: flags.given });
  await writePaths(library, file, paths);
  if (output.json) output.record({ file, shape: paths.shape, path: kind, seed });
  output.say(`${file}: ${counted(half, `${kind} path`)} of ${counted(steps, 'step')}`);
  return undefined;
}
