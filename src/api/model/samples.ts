import { partNamed } from '../../parts/index.ts';
import type { ObjectiveRow } from '../../objectives/index.ts';
import type { TrainedModel } from './trained-model.ts';

/**
 * Why draws of the prior are no codes of a model, in a sentence: its objective asks nothing of how codes are spread, and the
 * prior was not fitted to them. Undefined where they are.
 */
export function whyNoSamples({
  config,
  parts,
  model,
}: Pick<TrainedModel, 'config' | 'parts' | 'model'>): string | undefined {
  const { leavesPrior } = partNamed<ObjectiveRow>('objective', config.objective.name, parts.objective);
  if (!leavesPrior || model.fitPrior) return undefined;
  return `the objective '${config.objective.name}' asks nothing of how codes are spread, so draws of the prior '${config.model.prior.name}' are no codes of this model: train it with prior 'ex-post-mixture', which is fitted to the codes when training is over.`;
}
