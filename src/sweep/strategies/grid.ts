import { gridOf } from '../space.ts';
import type { Dimension, Parameters } from '../space.ts';
import { Draws } from './draws.ts';
import type { Job, Strategy } from './strategy.ts';
import type { Key } from '../../random/index.ts';

/** Every point of the grid. */
export function grid(dimensions: readonly Dimension[]): Strategy {
  const points = gridOf(dimensions);
  return listed(points.length, (trial) => points[trial] ?? {});
}

/**
 * Points drawn evenly (Bergstra and Bengio 2012, Random search for hyper-parameter optimization, JMLR 13): none twice, and no more than
 * there are.
 */
export function random(
  dimensions: readonly Dimension[],
  { trials, key }: { readonly trials: number; readonly key: Key },
): Strategy {
  const draws = new Draws(dimensions, key);
  return listed(Math.min(trials, draws.size), (trial) => draws.at(trial));
}

/** Trials that are known from the start. */
function listed(trials: number, pointOf: (trial: number) => Parameters): Strategy {
  return {
    trials,
    jobs: trials,
    cost: () => 1,
    job: (number): Job => ({ number, trial: number, parameters: pointOf(number) }),
  };
}
