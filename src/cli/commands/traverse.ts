import { NdArray, counted } from '../../core/index.ts';
import { number, whole, wholeList } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import type { Run } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { engineOptions, givenOption, option, outputOptions, required } from '../flags.ts';
import type { OutputOptions } from '../output.ts';
import { writePaths } from '../write-paths.ts';

interface TraverseFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly dimensions?: readonly number[];
  readonly range?: number;
  readonly steps?: number;
  readonly example?: number;
  readonly given?: string;
}

export const traverseCommand: CommandRow<[path: string], TraverseFlags> = {
  name: 'traverse',
  summary: 'what each latent dimension does: E[x|z] as one runs through its range and the others stay',
  args: [['<run>', "a run's folder"]],
  options: [
    required(
      '-o, --output <file>',
      'where to: .png (a dimension a row, those of highest KL first), .npy, .csv or .json',
    ),
    option('--dimensions <list>', 'which, as evaluate numbers them: 1,4,7 (default: all)', wholeList),
    option('--range <r>', 'from −r to r (default: 3)', number),
    option('--steps <n>', 'points on each path (default: 9)', whole(2)),
    givenOption,
    option('--example <n>', 'start from the mean of q(z|x) of test example n, from 1 (default: z = 0)', whole(1)),
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma traverse runs/digits-diagonal -o dimensions.png',
    'rootsigma traverse runs/digits-diagonal -o seven.png --example 8 --dimensions 1,2,3',
  ],
  run: traverse,
};

async function traverse(context: CommandContext, [path]: [path: string], flags: TraverseFlags): Promise<undefined> {
  const { output, library } = context;
  const { arrayFormat, isImageShape, traversalPicture, writePicture } = library;
  const { output: file, dimensions, range, steps, example } = flags;
  arrayFormat(file);
  const run = await openRun(context, path, flags);
  const tooLarge = dimensions?.find((dimension) => dimension > run.model.latent);
  if (tooLarge !== undefined) {
    throw new UsageError(`--dimensions: there is no dimension ${tooLarge}; the model has ${run.model.latent}.`);
  }
  const options = {
    ...(dimensions && { dimensions: dimensions.map((dimension) => dimension - 1) }),
    ...(range !== undefined && { range }),
    ...(steps !== undefined && { steps }),
    given: flags.given,
  };
  const start = example === undefined ? {} : { example: await testExample(run, example) };
  const paths = await run.traverse({ ...options, ...start });
  const count = paths.shape[0] ?? 0;
  if (arrayFormat(file) === '.png' && isImageShape(run.exampleShape)) {
    const at = example === undefined ? {} : { example: example - 1 };
    await writePicture(file, await traversalPicture(run, { ...options, ...at, limit: count }));
  } else {
    await writePaths(library, file, paths);
  }
  if (output.json) output.record({ file, shape: paths.shape });
  output.say(`${file}: ${counted(count, 'dimension')}, ${counted(paths.shape[1] ?? 0, 'step')} each`);
  return undefined;
}

/** Test example `number`, counted from 1. */
async function testExample(run: Run, number: number): Promise<NdArray> {
  const examples = await run.examples({ limit: number });
  if ((examples.shape[0] ?? 0) < number) {
    throw new UsageError(`--example: there is no test example ${number}, only ${examples.shape[0] ?? 0}.`);
  }
  const size = examples.size / number;
  return new NdArray(examples.data.slice((number - 1) * size), run.exampleShape, examples.dtype);
}
