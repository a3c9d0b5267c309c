import { input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import { apart } from '../nn/index.ts';

/** Numbers in a row of data for a model: of x, and of its condition behind it. */
export function rowSize({ inputSize, conditionSize = 0 }: Pick<Vae, 'inputSize' | 'conditionSize'>): number {
  return inputSize + conditionSize;
}

/** Rows for a model as an input of its expressions, [batch, rowSize]. */
export function rowInput(
  model: Pick<Vae, 'inputSize' | 'conditionSize'>,
  { name = 'x', batch = 'batch' }: { readonly name?: string; readonly batch?: number | string } = {},
): Tensor {
  return input(name, [batch, rowSize(model)]);
}

/** A model before it is given a condition, and the conditions of a batch. */
export interface Conditional {
  readonly model: Vae;
  /** [..., conditionSize] */
  readonly condition: Tensor;
}

/** Rows [..., rowSize] of data as x [..., inputSize] and the model of their conditions; what they are, where it takes some. */
export function ofRows(
  model: Vae,
  rows: Tensor,
): { readonly x: Tensor; readonly model: Vae; readonly conditional?: Conditional } {
  const { conditionSize = 0 } = model;
  if (conditionSize === 0 || !model.given) return { x: rows, model };
  const { value, condition } = apart(rows, conditionSize);
  return { x: value, model: model.given(condition), conditional: { model, condition } };
}

/** Rows [..., n] of anything with a model's condition behind it, [..., n + conditionSize], and the model of their conditions. */
export function withConditions(model: Vae, rows: Tensor): { readonly value: Tensor; readonly model: Vae } {
  const { conditionSize = 0 } = model;
  if (conditionSize === 0 || !model.given) return { value: rows, model };
  const { value, condition } = apart(rows, conditionSize);
  return { value, model: model.given(condition) };
}
