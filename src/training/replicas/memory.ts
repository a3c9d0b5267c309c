import { bytesInWords } from '../../core/index.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { exchangeBytes } from './thread-exchange.ts';
import { planStep } from './plan.ts';
import type { Rank, StepPlan } from './plan.ts';
import type { RowStep } from './row-step.ts';
import type { Sharing } from './sharing.ts';

/** What memory there is for other threads. */
export interface SpareMemory {
  /** Bytes that are left beside what one thread takes; NaN where nobody knows. */
  readonly bytes: number;
  /** What a step makes of a batch at its peak, in bytes, whoever takes it. */
  readonly step: number;
}

/** Copies as long as all parameters that comparing the first shared step with one thread's takes, beside the optimiser's: the parameters, both gradients. */
const copiesOfCheck = 3;

/**
 * Bytes that threads take which share a step, besides what one thread takes that does it alone: followers have parameters and gradients
 * of their own, and their ranges of the optimiser's arrays; there is the memory that all share; what the layers make of a batch is there
 * once more, in parts; and the first step makes copies, as one thread computes it too.
 *
 * @param slots how many arrays the optimiser has
 */
export function sharedBytes(
  plan: StepPlan,
  { slots, step }: { readonly slots: number; readonly step: number },
): number {
  const followers = plan.ranges.slice(1).map(({ from, to }) => 2 * plan.length + slots * (to - from));
  const check = (copiesOfCheck + slots) * plan.length;
  return 4 * (followers.reduce((sum, count) => sum + count, 0) + check) + exchangeBytes(plan) + step;
}

/**
 * Has fewer threads share steps where all of them would not fit, by half and half again, down to one.
 *
 * @param options.spare undefined where it is no matter
 * @param options.slots how many arrays the optimiser has
 * @returns `sharing`: the wish itself where it fits; and what to say of it where it does not
 */
export function withinMemory(
  wish: Sharing,
  {
    spare,
    parted,
    parameters,
    slots,
    of,
  }: {
    readonly spare: SpareMemory | undefined;
    readonly parted: RowStep | undefined;
    readonly parameters: readonly StoredSpec[];
    readonly slots: number;
    /** Whose threads they are, where they are those of one of several processes. */
    readonly of?: Rank | undefined;
  },
): { readonly sharing: Sharing; readonly notice?: string } {
  if (!spare || wish.count === 1) return { sharing: wish };
  const { step } = spare;
  // Threads of ONNX Runtime's, which part each op, have a session of their own.
  const bytesOf = (count: number): number =>
    parted && wish.by === 'rows' ? sharedBytes(planStep(parted, parameters, count, of), { slots, step }) : step;
  const isEnough = (count: number): boolean => !(bytesOf(count) > spare.bytes);
  if (isEnough(wish.count)) return { sharing: wish };
  let count = wish.by === 'rows' ? wish.count / 2 : 1;
  while (count > 1 && !isEnough(count)) count /= 2;
  return {
    sharing: { count, by: count === 1 ? 'ops' : 'rows' },
    notice: `${count} of ${wish.count} threads take${count === 1 ? 's' : ''} the training steps: all of them would need ${bytesInWords(bytesOf(wish.count))} of memory more than one, and ${bytesInWords(spare.bytes)} are left.`,
  };
}
