import type { CommandContext } from './command-row.ts';
import type { EngineName, Run } from './library/index.ts';

export interface EngineFlags {
  readonly engine?: EngineName | 'auto';
  readonly threads?: number;
}

/** The run in a folder, on the engine that the flags ask for. */
export function openRun(
  { library, output, ranks }: Pick<CommandContext, 'library' | 'output' | 'ranks'>,
  path: string,
  { engine, threads }: EngineFlags,
): Promise<Run> {
  return library.load(path, {
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
    ...(ranks && { ranks }),
    onNotice: output.notice,
  });
}
