import { arrayFormat, isTablePath, writeArray, writeTable } from '../../api/index.ts';
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
  const { output: file, count = 64, seed = 0, columns, show } = flags;
  if (!isTablePath(file)) arrayFormat(file);
  const run = await openRun(path, flags, output);
  const options = { seed, ...(show && { show }) };
  let shape: readonly number[];
  if (run.config.data.table && isTablePath(file)) {
    const table = await run.sampleTable(count, options);
    await writeTable(file, table);
    shape = [table.rowCount, table.columns.length];
  } else {
    const examples = await run.sample(count, options);
    await writeArray(file, examples, { ...(columns !== undefined && { columns }) });
    shape = examples.shape;
  }
  if (output.json) output.record({ file, count, shape, seed });
  output.say(`${file}: ${count} samples of shape ${shape.slice(1).join('×')}, seed ${seed}`);
  return undefined;
}
