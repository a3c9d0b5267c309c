import { describe, expect, it } from 'vitest';
import { learningRateFactor } from './learning-rate.ts';

describe('learningRateFactor', () => {
  it('rises over the warm-up and never starts at zero', () => {
    const schedule = { name: 'constant', warmupSteps: 4 } as const;
    const factors = [0, 1, 2, 3, 4, 99].map((step) => learningRateFactor(schedule, step, 100));
    expect(factors).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
  });

  it.each([
    ['linear', 0.55],
    ['cosine', 0.55],
    ['exponential', Math.sqrt(0.1)],
  ] as const)('%s goes from 1 over its middle to the final fraction', (name, middle) => {
    const schedule = { name, finalFraction: 0.1, warmupSteps: 10 };
    expect(learningRateFactor(schedule, 10, 111)).toBe(1);
    expect(learningRateFactor(schedule, 60, 111)).toBeCloseTo(middle, 12);
    expect(learningRateFactor(schedule, 110, 111)).toBeCloseTo(0.1, 12);
  });

  it('is at its end when only one step follows the warm-up', () => {
    expect(learningRateFactor({ name: 'linear', finalFraction: 0.5 }, 0, 1)).toBe(0.5);
  });
});
