// The entry of a worker thread of Node that computes with batches of matrices.
import { parentPort } from 'node:worker_threads';
import { packArrays, serve, unpackArray } from '../../core/messages/index.ts';
import type { WorkerScope } from '../../core/messages/index.ts';
import { operations } from './operations.ts';
import type { BatchTask } from './operations.ts';

serve(parentPort as unknown as WorkerScope, {
  compute: ({ operation, matrices, options }: BatchTask) =>
    packArrays(operations[operation](unpackArray(matrices), options)),
});
