import type { WriteTableOptions } from '../library/index.ts';
import { readInput } from '../matrix-input.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';

export interface DecodeFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data: string;
  readonly columns?: number;
  readonly formulas?: WriteTableOptions['formulas'];
}

export async function decode(context: ActionContext, path: string, flags: DecodeFlags): Promise<undefined> {
  const { output } = context;
  const { output: file, data, columns, formulas } = flags;
  checkExamplesPath(file);
  const codes = await readInput(data, context);
  const run = await openRun(path, flags, output);
  const examples = await run.decode(codes);
  const shape = await writeExamples(file, { run, examples }, { columns, formulas });
  if (output.json) output.record({ file, count: examples.shape[0] ?? 0, shape });
  output.say(`${file}: ${examples.shape[0] ?? 0} codes decoded`);
  return undefined;
}
