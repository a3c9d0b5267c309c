import { NdArray, arrayFormat, isImageShape, traversalPicture, writePicture } from '../library/index.ts';
import type { Run } from '../library/index.ts';
import { UsageError } from '../errors.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';
import { writePaths } from '../write-paths.ts';

export interface TraverseFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly dimensions?: readonly number[];
  readonly range?: number;
  readonly steps?: number;
  readonly example?: number;
}

export async function traverse({ output }: ActionContext, path: string, flags: TraverseFlags): Promise<undefined> {
  const { output: file, dimensions, range, steps, example } = flags;
  arrayFormat(file);
  const run = await openRun(path, flags, output);
  const tooLarge = dimensions?.find((dimension) => dimension > run.model.latent);
  if (tooLarge !== undefined) {
    throw new UsageError(`--dimensions: there is no dimension ${tooLarge}; the model has ${run.model.latent}.`);
  }
  const options = {
    ...(dimensions && { dimensions: dimensions.map((dimension) => dimension - 1) }),
    ...(range !== undefined && { range }),
    ...(steps !== undefined && { steps }),
  };
  const start = example === undefined ? {} : { example: await testExample(run, example) };
  const paths = await run.traverse({ ...options, ...start });
  const count = paths.shape[0] ?? 0;
  if (arrayFormat(file) === '.png' && isImageShape(run.exampleShape)) {
    const at = example === undefined ? {} : { example: example - 1 };
    await writePicture(file, await traversalPicture(run, { ...options, ...at, limit: count }));
  } else {
    await writePaths(file, paths);
  }
  if (output.json) output.record({ file, shape: paths.shape });
  output.say(`${file}: ${count} dimensions, ${paths.shape[1] ?? 0} steps each`);
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
