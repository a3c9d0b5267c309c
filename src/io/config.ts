import * as v from 'valibot';
import { ValueError } from '../core/index.ts';
import { mostDepth, shown } from './json.ts';
import { tableStateSchema } from './table-state.ts';

/** The version of the layout below. A change that old readers would misread raises it. */
export const configSchemaVersion = 1;

// Each schema states in words what it expects; an error is the JSON path, that expectation, and the value found.

const text = v.pipe(v.string('a string'), v.minLength(1, 'a string that is not empty'));
const finite = (expected: string) => v.pipe(v.number(expected), v.finite(expected));
const positive = v.pipe(finite('a number above 0'), v.gtValue(0, 'a number above 0'));
const nonNegative = v.pipe(finite('a number of at least 0'), v.minValue(0, 'a number of at least 0'));
const fraction = v.pipe(
  finite('a number in [0, 1)'),
  v.minValue(0, 'a number in [0, 1)'),
  v.ltValue(1, 'a number in [0, 1)'),
);
const unit = v.pipe(
  finite('a number in [0, 1]'),
  v.minValue(0, 'a number in [0, 1]'),
  v.maxValue(1, 'a number in [0, 1]'),
);
const whole = (least: number) => {
  const expected = `a whole number of at least ${least}`;
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(least, expected));
};
const oneOf = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `one of ${options.map((option) => `'${option}'`).join(', ')}`);
const object = <const T extends v.ObjectEntries>(entries: T) =>
  v.strictObject(entries, ({ expected }) => {
    if (expected === 'never') return `known keys are ${Object.keys(entries).join(', ')}`;
    // Of a missing key, valibot gives the name in quotes: say what its own schema expects.
    const missing = Object.entries(entries).find(([key]) => expected === JSON.stringify(key));
    return missing ? expectationOf(missing[1]) : 'an object';
  });

function expectationOf(schema: v.ObjectEntries[string]): string {
  const { issues } = v.safeParse(schema, undefined);
  return issues?.[0].message ?? 'a value';
}

const json: v.GenericSchema<JsonValue> = v.lazy(() =>
  v.union(
    [v.string(), v.pipe(v.number(), v.finite()), v.boolean(), v.null(), v.array(json), v.record(v.string(), json)],
    'a JSON value',
  ),
);

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** What each entry that is a name may be. */
export const configChoices = {
  binarize: ['dynamic', 'threshold', 'none'],
  posterior: ['isotropic', 'diagonal', 'full', 'low-rank'],
  root: ['symmetric', 'cholesky'],
  network: ['dense', 'conv', 'residual', 'custom'],
  normalization: ['none', 'batch', 'group'],
  activation: ['relu', 'leaky-relu', 'elu', 'gelu', 'silu', 'softplus', 'tanh', 'sigmoid'],
  likelihood: [
    'bernoulli',
    'continuous-bernoulli',
    'gaussian',
    'laplace',
    'categorical',
    'ordinal',
    'poisson',
    'mixed',
  ],
  stddev: ['shared', 'per-dimension', 'head'],
  schedule: ['constant', 'linear', 'cosine', 'exponential'],
  onNan: ['stop', 'skip', 'rollback'],
} as const;

const dataSchema = object({
  /** The name or folder that `resolveDataset` takes; for arrays given in code, the data set's name. */
  source: text,
  kind: oneOf(['digits', 'sprites', 'idx', 'images', 'npy', 'table', 'array']),
  /** One example: [height, width]. */
  shape: v.pipe(
    v.array(whole(1), 'a list of sizes'),
    v.minLength(1, 'a list of sizes'),
    v.maxLength(8, 'up to 8 sizes'),
  ),
  /** Training examples, before the validation split. */
  count: whole(1),
  binarize: oneOf(configChoices.binarize),
  /** What values the examples can have: numbers in [0, 1] (when absent), any numbers, or encoded rows of a table. */
  support: v.exactOptional(oneOf(['unit-interval', 'real', 'table'])),
  /**
   * How Gaussian and Laplace data are standardised, by the numbers `data.centre` and `data.scale` in model.safetensors: all
   * numbers of an example as a whole, or each by itself. Absent: they are not.
   */
  scale: v.exactOptional(oneOf(['whole', 'each'])),
  /** What the source was made with (the digits' seed and count). */
  options: v.exactOptional(v.record(v.string(), json, 'an object')),
  /** A table's columns and how they became numbers. */
  table: v.exactOptional(tableStateSchema),
});

