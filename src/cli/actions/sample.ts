import { arrayFormat, writeArray } from '../../api/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';

export interface SampleFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly count?: number;
  readonly seed?: number;
  readonly columns?: number;
  readonly show?: 'mean' | 'mode' | 'draw';
}

export async function sample({ output }: ActionContext, path: string, flags: SampleFlags): Promise<undefined> {
  const { output: file, count = 64, seed = 0, columns, show = 'mean' } = flags;
  arrayFormat(file);
  const run = await openRun(path, flags, output);
  const images = await run.sample(count, { seed, show });
  await writeArray(file, images, { ...(columns !== undefined && { columns }) });
  if (output.json) output.record({ file, count, shape: images.shape, seed });
  output.say(`${file}: ${count} samples of shape ${run.exampleShape.join('×')}, seed ${seed}`);
  return undefined;
}
