import type { OptionRule } from '../../core/index.ts';
import { rule } from '../../core/index.ts';
import { modelOptionRules } from '../../api/train/model-options.ts';

/** An option of a training that belongs to no part: how the form shows it. */
export interface PlainField {
  readonly name: string;
  /** Among the options of the data, where its name is another there. */
  readonly dataName?: string;
  readonly group: 'Data' | 'Model' | 'Training';
  readonly help: string;
  readonly rule: OptionRule;
  readonly default?: unknown;
  readonly when?: Readonly<Record<string, readonly string[]>>;
}

const { epochs, batchSize, optimizer, learningRate, weightDecay, momentum, schedule, warmupSteps, clipNorm, trim } = modelOptionRules; // prettier-ignore
const { validation, validationTrim, patience, onNan, seed, threads, latent, condition, labelled, binarize } = modelOptionRules; // prettier-ignore

/** How data are read: what the sources take of it, they say. */
export const dataFields: readonly PlainField[] = [
  { name: 'count', group: 'Data', help: 'training examples to draw, for data drawn by code', rule: rule.whole(1) },
  { name: 'testCount', group: 'Data', help: 'test examples to draw, for data drawn by code', rule: rule.whole(1) },
  { name: 'dataSeed', dataName: 'seed', group: 'Data', help: 'seed of data drawn by code, and of a test split held out', rule: rule.whole(0), default: 0 }, // prettier-ignore
  { name: 'testFraction', group: 'Data', help: 'share of the examples that is held out as test split, where there is none', rule: rule.number({ least: 0, below: 1 }) }, // prettier-ignore
  { name: 'imageSize', dataName: 'size', group: 'Data', help: 'rows and columns that images are made of, for folders of images', rule: rule.whole(1, 4096) }, // prettier-ignore
  {
    name: 'imageChannels',
    dataName: 'channels',
    group: 'Data',
    help: '1: grey; 3: colour; for folders of images',
    rule: rule.oneOf([1, 3]),
  },
  { name: 'header', group: 'Data', help: 'whether the first line of a table has the names of its columns', rule: rule.flag }, // prettier-ignore
  { name: 'delimiter', group: 'Data', help: 'what parts the fields of a table', rule: { ...rule.text, accepts: (value) => typeof value === 'string' && value.length === 1 } }, // prettier-ignore
];

/** Options of `train` that no row of the table of parts has. */
export const plainFields: readonly PlainField[] = [
  { name: 'binarize', group: 'Data', help: 'how grey becomes 0 and 1: drawn anew at each step, by a threshold, or not at all', rule: binarize }, // prettier-ignore
  { name: 'validation', group: 'Data', help: 'share of the training examples held out to choose the best epoch', rule: validation, default: 0.1 }, // prettier-ignore
  { name: 'condition', group: 'Data', help: 'what the model is given of each example and does not model: label, or columns of a table', rule: condition }, // prettier-ignore
  { name: 'labelled', group: 'Data', help: 'so many examples keep their label, of each class by its share', rule: labelled, when: { objective: ['m2'] } }, // prettier-ignore
  { name: 'latent', group: 'Model', help: 'dimensions of z', rule: latent, default: 16 },
  { name: 'epochs', group: 'Training', help: 'passes over the training examples; 20, with few examples more', rule: epochs }, // prettier-ignore
  { name: 'batchSize', group: 'Training', help: 'examples of a step; 128, at most a quarter of all', rule: batchSize },
  { name: 'optimizer', group: 'Training', help: 'what makes steps of gradients', rule: optimizer, default: 'adam' },
  { name: 'learningRate', group: 'Training', help: 'how large the steps are', rule: learningRate, default: 0.001 },
  { name: 'weightDecay', group: 'Training', help: 'how much of a weight a step takes away', rule: weightDecay, default: 0.01, when: { optimizer: ['adamw'] } }, // prettier-ignore
  { name: 'momentum', group: 'Training', help: 'how much of a step goes on in the next', rule: momentum, default: 0, when: { optimizer: ['sgd'] } }, // prettier-ignore
  { name: 'schedule', group: 'Training', help: 'how the learning rate falls', rule: schedule, default: 'constant' },
  { name: 'warmupSteps', group: 'Training', help: 'steps over which the learning rate rises from 0', rule: warmupSteps, default: 0 }, // prettier-ignore
  { name: 'clipNorm', group: 'Training', help: "cuts the gradient's norm to this; without, nothing is cut", rule: clipNorm }, // prettier-ignore
  { name: 'patience', group: 'Training', help: 'stops after so many epochs without a better one; without, never', rule: patience }, // prettier-ignore
  { name: 'onNan', group: 'Training', help: 'where a loss or gradient is not finite: stop, skip the step, or go back to the last good state', rule: onNan, default: 'stop' }, // prettier-ignore
  { name: 'trim', group: 'Training', help: 'share of the examples that each epoch leaves out, those explained worst', rule: trim, default: 0 }, // prettier-ignore
  { name: 'validationTrim', group: 'Training', help: 'share of the held-out examples that choosing the best epoch leaves out', rule: validationTrim }, // prettier-ignore
  { name: 'seed', group: 'Training', help: 'the same seed, machine and threads: the same numbers to the bit', rule: seed, default: 0 }, // prettier-ignore
  {
    name: 'threads',
    group: 'Training',
    help: 'threads that share the work; without, the physical cores',
    rule: threads,
  },
];
