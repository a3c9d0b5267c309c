import type { TrainingConfig } from '../config/index.ts';
import { isBetter } from '../objectives/index.ts';
import type { Criterion } from '../objectives/index.ts';
import type { Progress } from './checkpoint.ts';

type Patience = Progress['patience'];

/** What an epoch's validation does to the patience: a gain of `minDelta` over the reference starts it anew. */
export function updatePatience(
  { reference, waited }: Patience,
  value: number | undefined,
  {
    earlyStopping,
    direction = 'max',
  }: { readonly earlyStopping: TrainingConfig['earlyStopping']; readonly direction?: Criterion['direction'] },
): Patience {
  if (value === undefined) return { reference, waited };
  if (!Number.isFinite(value)) return { reference, waited: waited + 1 };
  const least = earlyStopping?.minDelta ?? 0;
  const gained =
    reference === null || isBetter({ direction }, value, direction === 'max' ? reference + least : reference - least);
  return gained ? { reference: value, waited: 0 } : { reference, waited: waited + 1 };
}

/** Whether a training has waited for a better epoch as long as its patience says. */
export function patienceIsOver({ waited }: Patience, options: TrainingConfig['earlyStopping']): boolean {
  return options !== undefined && waited >= options.patience;
}
