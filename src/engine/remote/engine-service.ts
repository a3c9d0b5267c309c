import { RootsigmaError } from '../../core/index.ts';
import { packArrays, unpackArrays } from '../../core/messages/index.ts';
import type { CallContext, PackedArray } from '../../core/messages/index.ts';
import { unpackGraph } from '../../graph/index.ts';
import { createEngine } from '../create.ts';
import type { Engine, Program } from '../engine.ts';
import type { CompileRequest, CompiledFacts, RemoteEngineFacts, RemoteEngineOptions, RunRequest } from './protocol.ts';

/** What a worker does for the remote engines of other threads: methods for `serve`. */
export function engineService() {
  const engines: Engine[] = [];
  const programs = new Map<number, Program>();
  let last = 0;
  return {
    async createEngine(options: RemoteEngineOptions, { tell }: CallContext): Promise<RemoteEngineFacts> {
      const { name, choice, threads, notice } = keep(await createEngine({ ...options, onNotice: tell }));
      const optional = { ...(choice !== undefined && { choice }), ...(notice !== undefined && { notice }) };
      return { engine: engines.length - 1, name, threads, ...optional };
    },

    async compile({ engine, outputs, boundInputs, threads }: CompileRequest): Promise<CompiledFacts> {
      const spec = { outputs: unpackGraph(outputs), boundInputs: unpackArrays(boundInputs) };
      const program = await known(engines[engine]).compile({ ...spec, ...(threads !== undefined && { threads }) });
      programs.set(++last, program);
      return { program: last, inputs: program.inputs };
    },

    async run({ program, feeds }: RunRequest): Promise<Record<string, PackedArray>> {
      return packArrays(await known(programs.get(program)).run(unpackArrays(feeds)));
    },

    async dispose(program: number): Promise<void> {
      await programs.get(program)?.dispose();
      programs.delete(program);
    },
  };

  function keep(engine: Engine): Engine {
    engines.push(engine);
    return engine;
  }
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new RootsigmaError('run: the worker does not know this program: it was disposed of.');
  return found;
}
