import * as v from 'valibot';
import { schema } from '../io/index.ts';

/** What each entry that is a name may be. */
export const trainingChoices = {
  schedule: ['constant', 'linear', 'cosine', 'exponential'],
  onNan: ['stop', 'skip', 'rollback'],
} as const;

const moments = {
  beta1: v.exactOptional(schema.fraction),
  beta2: v.exactOptional(schema.fraction),
  epsilon: v.exactOptional(schema.positive),
};
const optimizerSchema = v.variant(
  'name',
  [
    schema.object({ name: v.literal('adam'), learningRate: schema.positive, ...moments }),
    schema.object({
      name: v.literal('adamw'),
      learningRate: schema.positive,
      ...moments,
      weightDecay: v.exactOptional(schema.nonNegative),
    }),
    schema.object({
      name: v.literal('sgd'),
      learningRate: schema.positive,
      momentum: v.exactOptional(schema.fraction),
      nesterov: v.exactOptional(v.boolean('true or false')),
    }),
  ],
  (issue) => (issue.expected === 'Object' ? 'an object' : "one of 'adam', 'adamw', 'sgd'"),
);

const scheduleSchema = schema.object({
  /** How the learning rate goes from its full value, after the warm-up, to `finalFraction` of it at the last step. */
  name: schema.oneOf(trainingChoices.schedule),
  /** Steps over which it rises linearly from 0 at the start. */
  warmupSteps: v.exactOptional(schema.whole(0)),
  finalFraction: v.exactOptional(schema.unit),
});

/** How a run trains. */
export const trainingSchema = schema.object({
  epochs: schema.whole(0),
  batchSize: schema.whole(1),
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  /** The gradient's global norm is cut to this. */
  clipNorm: v.exactOptional(schema.positive),
  /** From `warmupEpochs` on, each epoch leaves out the share of the examples that the model explains worst. */
  trim: v.exactOptional(schema.object({ fraction: schema.fraction, warmupEpochs: schema.whole(0) })),
  /** The share of the training examples that is held out. */
  validation: schema.fraction,
  /** The share of the held-out examples, those explained worst, that choosing the best epoch leaves out. Absent: none. */
  validationTrim: v.exactOptional(schema.fraction),
  /** Stop after `patience` epochs in which the validation ELBO rose by less than `minDelta`. */
  earlyStopping: v.exactOptional(
    schema.object({ patience: schema.whole(1), minDelta: v.exactOptional(schema.nonNegative) }),
  ),
  /** What to do where a step's loss or gradient is NaN or infinite. Absent: stop. */
  onNan: v.exactOptional(schema.oneOf(trainingChoices.onNan)),
  seed: schema.whole(0),
  threads: v.exactOptional(schema.whole(1)),
});

/** How a run is trained, as config.json has it. */
export type TrainingConfig = v.InferOutput<typeof trainingSchema>;
export type OptimizerConfig = TrainingConfig['optimizer'];
export type ScheduleConfig = TrainingConfig['schedule'];
