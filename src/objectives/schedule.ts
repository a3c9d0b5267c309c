import { counted, expectedOf, nearestName, rule, shownValue } from '../core/index.ts';
import type { OptionRule } from '../core/index.ts';

/** How a number comes to its full value over the steps. */
export const scheduleNames = ['constant', 'linear', 'cosine', 'cyclical'] as const;
/** How a scheduled number comes to its value. */
export type ScheduleName = (typeof scheduleNames)[number];

/** A number that changes over the steps: a weight of the loss, a capacity, a temperature. */
export interface Schedule {
  /** Where it comes to. */
  readonly value: number;
  readonly schedule: ScheduleName;
  /** Where it comes from. Default: 0. */
  readonly from?: number;
  /** Steps that it takes to come there. Default: half of all steps, for `cyclical` half of a cycle. */
  readonly warmupSteps?: number;
  /** How often `cyclical` begins anew over the training. Default: 4. */
  readonly cycles?: number;
}

/** What an option with `isScheduled` is: a number that stays, or a schedule. */
export type Scheduled = number | Schedule;

/** Fu et al.'s M. */
export const defaultCycles = 4;

/**
 * The value at a step, counted from 0: it goes from `from`, at the first step, to `value` and stays there. With t = step / w, at
 * most 1, and w the steps of the warm-up,
 *
 * - constant: `value`
 * - linear: from + (value − from) t (Bowman et al. 2016, Sønderby et al. 2016)
 * - cosine: from + (value − from) (1 − cos πt) / 2
 * - cyclical: as linear, again and again, with t = (step mod c) / w and c = ⌈T / M⌉ steps in a cycle (Fu et al. 2019, eq. 6 and 7)
 *
 * of T steps and M cycles. Without `warmupSteps`, w is half of T or of T / M: their R = 0.5.
 */
export function scalarAt(scheduled: Scheduled, step: number, totalSteps: number): number {
  if (typeof scheduled === 'number') return scheduled;
  const { value, schedule, from = 0, cycles = defaultCycles } = scheduled;
  const share = progressOf(scheduled, step, schedule === 'cyclical' ? totalSteps / cycles : totalSteps);
  switch (schedule) {
    case 'constant':
      return value;
    case 'linear':
    case 'cyclical':
      return from + (value - from) * share;
    case 'cosine':
      return from + ((value - from) * (1 - Math.cos(Math.PI * share))) / 2;
  }
}

/** t, with `length` steps in a cycle; what has no cycles has one. */
function progressOf({ schedule, warmupSteps }: Schedule, step: number, length: number): number {
  const position = schedule === 'cyclical' ? step % Math.max(1, Math.ceil(length)) : step;
  // A cycle of one step has no room to rise.
  const warmup = length > 1 || schedule !== 'cyclical' ? (warmupSteps ?? length / 2) : 0;
  return warmup > 0 ? Math.min(1, position / warmup) : 1;
}

/** The options of a schedule besides its value, each with its rule: what flags and configuration say of it. */
export const scheduleRules = {
  schedule: rule.oneOf(scheduleNames),
  warmupSteps: rule.whole(0),
  cycles: rule.whole(1),
} as const satisfies Partial<Record<keyof Schedule, OptionRule>>;

/** The rule of a number that may change over the steps; where it comes from and to lie in the range. */
export function scheduled(range: rule.NumberRange = {}): OptionRule<Scheduled> {
  const value = rule.number(range);
  const rules: Readonly<Record<string, OptionRule>> = { value, from: value, ...scheduleRules };
  return {
    expected: `${value.expected}, or { value, schedule: ${scheduleNames.join(' | ')}, from?, warmupSteps?, cycles? (of cyclical) }`,
    accepts: (given) =>
      value.accepts(given) || (rule.object.accepts(given) && faultOf(given as object, rules) === undefined),
    expectedOf: (given) =>
      rule.object.accepts(given) ? `a schedule ${faultOf(given as object, rules) ?? ''}` : value.expected,
  };
}

/** What is wrong about an object as a schedule, if anything is: `with a value`, `whose warmupSteps is a whole number of at least 0`. */
function faultOf(given: object, rules: Readonly<Record<string, OptionRule>>): string | undefined {
  const entries: Readonly<Record<string, unknown>> = given as Record<string, unknown>;
  for (const [name, entry] of Object.entries(entries)) {
    if (entry === undefined) continue;
    const own = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!own) {
      const nearest = nearestName(name, Object.keys(rules));
      return `of ${Object.keys(rules).join(', ')}, without '${name}'${nearest === undefined ? '' : ` (did you mean '${nearest}'?)`}`;
    }
    if (!own.accepts(entry)) return `whose '${name}' is ${expectedOf(own, entry)}, not ${shownValue(entry)}`;
  }
  const missing = ['value', 'schedule'].find((name) => entries[name] === undefined);
  if (missing !== undefined) return `with '${missing}'`;
  const isOdd = entries.cycles !== undefined && entries.schedule !== 'cyclical';
  return isOdd ? "without 'cycles', which 'cyclical' has alone" : undefined;
}

/** Where it comes to. */
export function fullValue(scheduled: Scheduled): number {
  return typeof scheduled === 'number' ? scheduled : scheduled.value;
}

/** In words: `4`, or `0 to 4 over 2000 steps (linear)`. */
export function describeScheduled(scheduled: Scheduled): string {
  if (typeof scheduled === 'number') return String(scheduled);
  const { value, schedule, from = 0, warmupSteps, cycles = defaultCycles } = scheduled;
  if (schedule === 'constant') return String(value);
  const isCyclical = schedule === 'cyclical';
  const over =
    warmupSteps === undefined ? `half of ${isCyclical ? 'each cycle' : 'all steps'}` : counted(warmupSteps, 'step');
  return `${from} to ${value} over ${over} (${schedule}${isCyclical ? `, ${counted(cycles, 'cycle')}` : ''})`;
}

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
