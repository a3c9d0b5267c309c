// The entry of a worker thread of Node that runs programs for another thread.
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../core/messages/index.ts';
import type { WorkerScope } from '../../core/messages/index.ts';
import { engineService } from '../remote/engine-service.ts';
import { HelperState } from './helper-state.ts';

const state = new HelperState(workerData as Int32Array<SharedArrayBuffer>);
const { createEngine, compile, run, dispose } = engineService();
serve(parentPort as unknown as WorkerScope, {
  createEngine: (...given: Parameters<typeof createEngine>) => state.during(() => createEngine(...given)),
  compile: (...given: Parameters<typeof compile>) => state.during(() => compile(...given)),
  run: (...given: Parameters<typeof run>) => state.during(() => run(...given)),
  dispose: (...given: Parameters<typeof dispose>) => state.during(() => dispose(...given)),
});
