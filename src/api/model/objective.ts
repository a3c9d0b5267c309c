import { ValueError } from '../../core/index.ts';
import type { RunConfig } from '../../io/index.ts';
import type { Vae } from '../../models/index.ts';
import { createObjective, objectives } from '../../objectives/index.ts';
import type { ObjectiveRow, TrainingObjective } from '../../objectives/index.ts';

/** The objective that a configuration describes. @throws ValueError when there is none of that name */
export function objectiveFor(
  { objective, training: { batchSize } }: RunConfig,
  { model, trainingSize }: { readonly model: Vae; readonly trainingSize: number },
): TrainingObjective {
  const { name, ...options } = objective;
  const rows: readonly ObjectiveRow[] = objectives;
  const row = rows.find((each) => each.name === name);
  if (!row) {
    throw new ValueError(`There is no objective '${name}'; known are ${rows.map((each) => each.name).join(', ')}.`);
  }
  const { latent, inputSize } = model;
  return createObjective(row, options, { latent, inputSize, trainingSize, batchSize });
}
