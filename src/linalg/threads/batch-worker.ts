// The entry of a worker thread of Node that computes with batches of matrices.
import { parentPort } from 'node:worker_threads';
import { serve } from '../../core/messages/index.ts';
import type { WorkerScope } from '../../core/messages/index.ts';
import { operations } from './operations.ts';
import type { BatchTask } from './operations.ts';
import { Room, matricesOf } from './shared-batch.ts';

serve(parentPort as unknown as WorkerScope, {
  compute: ({ operation, batch, options }: BatchTask) => {
    const room = new Room(batch);
    return room.keep(operations[operation](matricesOf(batch), options, room.make));
  },
});
