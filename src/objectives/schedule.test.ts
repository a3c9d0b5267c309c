import { describe, expect, it } from 'vitest';
import { describeScheduled, scalarAt, scheduled } from './index.ts';
import type { Schedule, Scheduled } from './index.ts';

const values = (of: Scheduled, totalSteps: number): number[] =>
  Array.from({ length: totalSteps }, (_, step) => scalarAt(of, step, totalSteps));

describe('scalarAt', () => {
  it('stays where it is told no more than a number, or a constant', () => {
    expect(values(3, 4)).toEqual([3, 3, 3, 3]);
    expect(values({ value: 3, schedule: 'constant', from: 1, warmupSteps: 2 }, 4)).toEqual([3, 3, 3, 3]);
  });

  it('rises or falls on a line to its value, and stays there', () => {
    expect(values({ value: 4, schedule: 'linear', warmupSteps: 4 }, 7)).toEqual([0, 1, 2, 3, 4, 4, 4]);
    expect(values({ value: 1, schedule: 'linear', from: 5, warmupSteps: 2 }, 4)).toEqual([5, 3, 1, 1]);
    expect(values({ value: 2, schedule: 'linear', warmupSteps: 0 }, 2)).toEqual([2, 2]);
    // Half of all steps, where nobody says.
    expect(values({ value: 2, schedule: 'linear' }, 8)).toEqual([0, 0.5, 1, 1.5, 2, 2, 2, 2]);
  });

  it('is a function of the step alone where the warm-up is told', () => {
    const of: Schedule = { value: 4, schedule: 'cosine', warmupSteps: 10 };
    for (const step of [0, 3, 9, 10, 50]) expect(scalarAt(of, step, 20)).toBe(scalarAt(of, step, 2000));
  });

  it('follows half a cosine', () => {
    const found = values({ value: 6, schedule: 'cosine', from: 2, warmupSteps: 4 }, 6);
    const half = Math.SQRT1_2;
    [2, 4 - 2 * half, 4, 4 + 2 * half, 6, 6].forEach((wanted, step) => {
      expect(found[step]).toBeCloseTo(wanted, 12);
    });
  });

  it('begins anew in each cycle, as eq. 6 and 7 of Fu et al. have it', () => {
    const [steps, cycles, ratio] = [103, 4, 0.5];
    const found = values({ value: 1, schedule: 'cyclical', cycles }, steps);
    for (let t = 1; t <= steps; t++) {
      const tau = ((t - 1) % Math.ceil(steps / cycles)) / (steps / cycles);
      expect(found[t - 1]).toBeCloseTo(tau <= ratio ? tau / ratio : 1, 12);
    }
    expect(found.filter((value) => value === 0)).toHaveLength(4);
    expect(values({ value: 2, schedule: 'cyclical', cycles: 2, warmupSteps: 1 }, 6)).toEqual([0, 2, 2, 0, 2, 2]);
    // More cycles than steps: none has room to rise.
    expect(values({ value: 2, schedule: 'cyclical', cycles: 9 }, 3)).toEqual([2, 2, 2]);
  });
});

describe('scheduled', () => {
  const rule = scheduled({ least: 0 });

  it('takes a number in its range, or a schedule from and to such', () => {
    for (const value of [0, 4.5, { value: 4, schedule: 'linear' }]) expect(rule.accepts(value)).toBe(true);
    expect(rule.accepts({ value: 4, schedule: 'cyclical', from: 1, warmupSteps: 0, cycles: 3 })).toBe(true);
    for (const value of [-1, NaN, '4', null, [], { value: 4 }, { schedule: 'linear' }]) {
      expect(rule.accepts(value)).toBe(false);
    }
    const linear = { value: 4, schedule: 'linear' };
    for (const wrong of [
      { from: -1 },
      { value: -1 },
      { schedule: 'step' },
      { warmupSteps: 1.5 },
      { cycles: 2 },
      { warmup: 3 },
    ]) {
      expect(rule.accepts({ ...linear, ...wrong })).toBe(false);
    }
    expect(rule.accepts({ ...linear, schedule: 'cyclical', cycles: 0 })).toBe(false);
  });

  it('is described', () => {
    expect(describeScheduled(4)).toBe('4');
    expect(describeScheduled({ value: 4, schedule: 'constant' })).toBe('4');
    expect(describeScheduled({ value: 4, schedule: 'linear', warmupSteps: 2000 })).toBe(
      '0 to 4 over 2000 steps (linear)',
    );
    expect(describeScheduled({ value: 4, schedule: 'cyclical', from: 1 })).toBe(
      '1 to 4 over half of each cycle (cyclical, 4 cycles)',
    );
  });
});
