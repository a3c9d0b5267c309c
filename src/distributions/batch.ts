import { ShapeError, formatShape, sameShape } from '../core/index.ts';
import type { GraphShape } from '../graph/index.ts';

/**
 * The axes that `whole` has before `own`: what draws of the batch `own` need besides their own shape to fill `whole`.
 *
 * @throws ShapeError where `own` must be repeated along an axis of its own, so that draws would share their noise
 */
export function leadingAxes(operation: string, whole: GraphShape, own: GraphShape): GraphShape {
  const extra = whole.length - own.length;
  if (extra >= 0 && sameShape(whole.slice(extra), own)) return whole.slice(0, extra);
  throw new ShapeError(
    `${operation}: the batch ${formatShape(own)} would be repeated to ${formatShape(whole)}, and its draws with it. Give its parameters that shape.`,
  );
}
