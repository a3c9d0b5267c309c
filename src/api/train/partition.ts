import { splitValidation } from '../../data/index.ts';
import type { Dataset, DatasetSplits } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';
import { keptCounts, keptLabels } from '../data/kept-labels.ts';

/** The examples that are learned from, and those held out to choose the best epoch. */
export interface Parts {
  readonly training: Dataset;
  readonly validation?: Dataset | undefined;
}

export function partition(
  splits: DatasetSplits,
  { training: { validation: fraction, seed } }: Pick<RunConfig, 'training'>,
): Parts {
  if (splits.validation) return { training: splits.train, validation: splits.validation };
  const { train, validation } = splitValidation(splits.train, { fraction, seed });
  return { training: train, validation };
}

/** Which of the examples that are learned from keep their label, where a configuration says how many. @throws ValueError as `keptLabels` */
export function labelledIn({ training }: Parts, { data, training: { seed } }: RunConfig): Uint8Array | undefined {
  const { labelled } = data.condition ?? {};
  return labelled === undefined ? undefined : keptLabels(training, { labelled, seed });
}

/** A configuration whose counts of classes are those of the labels that training keeps. */
export function withKeptCounts(config: RunConfig, splits: DatasetSplits): RunConfig {
  const { condition } = config.data;
  const parts = partition(splits, config);
  const labelled = labelledIn(parts, config);
  if (!condition || !labelled) return config;
  const counts = keptCounts(parts.training, labelled, condition.classes.length);
  return { ...config, data: { ...config.data, condition: { ...condition, counts } } };
}
