import type { TrainingConfig } from '../io/index.ts';
import type { Progress } from './checkpoint.ts';

type Patience = Progress['patience'];

/** What an epoch's validation ELBO does to the patience: a rise of `minDelta` over the reference starts it anew. */
export function updatePatience(
  { reference, waited }: Patience,
  elbo: number | undefined,
  options: TrainingConfig['earlyStopping'],
): Patience {
  if (elbo === undefined) return { reference, waited };
  if (!Number.isFinite(elbo)) return { reference, waited: waited + 1 };
  const rose = reference === null || elbo > reference + (options?.minDelta ?? 0);
  return rose ? { reference: elbo, waited: 0 } : { reference, waited: waited + 1 };
}

export function patienceIsOver({ waited }: Patience, options: TrainingConfig['earlyStopping']): boolean {
  return options !== undefined && waited >= options.patience;
}
