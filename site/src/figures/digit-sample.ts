import { apply } from '../covariance.ts';
import type { Point } from '../covariance.ts';
import type { Posterior } from '../digit/model.ts';

/** z = μ + Σ^{1/2} ε */
export function sampleAt({ mean, root }: Posterior, epsilon: Point): Point {
  const { x, y } = apply(root, epsilon);
  return { x: mean.x + x, y: mean.y + y };
}
