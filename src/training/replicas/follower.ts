// The entry of a worker thread of Node that takes steps with the lead.
import { parentPort, workerData } from 'node:worker_threads';
import { follow } from './follow.ts';
import type { FollowerTask } from './follower-thread.ts';

await follow(workerData as FollowerTask, () => parentPort?.postMessage('ready'));
