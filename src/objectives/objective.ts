import { ValueError } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { withPlainDType } from '../graph/index.ts';
import type { GraphKey, Tensor } from '../graph/index.ts';
import type { Capability, Vae, VaeOutput } from '../models/index.ts';
import type { ParameterSpec, Parameters } from '../nn/index.ts';
import { valuesOf } from '../parts/index.ts';
import type { Part, PartOptions, ValuesOf } from '../parts/index.ts';
import { elboCriterion, reconstructionCriterion } from './criterion.ts';
import type { Criterion } from './criterion.ts';
import type { Conditional } from './rows.ts';
import type { Scheduled } from './schedule.ts';

/** What an objective computes its loss from: one batch, as the model sees it. */
export interface ObjectiveContext {
  /** [rows, inputSize] */
  readonly x: Tensor;
  readonly rows: number;
  /** For what the objective itself draws, apart from the model's draws. */
  readonly key: GraphKey;
  /** Where it has a condition, the model of the batch's conditions. */
  readonly model: Vae;
  /** Of a model with a condition: that before it was given any, and the conditions; zeros where one is not known. */
  readonly conditional?: Conditional | undefined;
  /** The model's and the objective's own, by full name. */
  readonly parameters: Parameters;
  /** What the model says of x, with one draw of z an example, or with `draws` of them. */
  readonly output: VaeOutput;
  /** The options with `isScheduled`, as they are at this step. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  /** Examples that are trained on. */
  readonly trainingSize: number;
}

/** What an objective makes of a batch; every tensor is a scalar. */
export interface Losses {
  /** What the model's parameters minimise: a mean over the rows. */
  readonly loss: Tensor;
  /** What the objective's own parameters minimise. Default: `loss`. */
  readonly own?: Tensor;
  /** What is said of a step, means over the batch in nats: the two terms of the ELBO, of a model without a density the first alone. */
  readonly metrics: { readonly reconstruction: Tensor; readonly kl?: Tensor } & Readonly<Record<string, Tensor>>;
}

