import type { Key } from '../../random/index.ts';
import type { Dimension } from '../space.ts';
import { Draws } from './draws.ts';
import { byValue } from './strategy.ts';
import type { Direction, JobResult, Strategy } from './strategy.ts';

export interface HalvingOptions {
  /** Trials that begin. */
  readonly trials: number;
  /** Epochs that each of them gets, and those that are left at the end. */
  readonly leastEpochs: number;
  readonly mostEpochs: number;
  /** Of so many trials the best one goes on, to so many times the epochs. */
  readonly factor: number;
  readonly key: Key;
  /** Undefined until a result has told it. */
  readonly direction: () => Direction | undefined;
}

interface Rung {
  /** Number of its first job. */
  readonly first: number;
  readonly size: number;
  readonly epochs: number;
}

/**
 * Successive halving, synchronous: all trials train for a few epochs, the best of them go on from their checkpoints to `factor` times
 * those, and so on (Jamieson and Talwalkar 2016, Non-stochastic best arm identification and hyperparameter optimization). A rung begins when
 * the one before has ended, whichever of its trials was faster, so that the same trials go on however many processes there are.
 */
export function halving(dimensions: readonly Dimension[], options: HalvingOptions): Strategy {
  const draws = new Draws(dimensions, options.key);
  const trials = Math.min(options.trials, draws.size);
  const rungs = rungsOf(trials, options);
  const last = rungs.at(-1);
  return {
    trials,
    jobs: last ? last.first + last.size : 0,
    cost: (number) => {
      const at = rungs.findLastIndex(({ first }) => first <= number);
      return (rungs[at]?.epochs ?? 0) - (rungs[at - 1]?.epochs ?? 0);
    },
    job: (number, results) => {
      const at = rungs.findLastIndex(({ first }) => first <= number);
      const rung = rungs[at];
      if (!rung) return undefined;
      const { first, epochs } = rung;
      if (at === 0) return { number, trial: number, parameters: draws.at(number), epochs };
      const before = resultsOf(at - 1, rungs, results);
      if (!before) return 'later';
      const best = bestOf(before, options.direction())[number - first];
      const epochsBefore = rungs[at - 1]?.epochs;
      return best && { number, trial: best.trial, parameters: best.parameters, epochs, epochsBefore };
    },
  };
}

/** What the jobs of a rung came to; undefined until all have ended. Where trials failed, the next rung has fewer jobs. */
function resultsOf(
  at: number,
  rungs: readonly Rung[],
  results: ReadonlyMap<number, JobResult>,
): JobResult[] | undefined {
  const rung = rungs[at];
  const before = at === 0 ? undefined : resultsOf(at - 1, rungs, results);
  if (!rung || (at > 0 && !before)) return undefined;
  const size = before ? Math.min(rung.size, bestOf(before).length) : rung.size;
  const found: JobResult[] = [];
  for (let job = rung.first; job < rung.first + size; job++) {
    const result = results.get(job);
    if (!result) return undefined;
    found.push(result);
  }
  return found;
}

/** Those that did not fail, the best first. */
function bestOf(results: readonly JobResult[], direction: Direction = 'min'): JobResult[] {
  return results.filter(({ value }) => value !== undefined).sort(byValue(direction));
}

/** The rungs: n, ⌊n / factor⌋, … trials of r, r · factor, … epochs, the last of `mostEpochs`. */
function rungsOf(trials: number, { leastEpochs, mostEpochs, factor }: HalvingOptions): Rung[] {
  const rungs: Rung[] = [];
  let [size, epochs, first] = [trials, leastEpochs, 0];
  for (;;) {
    rungs.push({ first, size, epochs });
    if (epochs >= mostEpochs) return rungs;
    first += size;
    epochs = Math.min(mostEpochs, epochs * factor);
    size = Math.max(1, Math.floor(size / factor));
  }
}
