// The entry of a worker thread of Node that runs programs for another thread.
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../core/messages/index.ts';
import type { CallContext, WorkerScope } from '../../core/messages/index.ts';
import { engineService } from '../remote/engine-service.ts';
import type { CompileRequest, RemoteEngineOptions, RunRequest } from '../remote/protocol.ts';
import { HelperState } from './helper-state.ts';

const state = new HelperState(workerData as Int32Array<SharedArrayBuffer>);
const service = engineService();
serve(parentPort as unknown as WorkerScope, {
  createEngine: (options: RemoteEngineOptions, context: CallContext) =>
    state.during(() => service.createEngine(options, context)),
  compile: (request: CompileRequest) => state.during(() => service.compile(request)),
  run: (request: RunRequest) => state.during(() => service.run(request)),
  dispose: (program: number) => state.during(() => service.dispose(program)),
});
