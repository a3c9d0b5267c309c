// The entry of a worker thread that takes steps with the lead: one replica, doing what it is told until it is told to stop.
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine } from '../../engine/index.ts';
import { unpackGraph } from '../../graph/index.ts';
import { Exchange } from './exchange.ts';
import { MeetingFailed } from './meeting.ts';
import { readOrder } from './orders.ts';
import { batchPartOf, planStep } from './plan.ts';
import { Replica } from './replica.ts';
import type { FollowerTask } from './team.ts';

const { place, step, ...options } = workerData as FollowerTask;
const { index, replicas, memory } = place;
const graph = { outputs: unpackGraph(step.outputs), state: {}, shape: step.shape };
const exchange = new Exchange(planStep(graph, options.parameters, replicas), memory);
const rows = batchPartOf(exchange.plan, index);
const engine = await createEngine({ engine: 'onnxruntime-node', threads: options.threads });
const replica = await Replica.compile(engine, { ...options, graph, place: { exchange, index } });
parentPort?.postMessage('ready');
try {
  while (await obey()) exchange.activity.rest();
  await replica.dispose();
} catch (error) {
  exchange.meeting.fail();
  // Whoever failed first says why.
  if (!(error instanceof MeetingFailed)) throw error;
} finally {
  exchange.activity.leave();
}

/** Waits for an order and carries it out; false when it is to stop. */
async function obey(): Promise<boolean> {
  exchange.meeting.wait();
  const order = readOrder(exchange.order);
  switch (order.kind) {
    case 'step':
      replica.batch.data.set(exchange.batch.subarray(rows.from, rows.to), rows.from);
      await replica.take(order);
      return true;
    case 'load':
      replica.load(order.array, exchange.flat);
      replica.optimizer.steps = order.steps;
      exchange.meeting.wait();
      return true;
    case 'save':
      replica.save(order.array, exchange.flat);
      exchange.meeting.wait();
      return true;
    case 'stop':
      return false;
  }
}