const modelSchema = v.pipe(
  object({
    preset: oneOf(['vae']),
    posterior: oneOf(configChoices.posterior),
    /** How a full posterior's head emits Σ^{1/2}. */
    root: v.exactOptional(oneOf(configChoices.root)),
    /** Columns of W in D + W Wᵀ. */
    rank: v.exactOptional(whole(1)),
    latent: whole(1),
    /** Absent: dense. `custom`: networks that code gave, which whoever loads the run must give again. */
    network: v.exactOptional(oneOf(configChoices.network)),
    /** Channels after each halving of the image. */
    channels: v.exactOptional(v.pipe(v.array(whole(1), 'a list of channels'), v.minLength(1, 'a list of channels'))),
    normalization: v.exactOptional(oneOf(configChoices.normalization)),
    dropout: v.exactOptional(fraction),
    /** Widths of the encoder's dense hidden layers; the decoder mirrors them. */
    hidden: v.pipe(v.array(whole(1), 'a list of layer widths'), v.maxLength(1000, 'up to 1,000 layer widths')),
    activation: oneOf(configChoices.activation),
    likelihood: oneOf(configChoices.likelihood),
    /** Of a Gaussian or Laplace likelihood, or a mixed one's numeric columns: a fixed number, or how it is learned. */
    stddev: v.exactOptional(
      v.union([positive, v.picklist(configChoices.stddev)], "a number above 0, 'shared', 'per-dimension' or 'head'"),
    ),
    /** Classes or levels of a categorical or ordinal likelihood. */
    classes: v.exactOptional(whole(2)),
  }),
  v.forward(
    v.partialCheck(
      [['posterior'], ['root']],
      ({ posterior, root }) => root === undefined || posterior === 'full',
      "no root unless the posterior is 'full'",
    ),
    ['root'],
  ),
  v.forward(
    v.partialCheck(
      [['posterior'], ['rank']],
      ({ posterior, rank }) => (rank !== undefined) === (posterior === 'low-rank'),
      "a rank exactly when the posterior is 'low-rank'",
    ),
    ['rank'],
  ),
  v.forward(
    v.partialCheck(
      [['network'], ['channels'], ['normalization'], ['dropout']],
      ({ network = 'dense', channels, normalization, dropout }) =>
        network === 'conv' ||
        network === 'residual' ||
        (channels === undefined && normalization === undefined && dropout === undefined),
      "'conv' or 'residual' where there are channels, normalization or dropout",
    ),
    ['network'],
  ),
  v.forward(
    v.partialCheck(
      [['likelihood'], ['stddev']],
      ({ likelihood, stddev }) => stddev === undefined || ['gaussian', 'laplace', 'mixed'].includes(likelihood),
      "no stddev unless the likelihood is 'gaussian', 'laplace' or 'mixed'",
    ),
    ['stddev'],
  ),
  v.forward(
    v.partialCheck(
      [['likelihood'], ['classes']],
      ({ likelihood, classes }) =>
        (classes !== undefined) === (likelihood === 'categorical' || likelihood === 'ordinal'),
      "classes exactly when the likelihood is 'categorical' or 'ordinal'",
    ),
    ['classes'],
  ),
);

const objectiveSchema = object({ name: oneOf(['elbo']), beta: nonNegative });

const moments = {
  beta1: v.exactOptional(fraction),
  beta2: v.exactOptional(fraction),
  epsilon: v.exactOptional(positive),
};
const optimizerSchema = v.variant(
  'name',
  [
    object({ name: v.literal('adam'), learningRate: positive, ...moments }),
    object({ name: v.literal('adamw'), learningRate: positive, ...moments, weightDecay: v.exactOptional(nonNegative) }),
    object({
      name: v.literal('sgd'),
      learningRate: positive,
      momentum: v.exactOptional(fraction),
      nesterov: v.exactOptional(v.boolean('true or false')),
    }),
  ],
  (issue) => (issue.expected === 'Object' ? 'an object' : "one of 'adam', 'adamw', 'sgd'"),
);

const scheduleSchema = object({
  /** How the learning rate goes from its full value, after the warm-up, to `finalFraction` of it at the last step. */
  name: oneOf(configChoices.schedule),
  /** Steps over which it rises linearly from 0 at the start. */
  warmupSteps: v.exactOptional(whole(0)),
  finalFraction: v.exactOptional(unit),
});

