import { builtInParts } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Vae } from '../../models/index.ts';
import { createObjective } from '../../objectives/index.ts';
import type { ObjectiveRow, TrainingObjective } from '../../objectives/index.ts';
import { partNamed } from '../../parts/index.ts';

/**
 * The objective that a configuration describes.
 *
 * @param options.parts the table in which it stands. Default: the built-in ones
 * @throws ValueError when there is none of that name
 */
export function objectiveFor(
  { objective, training: { batchSize } }: RunConfig,
  {
    model,
    trainingSize,
    parts = builtInParts,
  }: { readonly model: Vae; readonly trainingSize: number; readonly parts?: PartTable | undefined },
): TrainingObjective {
  const { name, ...options } = objective;
  const row = partNamed<ObjectiveRow>('objective', name, parts.objective);
  const { latent, inputSize } = model;
  return createObjective(row, options, { latent, inputSize, trainingSize, batchSize });
}
