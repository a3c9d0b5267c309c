import { foldIn, key } from '../random/index.ts';
import type { EndedRecord } from './kept-sweep.ts';
import { strategyOf } from './settings.ts';
import type { SearchSettings } from './settings.ts';
import type { Dimension } from './space.ts';
import { grid, random } from './strategies/grid.ts';
import { halving } from './strategies/halving.ts';
import type { Direction, Strategy } from './strategies/strategy.ts';
import { tpe } from './strategies/tpe.ts';

/** The strategy that settings name. @param direction undefined until a result has told it */
export function strategyFor(
  dimensions: readonly Dimension[],
  { settings, lag, direction }: { readonly settings: SearchSettings; readonly lag: number; readonly direction: () => Direction | undefined }, // prettier-ignore
): Strategy {
  const chosen = strategyOf(settings, 'sweep');
  // A stream of its own: a training of the same seed draws other numbers.
  const ofSweep = foldIn(key(settings.seed ?? 0), 0x5eed);
  switch (chosen.name) {
    case 'grid':
      return grid(dimensions);
    case 'random':
      return random(dimensions, { ...chosen, key: ofSweep });
    case 'tpe':
      return tpe(dimensions, { ...chosen, lag, key: ofSweep, direction });
    case 'halving':
      return halving(dimensions, { ...chosen, key: ofSweep, direction });
  }
}

/** How many jobs there are still to do. */
export function openJobs(
  strategy: Strategy,
  ended: ReadonlyMap<number, EndedRecord>,
  isMine: (trial: number) => boolean = () => true,
): number {
  const results = new Map(
    [...ended].map(([number, { trial, parameters, value }]) => [number, { trial, parameters, value }]),
  );
  const numbers = Array.from({ length: strategy.jobs }, (_, number) => number);
  return numbers.filter((number) => {
    const job = strategy.job(number, results);
    return !ended.has(number) && job !== undefined && (job === 'later' || isMine(job.trial));
  }).length;
}
