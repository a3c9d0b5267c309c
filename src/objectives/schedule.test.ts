import { describe, expect, it } from 'vitest';
import { ValueError, checkOptions } from '../core/index.ts';
import { contradictionOf, countsAllSteps, describeScheduled, missedIn, scalarAt, scheduled } from './index.ts';
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

  it.each<[unknown, string]>([
    [-4, 'beta must be a number of at least 0, got -4.'],
    [{ value: -4, schedule: 'linear' }, "a schedule whose 'value' is a number of at least 0, not -4, got an object."],
    [
      { value: 4, schedule: 'linaer' },
      "whose 'schedule' is one of 'constant', 'linear', 'cosine', 'cyclical', not 'linaer'",
    ],
    [
      { value: 4, schedule: 'linear', warmupSteps: 1.5 },
      "whose 'warmupSteps' is a whole number of at least 0, not 1.5",
    ],
    [{ value: 4, schedule: 'linear', warmupStep: 5 }, "without 'warmupStep' (did you mean 'warmupSteps'?)"],
    [
      { value: 4, schedule: 'linear', toString: 5 },
      "of value, from, schedule, warmupSteps, cycles, without 'toString',",
    ],
    [{ schedule: 'linear' }, "a schedule with 'value', got an object"],
    [{ value: 4 }, "a schedule with 'schedule'"],
    [{ value: 4, schedule: 'linear', cycles: 2 }, "without 'cycles', which 'cyclical' has alone"],
  ])('says which entry of %j is wrong', (beta, message) => {
    const check = () => {
      checkOptions('train', { beta }, { beta: rule });
    };
    expect(check).toThrow(ValueError);
    expect(check).toThrow(message);
  });

  it('takes an entry that is undefined for one that is absent', () => {
    expect(rule.accepts({ value: 4, schedule: 'linear', warmupSteps: undefined, cycles: undefined })).toBe(true);
  });

  it('is described', () => {
    expect(describeScheduled(4)).toBe('4');
    expect(describeScheduled({ value: 4, schedule: 'constant' })).toBe('4');
    expect(describeScheduled({ value: 4, schedule: 'linear', warmupSteps: 2000 })).toBe(
      '0 to 4 over 2,000 steps (linear)',
    );
    expect(describeScheduled({ value: 4, schedule: 'cyclical', from: 1 })).toBe(
      '1 to 4 over half of each cycle (cyclical, 4 cycles)',
    );
  });
});

describe('a schedule in a training', () => {
  it('contradicts itself where a constant is to come from somewhere', () => {
    const constant: Schedule = { value: 4, schedule: 'constant' };
    for (const fine of [4, constant, { ...constant, schedule: 'linear', warmupSteps: 3 } as const]) {
      expect(contradictionOf(fine)).toBeUndefined();
    }
    expect(contradictionOf({ ...constant, warmupSteps: 0 })).toBe(
      "'constant' is 4 throughout, and 'warmupSteps' would have no effect",
    );
    expect(contradictionOf({ ...constant, from: 1, warmupSteps: 5 })).toContain("'from' and 'warmupSteps'");
  });

  it('depends on how many steps there are exactly where its values do', () => {
    for (const schedule of ['constant', 'linear', 'cosine', 'cyclical'] as const) {
      for (const warmupSteps of [undefined, 5]) {
        const of: Schedule = { value: 2, schedule, ...(warmupSteps !== undefined && { warmupSteps }) };
        const early = (totalSteps: number): number[] => values(of, totalSteps).slice(0, 12);
        const depends = JSON.stringify(early(16)) !== JSON.stringify(early(64));
        expect(countsAllSteps(of), `${schedule} ${warmupSteps}`).toBe(depends);
      }
    }
    expect(countsAllSteps(3)).toBe(false);
  });

  it('misses its value exactly where no step has it', () => {
    for (const schedule of ['linear', 'cosine', 'cyclical'] as const) {
      for (const warmupSteps of [undefined, 0, 1, 6, 7, 20]) {
        for (const totalSteps of [1, 2, 7, 8, 40]) {
          const of: Schedule = { value: 0.3, from: 0.1, schedule, ...(warmupSteps !== undefined && { warmupSteps }) };
          const found = missedIn(of, totalSteps);
          const comes = values(of, totalSteps).some((value) => Math.abs(value - 0.3) < 1e-12);
          expect(found?.includes('never to 0.3') ?? false, `${schedule} ${warmupSteps} ${totalSteps}`).toBe(!comes);
          if (!found?.includes('never')) continue;
          const best = Math.max(...values(of, totalSteps));
          expect(found).toContain(`comes from 0.1 to ${Number(best.toPrecision(3))} and never`);
        }
      }
    }
  });

  it('never rises in cycles of one step', () => {
    expect(missedIn({ value: 4, schedule: 'cyclical', cycles: 100 }, 7)).toBe(
      'stays at 4: 100 cycles in 7 steps leave each one step, in which nothing rises',
    );
    expect(missedIn({ value: 4, schedule: 'cyclical', cycles: 2 }, 8)).toBeUndefined();
    expect(missedIn(4, 7)).toBeUndefined();
    expect(missedIn({ value: 4, from: 4, schedule: 'linear', warmupSteps: 100 }, 7)).toBeUndefined();
  });
});
