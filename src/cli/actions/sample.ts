import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';

export interface SampleFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly count?: number;
  readonly seed?: number;
  readonly columns?: number;
  readonly show?: 'mean' | 'mode' | 'draw';
}

export async function sample({ output }: ActionContext, path: string, flags: SampleFlags): Promise<undefined> {
  const { output: file, count = 64, seed = 0, columns, show } = flags;
  checkExamplesPath(file);
  const run = await openRun(path, flags, output);
  const examples = await run.sample(count, { seed, ...(show && { show }) });
  const shape = await writeExamples(file, { run, examples }, { columns });
  if (output.json) output.record({ file, count, shape, seed });
  output.say(`${file}: ${count} samples of shape ${shape.slice(1).join('×')}, seed ${seed}`);
  return undefined;
}
