import { expect, it, vi } from 'vitest';
import { createVae } from '../../models/index.ts';
import { buildStep } from '../step-graph.ts';
import { Exchange } from './thread-exchange.ts';
import type { FollowerTask, FollowerThread } from './follower-thread.ts';
import { planStep } from './plan.ts';
import { partByRows } from './row-step.ts';
import { Team } from './team.ts';

const threads = vi.hoisted(() => ({ startFollower: vi.fn<() => FollowerThread>(), beforeExit: () => () => undefined }));
vi.mock('#threads', () => threads);

it('waits for the end of threads of which one does not start: the process may not end before', async () => {
  const model = createVae({ inputSize: 20, latent: 2, hidden: [8], activation: 'relu', posterior: 'diagonal' });
  const exchange = new Exchange(planStep(partByRows(buildStep(model, 40))!, model.parameters, 2));
  const holds: boolean[] = [];
  const problem = new Error('no memory');
  threads.startFollower.mockReturnValue({
    ready: new Promise(() => undefined),
    failure: Promise.resolve(problem),
    end: Promise.resolve(),
    kill: () => undefined,
    hold: (on) => holds.push(on),
  });
  await expect(Team.start(exchange, {} as FollowerTask)).rejects.toBe(problem);
  expect(holds).toEqual([true]);
});
