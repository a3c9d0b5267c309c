import { UnsupportedError } from '../../core/index.ts';
import { WorkerCalls, packArrays, unpackArrays } from '../../core/messages/index.ts';
import type { PackedArray } from '../../core/messages/index.ts';
import { packGraph } from '../../graph/index.ts';
import type { Engine, NamedArrays, Program, ProgramSpec } from '../engine.ts';
import type { CompileRequest, CompiledFacts, RemoteEngineFacts, RemoteEngineOptions, RunRequest } from './protocol.ts';

/**
 * An engine that computes in a worker which runs `rootsigma/worker`: this thread stays free. Bound inputs are sent once, when a
 * program is compiled, so they must not change; what is written in place (bound outputs, state) stays in its own thread.
 */
export async function createRemoteEngine(
  worker: Worker,
  options: RemoteEngineOptions & { readonly onNotice?: (line: string) => void },
): Promise<Engine> {
  const { onNotice, ...asked } = options;
  const calls = WorkerCalls.of(worker);
  const facts = (await calls.call('createEngine', asked satisfies RemoteEngineOptions, {
    onEvent: (line) => onNotice?.(String(line)),
  })) as RemoteEngineFacts;
  const { engine, ...rest } = facts;
  return { ...rest, compile: (spec) => compile(calls, engine, spec) };
}

async function compile(calls: WorkerCalls, engine: number, spec: ProgramSpec): Promise<Program> {
  if (spec.boundOutputs ?? spec.state) {
    throw new UnsupportedError('compile: a program in a worker has no outputs or state in arrays of this thread.');
  }
  const request: CompileRequest = {
    engine,
    outputs: packGraph(spec.outputs),
    boundInputs: packArrays(spec.boundInputs ?? {}),
    ...(spec.threads !== undefined && { threads: spec.threads }),
  };
  const { program, inputs } = (await calls.call('compile', request)) as CompiledFacts;
  return {
    inputs,
    run: async (feeds: NamedArrays = {}) => {
      const result = await calls.call('run', { program, feeds: packArrays(feeds) } satisfies RunRequest);
      return unpackArrays(result as Record<string, PackedArray>);
    },
    dispose: async () => {
      await calls.call('dispose', program);
    },
  };
}
