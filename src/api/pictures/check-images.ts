import { ShapeError, formatShape } from '../../core/index.ts';
import { isImageShape } from '../../drawing/index.ts';
import type { Run } from '../run/run.ts';

/** @throws ShapeError when the run's examples are no images */
export function checkImages(operation: string, run: Run): void {
  if (!isImageShape(run.exampleShape)) {
    throw new ShapeError(`${operation}: examples of shape ${formatShape(run.exampleShape)} are no images.`);
  }
}
