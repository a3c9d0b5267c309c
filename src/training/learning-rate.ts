import type { ScheduleConfig } from '../config/index.ts';

/**
 * What the learning rate is multiplied with at a step, counted from 0: a linear rise over the warm-up (the first step
 * already moves), then from 1 down to `finalFraction` at the last step.
 *
 * - constant: 1
 * - linear: 1 − (1 − f) t
 * - cosine: f + (1 − f) (1 + cos πt) / 2 (Loshchilov and Hutter 2017, without restarts)
 * - exponential: fᵗ
 *
 * with t from 0 to 1 over the steps after the warm-up and f = finalFraction.
 */
export function learningRateFactor(schedule: ScheduleConfig, step: number, totalSteps: number): number {
  const warmup = schedule.warmupSteps ?? 0;
  if (step < warmup) return (step + 1) / warmup;
  const remaining = totalSteps - warmup - 1;
  const t = remaining > 0 ? Math.min((step - warmup) / remaining, 1) : 1;
  const final = schedule.finalFraction ?? defaultFinalFraction[schedule.name];
  switch (schedule.name) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - (1 - final) * t;
    case 'cosine':
      return final + ((1 - final) * (1 + Math.cos(Math.PI * t))) / 2;
    case 'exponential':
      return final ** t;
  }
}

/** Where each schedule ends when the configuration does not say. */
const defaultFinalFraction = { constant: 1, linear: 0, cosine: 0, exponential: 0.01 } as const;
