import { describe, expect, it } from 'vitest';
import { createVae } from '../../models/index.ts';
import { buildStep } from '../step-graph.ts';
import { Exchange } from './thread-exchange.ts';
import { sharedBytes, withinMemory } from './memory.ts';
import { planStep } from './plan.ts';
import { partByRows } from './row-step.ts';

const model = createVae({ inputSize: 784, hidden: [400], latent: 20, activation: 'relu', posterior: 'diagonal' });
const { parameters } = model;
const parted = partByRows(buildStep(model, 128));
if (!parted) throw new Error('The step cannot be parted.');
const [slots, step] = [2, 1e6];
const planFor = (replicas: number) => planStep(parted, parameters, replicas);
const bytesFor = (replicas: number): number => sharedBytes(planFor(replicas), { slots, step });

it('followers have parameters, gradients and their part of the moments; all share one memory, and the first step makes copies', () => {
  for (const replicas of [2, 4, 8]) {
    const { length, ranges } = planFor(replicas);
    const own = length - (ranges[0]?.to ?? 0);
    const numbers = (replicas - 1) * 2 * length + slots * own + 5 * length;
    expect(bytesFor(replicas)).toBe(4 * numbers + new Exchange(planFor(replicas)).memory.byteLength + step);
  }
});

describe('of the threads that may share steps', () => {
  const take = (count: number, bytes: number, by: 'rows' | 'ops' = 'rows') =>
    withinMemory({ count, by }, { spare: { bytes, step }, parted, parameters, slots });

  it('all do where they fit, and where nobody knows', () => {
    for (const bytes of [bytesFor(8), NaN]) expect(take(8, bytes)).toEqual({ sharing: { count: 8, by: 'rows' } });
    const unknown = { spare: undefined, parted, parameters, slots };
    expect(withinMemory({ count: 8, by: 'rows' }, unknown)).toEqual({ sharing: { count: 8, by: 'rows' } });
  });

  it('as many do as fit, down to one, and a line says so', () => {
    expect(take(8, bytesFor(8) - 1)).toEqual({
      sharing: { count: 4, by: 'rows' },
      notice: expect.stringMatching(/^4 of 8 threads take the training steps: .* need .* MB .* are left/) as string,
    });
    expect(take(8, bytesFor(2)).sharing).toEqual({ count: 2, by: 'rows' });
    expect(take(8, bytesFor(2) - 1)).toEqual({
      sharing: { count: 1, by: 'ops' },
      notice: expect.stringMatching(/^1 of 8 threads takes/) as string,
    });
  });

  it("those of ONNX Runtime's have a session of their own", () => {
    expect(take(3, step, 'ops')).toEqual({ sharing: { count: 3, by: 'ops' } });
    expect(take(3, step - 1, 'ops').sharing).toEqual({ count: 1, by: 'ops' });
  });
});
