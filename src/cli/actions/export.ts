import { openRun } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';

export interface ExportFlags extends OutputOptions {
  readonly output: string;
  readonly overwrite?: boolean;
  readonly root?: 'symmetric';
}

export async function exportModels({ output }: ActionContext, path: string, flags: ExportFlags): Promise<undefined> {
  const { output: folder, overwrite, root } = flags;
  // Nothing is computed: no engine is needed.
  const run = await openRun(path, { engine: 'reference' }, output);
  const files = await run.exportTo(folder, { overwrite, root });
  if (output.json) output.record({ files });
  output.say(...files);
  return undefined;
}
