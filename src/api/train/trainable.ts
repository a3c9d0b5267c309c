import { DataError, ValueError } from '../../core/index.ts';
import { stepsPerEpoch } from '../../data/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';

/**
 * Checks what no option shows alone: that the numbers of a training fit each other and the data.
 *
 * @throws ValueError or DataError saying which do not
 */
export function checkTrainable({ model, training }: RunConfig, splits: DatasetSplits): void {
  const { epochs, batchSize, schedule, trim, earlyStopping } = training;
  const { warmupSteps = 0 } = schedule;
  if (epochs < 1) throw new ValueError(`train: epochs must be a whole number of at least 1, got ${epochs}.`);
  const { rank } = model.posterior;
  if (typeof rank === 'number' && rank > model.latent) {
    throw new ValueError(
      `train: a low-rank posterior of rank ${rank} has more columns than the ${model.latent} latent dimensions. Choose a rank of at most ${model.latent}, or posterior 'full'.`,
    );
  }
  const { examples, heldOut } = examplesOf(splits, training.validation);
  const steps = epochs * stepsPerEpoch(examples, batchSize);
  if (warmupSteps >= steps) {
    throw new ValueError(
      `train: a warm-up of ${warmupSteps} steps reaches beyond the end: ${epochs} epochs of ${examples} examples are ${steps} steps. Choose fewer warmupSteps or more epochs.`,
    );
  }
  if (trim && trim.fraction > 0 && trim.warmupEpochs >= epochs) {
    throw new ValueError(
      `train: trim begins after epoch ${trim.warmupEpochs}, and there ${epochs === 1 ? 'is 1' : `are ${epochs}`}: nothing would be left out. Choose more epochs.`,
    );
  }
  if (earlyStopping && heldOut === 0) {
    throw new ValueError(
      'train: patience waits for a better validation ELBO, and no examples are held out: choose a validation share above 0, or leave patience out.',
    );
  }
}

/** What a resumed run says of a patience that waits for nothing. */
export function patienceNotices({ training }: RunConfig, splits: DatasetSplits): string[] {
  if (!training.earlyStopping || examplesOf(splits, training.validation).heldOut > 0) return [];
  return ['the run holds no examples out for validation, so patience has no effect: all its epochs are trained.'];
}

/** How many examples are trained on, and how many validate. @throws DataError when there are none at all */
function examplesOf({ train, validation }: DatasetSplits, fraction: number): { examples: number; heldOut: number } {
  if (train.size === 0) throw new DataError(`train: ${train.name} holds no examples.`);
  const heldOut = validation ? 0 : Math.round(fraction * train.size);
  return { examples: train.size - heldOut, heldOut: validation?.size ?? heldOut };
}
