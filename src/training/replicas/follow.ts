import { UnsupportedError } from '../../core/index.ts';
import { createEngine } from '../../engine/index.ts';
import { unpackGraph } from '../../graph/index.ts';
import { Exchange } from './thread-exchange.ts';
import type { FollowerTask } from './follower-thread.ts';
import { BrokenBarrierError } from './barrier.ts';
import { readCommand } from './commands.ts';
import { batchPartOf, planStep } from './plan.ts';
import { Replica } from './replica.ts';
import { partByRows } from './row-step.ts';
import { sharedMember } from './thread-collectives.ts';

/**
 * Takes steps with the lead, on this thread, which it blocks in between: one replica, doing what it is told until it is told
 * to stop.
 *
 * @param onReady called when it waits for commands
 */
export async function follow(
  { member, step, engine: choice, ...options }: FollowerTask,
  onReady: () => void,
): Promise<void> {
  const { index, replicas, memory, of } = member;
  const parted = partByRows({ ...step, outputs: unpackGraph(step.outputs), state: {} }, step);
  if (!parted) throw new UnsupportedError('train: the examples of this step depend on each other.');
  const exchange = new Exchange(planStep(parted, options.parameters, replicas, of), memory);
  const rows = batchPartOf(exchange.plan, index);
  const engine = await createEngine({ engine: choice, threads: 1 });
  const group = of
    ? (await import('./rank-thread-collectives.ts')).rankThread(exchange, index)
    : sharedMember(exchange, index);
  const replica = await Replica.share(engine, { ...options, step: parted, member: group });
  onReady();
  try {
    while (await executeNext()) exchange.activity.done();
    await replica.dispose();
  } catch (error) {
    exchange.barrier.abort();
    // Whoever failed first says why.
    if (!(error instanceof BrokenBarrierError)) throw error;
  } finally {
    exchange.activity.leave();
  }

  /** Waits for a command and executes it; false when it is to stop. */
  async function executeNext(): Promise<boolean> {
    exchange.barrier.wait();
    const command = readCommand(exchange.command, step.names.scalars);
    switch (command.kind) {
      case 'step':
        replica.batch.data.set(exchange.batch.subarray(rows.from, rows.to), rows.from);
        await replica.take(command);
        return true;
      case 'load':
        replica.load(command.array, exchange.flat);
        replica.optimizer.steps = command.steps;
        exchange.barrier.wait();
        return true;
      case 'save':
        replica.save(command.array, exchange.flat);
        exchange.barrier.wait();
        return true;
      case 'stop':
        return false;
    }
  }
}
