import { has } from '../../models/index.ts';
import { partNamed } from '../../parts/index.ts';
import type { ObjectiveRow } from '../../objectives/index.ts';
import type { TrainedModel } from './trained-model.ts';

/**
 * Why draws of the prior are no codes of a model, in a sentence: its codes are discrete, or its objective asks nothing of how codes are
 * spread and the prior was not fitted to them. Undefined where they are.
 */
export function whyNoSamples({
  config,
  parts,
  model,
}: Pick<TrainedModel, 'config' | 'parts' | 'model'>): string | undefined {
  const { posterior, prior } = model.parts;
  if (has(posterior, 'codes') && !has(prior, 'codes')) {
    return `nothing is drawn from a posterior '${posterior.name}' with prior '${prior.name}': its codes are discrete, and the prior is not one over them. Train it with prior 'chow-liu', which is fitted to the codes when training is over.`;
  }
  const { leavesPrior } = partNamed<ObjectiveRow>('objective', config.objective.name, parts.objective);
  if (!leavesPrior || model.fitPrior) return undefined;
  return `the objective '${config.objective.name}' asks nothing of how codes are spread, so draws of the prior '${config.model.prior.name}' are no codes of this model: train it with prior 'ex-post-mixture', which is fitted to the codes when training is over.`;
}

/** Why points between and beside codes are no codes of a model, in a sentence; undefined where they are. */
export function whyNoPaths(run: Pick<TrainedModel, 'config' | 'parts' | 'model'>): string | undefined {
  const { posterior } = run.model.parts;
  const reason = whyNoSamples(run);
  if (reason !== undefined || !has(posterior, 'codes')) return reason;
  return `the codes of a posterior '${posterior.name}' are discrete, and what lies between them means nothing to the decoder.`;
}
