import { input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import { apart } from '../nn/index.ts';

type Sizes = Pick<Vae, 'inputSize' | 'conditionSize'>;

/** Numbers in a row of data for a model: of x, and of its condition behind it. */
export function rowSize({ inputSize, conditionSize = 0 }: Sizes): number {
  return inputSize + conditionSize;
}

/** Rows for a model as an input of its expressions, [batch, rowSize]. */
export function rowInput(model: Sizes, { name = 'x', batch = 'batch' }: RowInputOptions = {}): Tensor {
  return input(name, [batch, rowSize(model)]);
}

interface RowInputOptions {
  readonly name?: string;
  readonly batch?: number | string;
}

/** Rows [..., rowSize] of data as x [..., inputSize] and the model of their conditions. */
export function ofRows(model: Vae, rows: Tensor): { readonly x: Tensor; readonly model: Vae } {
  if (!model.conditionSize || !model.given) return { x: rows, model };
  const { value, condition } = apart(rows, model.conditionSize);
  return { x: value, model: model.given(condition) };
}
