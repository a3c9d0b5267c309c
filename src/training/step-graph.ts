import { grad, input, keyInput, mean } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import { isLearned, parameter, parameterInputs } from '../nn/index.ts';
import type { Parameters } from '../nn/index.ts';
import { elboTerms, negativeElbo } from '../objectives/index.ts';

/** A training step as expressions over x, key, beta and the parameters. */
export interface StepGraph {
  /** `loss`, its two parts and, under `gradientName`, the gradient of everything learned. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** New values of the state. */
  readonly state: Parameters;
  /** Of x. */
  readonly shape: readonly [rows: number, inputSize: number];
}

export function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

/** The loss is a mean over the rows. */
export function buildStep(model: Vae, rows: number): StepGraph {
  const shape = [rows, model.inputSize] as const;
  const x = input('x', shape);
  const parameters = parameterInputs(model.parameters);
  const { posterior, likelihood, state = {} } = model.apply(parameters, x, { key: keyInput('key'), mode: 'train' });
  const terms = elboTerms({ posterior, prior: model.prior, likelihood, x });
  const loss = negativeElbo(terms, { beta: input('beta', []) });
  const names = model.parameters.filter(isLearned).map(({ name }) => name);
  const gradients = grad(
    loss,
    names.map((name) => parameter(parameters, name)),
  );
  const outputs = {
    loss,
    reconstruction: mean(terms.reconstruction),
    kl: mean(terms.kl),
    ...Object.fromEntries(gradients.map((gradient, index) => [gradientName(names[index] ?? ''), gradient])),
  };
  return { outputs, state, shape };
}
