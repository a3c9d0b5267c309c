import { CapabilityError } from '../core/index.ts';
import { grad, input, keyInput } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { has, posteriors, priors, requireCapabilities } from '../models/index.ts';
import type { Capability, Vae } from '../models/index.ts';
import { isLearned, parameter, parameterInputs } from '../nn/index.ts';
import type { Parameters } from '../nn/index.ts';
import { createObjective, elboObjective, objectives, ofRows, rowSize } from '../objectives/index.ts';
import type { ObjectiveRow, TrainingObjective } from '../objectives/index.ts';

/** A training step as expressions over x, key, scalars and the parameters. */
export interface StepGraph {
  /** `loss` and, under `metricName` and `gradientName`, the metrics and the gradient of everything learned. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** New values of the state. */
  readonly state: Parameters;
  /** Of x, with the condition behind it where there is one. */
  readonly shape: readonly [rows: number, rowSize: number];
  readonly names: StepNames;
}

/** What a step is fed besides examples and key, and what it says besides the loss. */
export interface StepNames {
  readonly scalars: readonly string[];
  readonly metrics: readonly string[];
}

export function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

/** The output of a metric. */
export function metricName(metric: string): string {
  return `metric/${metric}`;
}

/** The input of a number that changes over the steps. */
export function scalarName(scalar: string): string {
  return `scalar/${scalar}`;
}

/** What an objective draws is apart from what the model does: its draw of z takes the key itself, layers its child 1. */
const objectiveStream = 2;

/** What an objective needs of a posterior, with its usual options. */
function needsOf(row: ObjectiveRow): readonly Capability[] {
  const sizes = { latent: 2, inputSize: 2, batchSize: 16, trainingSize: 16 };
  return createObjective(row, {}, sizes).needs.posterior ?? [];
}

/** Codes of a book follow the encoder by an objective that knows of them, and few priors are of them. */
function requireForCodes(
  { posterior, prior }: Vae['parts'],
  { name, needs }: Pick<TrainingObjective, 'name' | 'needs'>,
) {
  const who = `posterior '${posterior.name}'`;
  if (!needs.posterior?.includes('codes')) {
    throw new CapabilityError(`${who}: the objective '${name}' knows nothing of its codes. Choose objective 'vq'.`);
  }
  if (prior.name !== 'standard-normal' && !has(prior, 'codes')) {
    throw new CapabilityError(
      `${who}: its codes are discrete, and no prior '${prior.name}' is of them. Choose prior 'chow-liu', which is fitted to them when training is over, or 'standard-normal', which is left out of account.`,
    );
  }
}

/** @throws CapabilityError where prior or posterior lack what the objective, or an option of it, needs */
function requireParts({ parts }: Vae, { name, needs }: TrainingObjective): void {
  if (has(parts.posterior, 'codes')) requireForCodes(parts, { name, needs });
  const who = `objective '${name}'${needs.option === undefined ? '' : ` with ${needs.option}`}`;
  if (needs.posterior?.includes('logProbOfDraw') && !has(parts.posterior, 'logProbOfDraw')) {
    const able = (objectives as readonly ObjectiveRow[]).filter(
      (row) => row.needsNoDensity && needsOf(row).every((each) => has(parts.posterior, each)),
    );
    const remedy = `Choose an objective that makes do without (${able.map((row) => row.name).join(', ')}), or a posterior that has it, such as 'diagonal'.`;
    requireCapabilities(who, parts.posterior, needs.posterior, remedy);
  }
  requireCapabilities(who, parts.posterior, needs.posterior ?? [], posteriors);
  requireCapabilities(who, parts.prior, needs.prior ?? [], priors);
}

/**
 * Two losses make one step: the model's parameters follow the gradient of `loss`, the objective's own that of `own`, both as
 * the parameters were before the step.
 *
 * @throws UnsupportedError when the objective needs of a prior or posterior what it does not have
 */
export function buildStep(model: Vae, rows: number, objective = elboObjective(model, rows)): StepGraph {
  requireParts(model, objective);
  const shape = [rows, rowSize(model)] as const;
  const { x, model: given, conditional } = ofRows(model, input('x', shape));
  const key = keyInput('key');
  const specs = [...model.parameters, ...objective.parameters];
  const parameters = parameterInputs(specs);
  const output = given.apply(parameters, x, {
    key,
    mode: 'train',
    draws: objective.draws,
    cutOff: objective.cutsOff,
  });
  const scalars = Object.fromEntries(Object.keys(objective.scalars).map((name) => [name, input(scalarName(name), [])]));
  const { loss, own, metrics } = objective.build({
    x,
    rows,
    key: key.foldIn(objectiveStream),
    model: given,
    conditional,
    parameters,
    output,
    scalars,
    trainingSize: objective.trainingSize,
  });
  const gradientsOf = (value: Tensor, of: typeof specs): (readonly [string, Tensor])[] => {
    const names = of.filter(isLearned).map(({ name }) => name);
    const gradients = grad(
      value,
      names.map((name) => parameter(parameters, name)),
    );
    return gradients.map((gradient, index) => [gradientName(names[index] ?? ''), gradient]);
  };
  const outputs = {
    loss,
    ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [metricName(name), value])),
    ...Object.fromEntries(gradientsOf(loss, [...model.parameters])),
    ...Object.fromEntries(gradientsOf(own ?? loss, [...objective.parameters])),
  };
  const names = { scalars: Object.keys(scalars), metrics: Object.keys(metrics) };
  return { outputs, state: output.state ?? {}, shape, names };
}
