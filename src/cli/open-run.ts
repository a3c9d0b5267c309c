import { load } from './library/index.ts';
import type { EngineName, Run } from './library/index.ts';
import type { Output } from './output.ts';

export interface EngineFlags {
  readonly engine?: EngineName | 'auto';
  readonly threads?: number;
}

/** The run in a folder, on the engine that the flags ask for. */
export function openRun(path: string, { engine, threads }: EngineFlags, output: Output): Promise<Run> {
  return load(path, {
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
    onNotice: output.notice,
  });
}
