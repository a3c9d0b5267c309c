// What no option shows alone: schedules that contradict themselves, and such as never come to their value.
import { describe, expect, it } from 'vitest';
import { makeDigits, train } from '../index.ts';
import type { TrainOptions } from '../index.ts';

const digits = makeDigits({ seed: 0, count: 60 });
/** Five steps an epoch. */
const small: TrainOptions = { latent: 2, hidden: [4], epochs: 1, batchSize: 10, validation: 0.1, threads: 1 };

async function noticesOf(options: TrainOptions): Promise<string[]> {
  const notices: string[] = [];
  const onNotice = (line: string): number => notices.push(line);
  await (await train(digits, { ...small, ...options, onNotice })).dispose();
  return notices.filter((line) => !line.includes('grey'));
}

describe('a training refuses', () => {
  it.each<[string, TrainOptions, string]>([
    ['a constant with a warm-up', { beta: { value: 4, schedule: 'constant', warmupSteps: 5 } }, "beta: 'constant' is 4 throughout, and 'warmupSteps' would have no effect"], // prettier-ignore
    ['a constant that comes from somewhere', { objective: 'beta-tc', gamma: { value: 4, schedule: 'constant', from: 1 } }, "gamma: 'constant' is 4 throughout, and 'from'"], // prettier-ignore
    ['a constant learning rate that falls', { set: { 'training.schedule.finalFraction': 0.1 } }, 'finalFraction would have no effect'], // prettier-ignore
  ])('%s', async (_, options, message) => {
    await expect(train(digits, { ...small, ...options })).rejects.toThrow(message);
  });
});

describe('a training says', () => {
  it('which weights never come to their value, and no more', async () => {
    const line = (value: number, options: object) => ({ value, schedule: 'linear', ...options }) as const;
    expect(await noticesOf({ beta: line(4, { warmupSteps: 100 }) })).toEqual([
      'beta comes from 0 to 0.16 and never to 4: the warm-up is longer than the 5 steps of the training.',
    ]);
    expect(await noticesOf({ beta: line(4, { warmupSteps: 4 }) })).toEqual([]);
    expect(await noticesOf({ beta: { value: 4, schedule: 'cyclical', cycles: 100 } })).toEqual([
      'beta stays at 4: 100 cycles in 5 steps leave each one step, in which nothing rises.',
    ]);
  });

  it('that one latent dimension has no total correlation', async () => {
    for (const objective of ['beta-tc', { name: 'factor', discriminatorLayers: 1, discriminatorWidth: 4 }] as const) {
      const [line = '', ...others] = await noticesOf({ objective, latent: 1 });
      expect(others).toEqual([]);
      expect(line).toMatch(
        /^objective '(beta-tc|factor)': one latent dimension has no total correlation by definition/,
      );
      expect(await noticesOf({ objective, latent: 2 })).toEqual([]);
    }
  });
});
