import { builtInParts } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Vae } from '../../models/index.ts';
import { createObjective } from '../../objectives/index.ts';
import type { LabelFacts, ObjectiveRow, TrainingObjective } from '../../objectives/index.ts';
import { partNamed } from '../../parts/index.ts';
import type { Conditions } from '../data/conditions.ts';

/**
 * The objective that a configuration describes.
 *
 * @param options.parts the table in which it stands. Default: the built-in ones
 * @throws ValueError when there is none of that name
 */
export function objectiveFor(
  { data, objective, training: { batchSize } }: RunConfig,
  {
    model,
    trainingSize,
    parts = builtInParts,
    conditions,
  }: {
    readonly model: Vae;
    readonly trainingSize: number;
    readonly parts?: PartTable | undefined;
    /** As training has them. */
    readonly conditions?: Conditions | undefined;
  },
): TrainingObjective {
  const { name, ...options } = objective;
  const row = partNamed<ObjectiveRow>('objective', name, parts.objective);
  const { latent, inputSize } = model;
  const labels = row.infersCondition ? labelFacts(data, conditions, trainingSize) : undefined;
  return createObjective(row, options, { latent, inputSize, trainingSize, batchSize, labels });
}

/** What is known of the examples' classes; `labelled` counts those that keep theirs. @throws ValueError for a condition that is no class */
function labelFacts(
  { condition }: RunConfig['data'],
  conditions: Conditions | undefined,
  trainingSize: number,
): LabelFacts | undefined {
  if (!conditions) return undefined;
  const { counts, share } = conditions.classCounts();
  return { counts, share: condition?.labelled === undefined ? share : condition.labelled / trainingSize };
}