/** Adam, for an objective's own parameters. */
export interface OwnOptimizer {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Capabilities of prior and posterior. */
export interface ObjectiveNeeds {
  readonly posterior?: readonly Capability[];
  readonly prior?: readonly Capability[];
  /** Which of its options asks for them, where another value does not: `gradient 'dreg'`. */
  readonly option?: string;
}

/** What training minimises. */
export interface Objective {
  /** Its own, such as a discriminator's: named `objective.…`, trained beside the model's and kept in checkpoints only. */
  readonly parameters?: readonly ParameterSpec[];
  /** For them, exactly where there are some. */
  readonly optimizer?: OwnOptimizer;
  /** Whether the loss compares examples of a batch: then a step is never parted by rows. */
  readonly couplesExamples: boolean;
  /** What it needs of prior and posterior; a model that has it not is refused. */
  readonly needs?: ObjectiveNeeds;
  /**
   * Draws of z an example that the loss is made of: `output` then has an axis for them, [rows, draws, …]. Draws of one example
   * depend on each other, and examples do not. Default: one, without an axis.
   */
  readonly draws?: number;
  /** Whether the decoder takes z for a constant (`VaeOutput.decoded`), as the loss gives the encoder a gradient of its own. */
  readonly cutsOff?: boolean;
  /**
   * By what epochs are compared, training stops early and examples are left out. Default: the ELBO, which is not warmed up, or where
   * no density is needed the reconstruction.
   */
  readonly criterion?: Criterion;
  /** What a person should know of it for such sizes, a sentence each: said when a training begins. */
  readonly notices?: readonly string[];
  build(context: ObjectiveContext): Losses;
}

/** What an objective is put together for. */
export interface ObjectiveSizes {
  readonly latent: number;
  readonly inputSize: number;
  readonly trainingSize: number;
  readonly batchSize: number;
  /** Where the condition is one of some classes, which may be unknown (`infersCondition`). */
  readonly labels?: LabelFacts | undefined;
}

/** What training knows of its examples' classes. */
export interface LabelFacts {
  /** Examples of each class, among those whose class is known. */
  readonly counts: readonly number[];
  /** Of the examples that are trained on, the share whose class is known. */
  readonly share: number;
}

/** A row of the table of objectives. */
export interface ObjectiveRow<N extends string = string, O extends PartOptions = PartOptions> extends Part<
  'objective',
  N,
  O
> {
  /**
   * Whether it makes do with a model that has no density log q(z|x), and so no KL (`knownTerms`). Default: false, and such a model is
   * refused. The `criterion` of one that does, does too.
   */
  readonly needsNoDensity?: boolean;
  /**
   * Whether nothing in it draws codes to p(z): draws of the prior are then no codes of this model, unless the prior is fitted to
   * them when training is over (`Prior.fit`). Default: false.
   */
  readonly leavesPrior?: boolean;
  /** Whether it learns from examples whose condition is not known too: the model then has a classifier q(y|x). */
  readonly infersCondition?: true;
  build(options: ValuesOf<O>, sizes: ObjectiveSizes): Objective;
}

/** An objective of one's own as a row of the table: its name, needs, options and `build`. Give it to `train` and `load` as one of `parts`. */
export function defineObjective<const N extends string, const O extends PartOptions>(
  row: Omit<ObjectiveRow<N, O>, 'kind'>,
): ObjectiveRow<N, O> {
  return { kind: 'objective', ...row };
}

/** An objective with its options: what a training takes. */
export interface TrainingObjective extends Required<Omit<Objective, 'optimizer' | 'draws' | 'cutsOff'>> {
  readonly name: string;
  readonly optimizer?: OwnOptimizer;
  readonly draws?: number;
  readonly cutsOff?: boolean;
  /** The options that may change over the steps. */
  readonly scalars: Readonly<Record<string, Scheduled>>;
  readonly trainingSize: number;
}

/** Begins every name of an objective's own parameters. */
export const objectivePrefix = 'objective.';

/**
 * The objective of a row.
 *
 * @param options by name; what is absent takes its default
 * @throws ValueError when an option is unknown or out of its range, or the row's own parameters are not fit for training
 */
export function createObjective(
  row: ObjectiveRow,
  options: Readonly<Record<string, unknown>>,
  sizes: ObjectiveSizes,
): TrainingObjective {
  const where = `objective '${row.name}'`;
  const values = valuesOf(row, options, { shape: [sizes.inputSize] });
  const objective = row.build(values, sizes);
  const {
    parameters = [],
    optimizer,
    couplesExamples,
    needs: asked = {},
    criterion = row.needsNoDensity ? reconstructionCriterion : elboCriterion,
    notices = [],
  } = objective;
  const { draws, cutsOff } = objective;
  const { needsNoDensity = false } = row;
  const ofDensity: readonly Capability[] = needsNoDensity ? [] : ['logProbOfDraw'];
  const needs = { ...asked, posterior: [...new Set([...ofDensity, ...(asked.posterior ?? [])])] };
  const stray = parameters.find(({ name }) => !name.startsWith(objectivePrefix));
  if (stray) {
    throw new ValueError(
      `${where}: its parameter '${stray.name}' must be named ${objectivePrefix}…, so that it is none of the model's.`,
    );
  }
  if (parameters.length > 0 !== (optimizer !== undefined)) {
    throw new ValueError(`${where}: an optimizer is needed exactly where there are parameters of its own.`);
  }
  const scalars = Object.entries(row.options).flatMap(([name, { isScheduled }]) =>
    isScheduled ? [[name, values[name] as Scheduled] as const] : [],
  );
  return {
    name: row.name,
    parameters,
    ...(optimizer && { optimizer }),
    ...(draws !== undefined && { draws }),
    ...(cutsOff && { cutsOff }),
    couplesExamples,
    needs,
    criterion,
    notices: notices.map((notice) => `${where}: ${notice}`),
    scalars: Object.fromEntries(scalars),
    trainingSize: sizes.trainingSize,
    build: (context) => withPlainDType(context.x.dtype as FloatDType, () => objective.build(context)),
  };
}
