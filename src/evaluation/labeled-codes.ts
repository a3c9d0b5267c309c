import { ShapeError, formatShape } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';

/** What a model makes of examples, and their classes. */
export interface LabeledCodes {
  /** [n, size] */
  readonly codes: NdArray;
  /** Class numbers, n of them. */
  readonly labels: ArrayLike<number>;
}

/** The size of a code. @throws ShapeError when codes and labels, or training and test codes, do not fit */
export function checkLabeled(operation: string, train: LabeledCodes, test: LabeledCodes): number {
  const size = train.codes.shape[1] ?? 0;
  for (const { codes, labels } of [train, test]) {
    const fits = codes.shape.length === 2 && codes.shape[0] === labels.length && codes.shape[1] === size;
    if (!fits || labels.length === 0 || size === 0) {
      throw new ShapeError(
        `${operation}: expected codes [n, ${size || 'size'}] with n labels, n > 0; got ${formatShape(codes.shape)} with ${labels.length}.`,
      );
    }
  }
  return size;
}
