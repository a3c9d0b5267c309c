import { ValueError, formatShape } from '../core/index.ts';
import type { Tensor } from '../graph/index.ts';

interface WithCondition {
  readonly conditionSize: number;
}

/** @throws ValueError for a condition that a model does not take */
export function checkConditions({ conditionSize }: WithCondition, condition: Tensor): void {
  if (conditionSize === 0) throw new ValueError('given: the model takes no condition, or has it already.');
  if (condition.shape.at(-1) === conditionSize) return;
  throw new ValueError(
    `given: the model takes conditions [..., ${conditionSize}], these are ${formatShape(condition.shape)}.`,
  );
}

/** @throws ValueError where a model is asked that has not been given its condition */
export function refuseWithout({ conditionSize }: WithCondition): void {
  if (conditionSize === 0) return;
  throw new ValueError(
    `the model is conditional: give it a condition of ${conditionSize} numbers first, model.given(condition).encode(…).`,
  );
}
