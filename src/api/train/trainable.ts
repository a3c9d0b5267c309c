import { DataError, ValueError, counted } from '../../core/index.ts';
import { stepsPerEpoch } from '../../data/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import { contradictionOf, countsAllSteps, missedIn } from '../../objectives/index.ts';
import type { ObjectiveRow, Scheduled } from '../../objectives/index.ts';
import { partNamed } from '../../parts/index.ts';
import { stepsInAll } from '../../training/index.ts';

/**
 * Checks what no option shows alone: that the numbers of a training fit each other and the data.
 *
 * @throws ValueError or DataError saying which do not
 */
export function checkTrainable(config: RunConfig, splits: DatasetSplits, parts: PartTable): void {
  checkContradictions(config, parts);
  const { training } = config;
  const { epochs, batchSize, schedule, earlyStopping } = training;
  const { warmupSteps = 0 } = schedule;
  const { examples, heldOut } = examplesOf(splits, training.validation);
  const steps = epochs * stepsPerEpoch(examples, batchSize);
  if (warmupSteps >= steps) {
    throw new ValueError(
      `train: a warm-up of ${counted(warmupSteps, 'step')} reaches beyond the end: ${counted(epochs, 'epoch')} of ${counted(examples, 'example')} are ${counted(steps, 'step')}. Choose fewer warmupSteps or more epochs.`,
    );
  }
  if (earlyStopping && heldOut === 0) {
    throw new ValueError(
      'train: patience waits for a better validation ELBO, and no examples are held out: choose a validation share above 0, or leave patience out.',
    );
  }
}

/** Checks what numbers of a training have against each other, whatever the data are. @throws ValueError saying which do not fit */
export function checkContradictions(config: RunConfig, parts: PartTable): void {
  const { epochs, schedule, trim } = config.training;
  if (epochs < 1) throw new ValueError(`train: epochs must be a whole number of at least 1, got ${epochs}.`);
  const { labelled } = config.data.condition ?? {};
  const { infersCondition } = partNamed<ObjectiveRow>('objective', config.objective.name, parts.objective);
  if (labelled !== undefined && !infersCondition) {
    throw new ValueError(
      `train: labelled ${labelled} leaves the other examples without a label, and objective '${config.objective.name}' learns from none such: choose objective 'm2', or leave labelled out.`,
    );
  }
  for (const [name, scheduled] of scheduledOf(config, parts)) {
    const contradiction = contradictionOf(scheduled);
    if (contradiction !== undefined) {
      throw new ValueError(`train: ${name}: ${contradiction}. Leave them out, or choose another schedule.`);
    }
  }
  if (schedule.name === 'constant' && (schedule.finalFraction ?? 1) !== 1) {
    throw new ValueError(
      "train: a 'constant' learning rate keeps its full value, and finalFraction would have no effect. Leave it out, or choose schedule 'linear', 'cosine' or 'exponential'.",
    );
  }
  if (trim && trim.fraction > 0 && trim.warmupEpochs >= epochs) {
    throw new ValueError(
      `train: trim begins after epoch ${trim.warmupEpochs}, and there ${epochs === 1 ? 'is 1' : `are ${epochs}`}: nothing would be left out. Choose more epochs.`,
    );
  }
}

/** What a person should know of numbers that change over the steps: which never come to their value, in so few. */
export function scheduleNotices(config: RunConfig, splits: DatasetSplits, parts: PartTable): string[] {
  const { examples } = examplesOf(splits, config.training.validation);
  const steps = stepsInAll(examples, config.training);
  return scheduledOf(config, parts).flatMap(([name, scheduled]) => {
    const missed = missedIn(scheduled, steps);
    return missed === undefined ? [] : [`${name} ${missed}.`];
  });
}

/** What a run that goes on to another number of epochs says of what is a function of all its steps. */
export function resumedScheduleNotices(before: RunConfig, config: RunConfig, parts: PartTable): string[] {
  const [was, will] = [before.training.epochs, config.training.epochs];
  const { name: ofRate } = config.training.schedule;
  const scalars = scheduledOf(config, parts).filter(([, scheduled]) => countsAllSteps(scheduled));
  const names = [
    ...(ofRate === 'constant' ? [] : [`the learning rate ('${ofRate}')`]),
    ...scalars.map(
      ([name, scheduled]) => `${name} ('${typeof scheduled === 'object' ? scheduled.schedule : scheduled}')`,
    ),
  ];
  if (was === will || names.length === 0) return [];
  return [
    `${names.join(' and ')} ${names.length > 1 ? 'go' : 'goes'} by all steps of the run: from here on as in one of ${counted(will, 'epoch')}, up to here as in one of ${was}. The result is not that of a run that was to have ${will} from its start; for that, train it anew.`,
  ];
}

/** The objective's options that may change over the steps, with what they are. */
function scheduledOf({ objective }: RunConfig, parts: PartTable): (readonly [name: string, Scheduled])[] {
  const { options } = partNamed('objective', objective.name, parts.objective);
  return Object.entries(options).flatMap(([name, { isScheduled }]) =>
    isScheduled && objective[name] !== undefined ? [[name, objective[name] as unknown as Scheduled] as const] : [],
  );
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
