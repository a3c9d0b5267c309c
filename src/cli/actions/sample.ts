import type { WriteTableOptions } from '../library/index.ts';
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
  readonly missing?: boolean;
  readonly formulas?: WriteTableOptions['formulas'];
}

export async function sample({ output }: ActionContext, path: string, flags: SampleFlags): Promise<undefined> {
  const { output: file, count = 64, seed = 0, columns, show, missing, formulas } = flags;
  checkExamplesPath(file);
  const run = await openRun(path, flags, output);
  const examples = await run.sample(count, { seed, ...(show && { show }), ...(missing !== undefined && { missing }) });
  const decode = { seed, labels: true, ...(missing !== undefined && { missing }) };
  const shape = await writeExamples(file, { run, examples }, { columns, formulas, decode });
  if (output.json) output.record({ file, count, shape, seed });
  const what = run.columns ? `rows of ${shape[1] ?? 0} columns` : `samples of shape ${shape.slice(1).join('×')}`;
  output.say(`${file}: ${count} ${what}, seed ${seed}`);
  return undefined;
}
