import { ValueError, checkOptions, checkValue, rule } from '../core/index.ts';
import type { OptionRules } from '../core/index.ts';
import { foldIn, key } from '../random/index.ts';
import type { Dimension } from './space.ts';
import { grid, random } from './strategies/grid.ts';
import { halving } from './strategies/halving.ts';
import type { Direction, Strategy } from './strategies/strategy.ts';
import { tpe } from './strategies/tpe.ts';

/** Every point of the grid. */
export interface GridSearch {
  readonly name: 'grid';
}
/** Points drawn evenly. */
export interface RandomSearch {
  readonly name: 'random';
  /** Default: 20. */
  readonly trials?: number | undefined;
}
/** The tree-structured Parzen estimator. */
export interface TpeSearch {
  readonly name: 'tpe';
  /** Default: 20. */
  readonly trials?: number | undefined;
  /** Trials that are drawn evenly first. Default: 10. */
  readonly startup?: number | undefined;
  /** Draws of which the most promising is taken. Default: 24. */
  readonly candidates?: number | undefined;
}
/** Successive halving. */
export interface HalvingSearch {
  readonly name: 'halving';
  /** Trials that begin. Default: 27. */
  readonly trials?: number | undefined;
  /** Epochs that each of them gets. Default: 1. */
  readonly leastEpochs?: number | undefined;
  /** Epochs of those that are left at the end. Default: 27. */
  readonly mostEpochs?: number | undefined;
  /** Of so many the best one goes on, to so many times the epochs. Default: 3. */
  readonly factor?: number | undefined;
}
/** Which points a sweep tries, with the strategy's own options. */
export type SearchStrategy = GridSearch | RandomSearch | TpeSearch | HalvingSearch;

/** A strategy by its name, or with options of its own. */
export type StrategyChoice = SearchStrategy['name'] | SearchStrategy;

/** A strategy with all that was left to say. */
export type CompleteStrategy = SearchStrategy extends infer S ? Complete<S> : never;
type Complete<S> = S extends object ? { readonly [K in keyof S]-?: Exclude<S[K], undefined> } : never;

const strategyName = rule.oneOf(['grid', 'random', 'tpe', 'halving']);
export const strategyRule = rule.either(strategyName, rule.object);
const trials = rule.whole(1, 1_000_000);
const strategyRules = {
  grid: { name: strategyName } satisfies OptionRules<GridSearch>,
  random: { name: strategyName, trials } satisfies OptionRules<RandomSearch>,
  tpe: {
    name: strategyName,
    trials,
    startup: rule.whole(1),
    candidates: rule.whole(1),
  } satisfies OptionRules<TpeSearch>,
  halving: {
    name: strategyName,
    trials,
    leastEpochs: rule.whole(1),
    mostEpochs: rule.whole(1),
    factor: rule.whole(2),
  } satisfies OptionRules<HalvingSearch>,
};

function rulesOf(name: SearchStrategy['name']): OptionRules<SearchStrategy> {
  return strategyRules[name];
}

/** With all that was left to say. @throws ValueError */
export function strategyOf(strategy: StrategyChoice = 'tpe', where: string): CompleteStrategy {
  const given: { readonly name?: unknown } = typeof strategy === 'string' ? { name: strategy } : strategy;
  checkValue(`${where}: strategy: name`, given.name, strategyName);
  const chosen = given as SearchStrategy;
  checkOptions(`${where}: strategy '${chosen.name}'`, chosen, rulesOf(chosen.name));
  if (chosen.name === 'grid') return chosen;
  if (chosen.name === 'random') return { name: 'random', trials: chosen.trials ?? 20 };
  if (chosen.name === 'tpe') {
    const { startup = 10, candidates = 24 } = chosen;
    return { name: 'tpe', trials: chosen.trials ?? 20, startup, candidates };
  }
  const { leastEpochs = 1, mostEpochs = Math.max(27, leastEpochs), factor = 3 } = chosen;
  if (mostEpochs < leastEpochs) {
    throw new ValueError(`${where}: strategy: 'mostEpochs' must be at least 'leastEpochs', got ${mostEpochs} and ${leastEpochs}.`); // prettier-ignore
  }
  return { name: 'halving', trials: chosen.trials ?? 27, leastEpochs, mostEpochs, factor };
}

/** The strategy that settings name. @param direction undefined until a result has told it */
export function strategyFor(
  dimensions: readonly Dimension[],
  { settings, lag, direction }: { readonly settings: { readonly strategy?: StrategyChoice | undefined; readonly seed?: number | undefined }; readonly lag: number; readonly direction: () => Direction | undefined }, // prettier-ignore
): Strategy {
  const chosen = strategyOf(settings.strategy, 'sweep');
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