const trainingSchema = object({
  epochs: whole(0),
  batchSize: whole(1),
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  /** The gradient's global norm is cut to this. */
  clipNorm: v.exactOptional(positive),
  /** From `warmupEpochs` on, each epoch leaves out the share of the examples that the model explains worst. */
  trim: v.exactOptional(object({ fraction, warmupEpochs: whole(0) })),
  /** The share of the training examples that is held out. */
  validation: fraction,
  /** The share of the held-out examples, those explained worst, that choosing the best epoch leaves out. Absent: none. */
  validationTrim: v.exactOptional(fraction),
  /** Stop after `patience` epochs in which the validation ELBO rose by less than `minDelta`. */
  earlyStopping: v.exactOptional(object({ patience: whole(1), minDelta: v.exactOptional(nonNegative) })),
  /** What to do where a step's loss or gradient is NaN or infinite. Absent: stop. */
  onNan: v.exactOptional(oneOf(configChoices.onNan)),
  seed: whole(0),
  threads: v.exactOptional(whole(1)),
});

/** The run whose weights a training started from, instead of drawn ones. */
const fromSchema = object({
  /** Its folder or address, as it was given. */
  run: text,
  /** Its data. */
  source: text,
  /** How its data were standardised, and those of this run are too. */
  standardization: v.exactOptional(object({ centre: v.array(v.number()), scale: v.array(v.number()) })),
});

const runSchema = object({
  schemaVersion: v.literal(configSchemaVersion, `${configSchemaVersion}`),
  rootsigmaVersion: text,
  data: dataSchema,
  model: modelSchema,
  objective: objectiveSchema,
  training: trainingSchema,
  from: v.exactOptional(fromSchema),
});

export type RunConfig = v.InferOutput<typeof runSchema>;
export type DataConfig = RunConfig['data'];
export type ModelConfig = RunConfig['model'];
export type ObjectiveConfig = RunConfig['objective'];
export type TrainingConfig = RunConfig['training'];
export type OptimizerConfig = TrainingConfig['optimizer'];
export type ScheduleConfig = TrainingConfig['schedule'];

/**
 * Checks a run's configuration: every key known, every value of its type and range.
 *
 * @param options.name what is checked, for messages: a file's name
 * @throws ValueError with one line per problem: JSON path, what was expected, what was found
 */
export function parseRunConfig(value: unknown, options: { readonly name?: string } = {}): RunConfig {
  const name = options.name ?? 'config';
  refuseOtherVersion(value, name);
  if (isDeep(value))
    throw new ValueError(`${name}: is nested more than ${mostDepth} times, which no configuration is.`);
  // Of a list of millions all problems would take much memory: the first is enough to refuse it.
  const first = v.safeParse(runSchema, value, { abortEarly: true });
  if (first.success) return first.output;
  const { issues } = isLong(value) ? first : v.safeParse(runSchema, value);
  const problems = (issues ?? first.issues).map((issue) => `${name}: ${describeIssue(issue)}.`);
  const rest = problems.splice(mostProblems).length;
  throw new ValueError([...problems, ...(rest > 0 ? [`${name}: and ${rest} more.`] : [])].join('\n'));
}

/** Problems that are listed. */
const mostProblems = 20;

function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= mostDepth) return true;
  return Object.values(value).some((entry) => isDeep(entry, depth + 1));
}

/** Whether a value has more parts than a configuration by hand. */
function isLong(value: unknown, room = { left: 10_000 }): boolean {
  if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      if (--room.left < 0 || isLong((value as Record<string, unknown>)[key], room)) return true;
    }
  }
  return room.left < 0;
}

/** A file of a newer layout fails for its version, not for the keys that came with it. */
function refuseOtherVersion(value: unknown, name: string): void {
  const version =
    typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  if (typeof version === 'number' && version > configSchemaVersion) {
    throw new ValueError(
      `${name}: schemaVersion ${version} was written by a newer rootsigma; this one reads up to ${configSchemaVersion}. Update rootsigma.`,
    );
  }
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const items = issue.path ?? [];
  const path = items.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  if (issue.expected === 'never') return `$${path}: unknown key; ${issue.message}`;
  const last = items.at(-1);
  return `$${path}: expected ${issue.message}, found ${shown(last ? last.value : issue.input)}`;
}
