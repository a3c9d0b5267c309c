import { counted } from '../core/index.ts';
import { defaultCycles, scalarAt } from './schedule.ts';
import type { Scheduled } from './schedule.ts';

// What is odd about a number that changes over the steps, for a training of so many: each is a clause for a sentence.

/** What contradicts itself, if anything does: `'constant' is 4 throughout, and 'warmupSteps' would have no effect`. */
export function contradictionOf(scheduled: Scheduled): string | undefined {
  if (typeof scheduled === 'number' || scheduled.schedule !== 'constant') return undefined;
  const idle = (['from', 'warmupSteps'] as const).filter((name) => scheduled[name] !== undefined);
  if (idle.length === 0) return undefined;
  const names = idle.map((name) => `'${name}'`).join(' and ');
  return `'constant' is ${scheduled.value} throughout, and ${names} would have no effect`;
}

/** Whether its value at a step depends on how many steps there are in all. */
export function countsAllSteps(scheduled: Scheduled): boolean {
  if (typeof scheduled === 'number' || scheduled.schedule === 'constant') return false;
  return scheduled.warmupSteps === undefined || scheduled.schedule === 'cyclical';
}

/** How a training of so many steps misses what the schedule is for, if it does: a clause about the number. */
export function missedIn(scheduled: Scheduled, totalSteps: number): string | undefined {
  if (typeof scheduled === 'number' || scheduled.schedule === 'constant') return undefined;
  const { value, schedule, from = 0, cycles = defaultCycles } = scheduled;
  if (value === from) return undefined;
  const isCyclical = schedule === 'cyclical';
  const length = isCyclical ? Math.max(1, Math.ceil(totalSteps / cycles)) : totalSteps;
  const last = Math.max(0, Math.min(length, totalSteps) - 1);
  // Of the way, so that no rounding of the value decides.
  if (scalarAt({ ...scheduled, value: 1, from: 0 }, last, totalSteps) < 1) {
    const nearest = Number(scalarAt(scheduled, last, totalSteps).toPrecision(3));
    return `comes from ${from} to ${nearest} and never to ${value}: the warm-up is longer than the ${counted(length, 'step')} of ${isCyclical ? 'a cycle' : 'the training'}`;
  }
  if (isCyclical && length === 1) {
    return `stays at ${value}: ${counted(cycles, 'cycle')} in ${counted(totalSteps, 'step')} leave each one step, in which nothing rises`;
  }
  return undefined;
}
