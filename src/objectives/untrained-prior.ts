import { CapabilityError } from '../core/index.ts';
import type { Vae } from '../models/index.ts';
import { isLearned } from '../nn/index.ts';

/**
 * Refuses a prior that learns, for an objective that nothing of a prior comes into.
 *
 * @throws CapabilityError
 */
export function refuseLearnedPrior(who: string, { parameters, parts }: Pick<Vae, 'parameters' | 'parts'>): void {
  if (!parameters.some((spec) => spec.name.startsWith('prior.') && isLearned(spec))) return;
  throw new CapabilityError(
    `${who}: nothing in it would train the prior '${parts.prior.name}'. Choose prior 'standard-normal', or 'ex-post-mixture', which is fitted to the codes when training is over.`,
  );
}
