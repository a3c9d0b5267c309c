import { NdArray, arrayFormat } from '../library/index.ts';
import type { SplitChoice } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';
import { writePaths } from '../write-paths.ts';

export interface InterpolateFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly pairs?: number;
  readonly steps?: number;
  readonly path?: 'linear' | 'spherical';
  readonly seed?: number;
}

export async function interpolate(
  { output }: ActionContext,
  path: string,
  flags: InterpolateFlags,
): Promise<undefined> {
  const { output: file, data, split, pairs = 8, steps = 10, path: kind = 'linear', seed = 0 } = flags;
  arrayFormat(file);
  const run = await openRun(path, flags, output);
  const examples = await run.examples({ data, split, limit: 2 * pairs, seed });
  const half = Math.floor((examples.shape[0] ?? 0) / 2);
  const size = examples.size / Math.max(1, examples.shape[0] ?? 0);
  const part = (from: number): NdArray =>
    new NdArray(examples.data.subarray(from * size, (from + half) * size), [half, ...run.exampleShape], examples.dtype);
  const paths = await run.interpolate(part(0), part(half), { steps, path: kind });
  await writePaths(file, paths);
  if (output.json) output.record({ file, shape: paths.shape, path: kind, seed });
  output.say(`${file}: ${half} ${kind} paths of ${steps} steps`);
  return undefined;
}
