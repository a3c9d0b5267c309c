import type { JsonValue } from '../../io/index.ts';
import { foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { fromUnit, isActive, isSame, toUnit, unitDraw } from '../space.ts';
import type { Choices, Dimension, Parameters, Range } from '../space.ts';
import { Draws, freshPoint } from './draws.ts';
import { parzen } from './parzen.ts';
import { byValue } from './strategy.ts';
import type { Direction, Job, JobResult, Strategy } from './strategy.ts';

export interface TpeOptions {
  readonly trials: number;
  /** Trials drawn evenly before there is anything to go by. */
  readonly startup: number;
  /** Of so many draws from the density of good values the most promising one is taken. */
  readonly candidates: number;
  /** Trial k goes by all trials up to k − lag: so many may run at a time. */
  readonly lag: number;
  readonly key: Key;
  /** Undefined until a result has told it. */
  readonly direction: () => Direction | undefined;
}

/** The share of the trials that count as good, and how many do at most. */
const goodShare = 0.15;
const mostGood = 25;

/**
 * The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011, Algorithms for hyper-parameter optimization, NeurIPS): of
 * each axis the density l of the values of good trials and g of the others are estimated, and of some draws from l the one with the largest
 * l / g is taken, which has the largest expected improvement. Axes are independent of each other; one that depends on another goes by the
 * trials alone that had it. Trials that failed, and those that have not ended, count as not good.
 */
export function tpe(dimensions: readonly Dimension[], options: TpeOptions): Strategy {
  const draws = new Draws(dimensions, foldIn(options.key, 0));
  const trials = Math.min(options.trials, draws.size);
  const points: Parameters[] = [];
  const pointOf = (trial: number, known: readonly JobResult[]): Parameters => {
    if (trial < options.startup) return draws.at(trial);
    const split = splitOf(known, points.slice(known.length, trial), options.direction() ?? 'min');
    const key = foldIn(foldIn(options.key, 1), trial);
    return freshPoint(dimensions, {
      draw: (attempt) => proposal(dimensions, { split, key: foldIn(key, attempt), candidates: options.candidates }),
      isSeen: (point) => points.some((other) => isSame(other, point)),
    });
  };
  return {
    trials,
    jobs: trials,
    cost: () => 1,
    job: (number, results): Job | 'later' => {
      const isOfStart = number < options.startup;
      const known: JobResult[] = [];
      for (let trial = 0; !isOfStart && trial <= number - options.lag; trial++) {
        const result = results.get(trial);
        if (!result) return 'later';
        known.push(result);
      }
      points[number] ??= pointOf(number, known);
      return { number, trial: number, parameters: points[number] };
    },
  };
}

interface Split {
  readonly good: readonly Parameters[];
  readonly others: readonly Parameters[];
}

function splitOf(known: readonly JobResult[], pending: readonly Parameters[], direction: Direction): Split {
  const ranked = known.toSorted(byValue(direction));
  const done = ranked.filter(({ value }) => value !== undefined).length;
  const count = Math.min(done, mostGood, Math.max(1, Math.ceil(goodShare * ranked.length)));
  const points = ranked.map(({ parameters }) => parameters);
  return { good: points.slice(0, count), others: [...points.slice(count), ...pending] };
}

function proposal(
  dimensions: readonly Dimension[],
  { split, key, candidates }: { readonly split: Split; readonly key: Key; readonly candidates: number },
): Parameters {
  const point: Record<string, JsonValue> = {};
  for (const [at, dimension] of dimensions.entries()) {
    if (!isActive(dimension, point)) continue;
    const { name } = dimension;
    const valuesOf = (points: readonly Parameters[]): JsonValue[] =>
      points.filter((each) => Object.hasOwn(each, name)).map((each) => each[name] ?? null);
    const density = densityRatio(dimension, valuesOf(split.good), valuesOf(split.others));
    const ofAxis = foldIn(key, at);
    const draws = Array.from({ length: candidates }, (_, k) =>
      density.draw(foldIn(ofAxis, 2 * k), foldIn(ofAxis, 2 * k + 1)),
    );
    point[name] = draws.reduce((best, next) => (density.gain(next) > density.gain(best) ? next : best));
  }
  return point;
}

interface DensityRatio {
  /** A value with the density of the good ones. */
  draw(choice: Key, place: Key): JsonValue;
  /** log l − log g */
  gain(value: JsonValue): number;
}

function densityRatio(dimension: Dimension, good: readonly JsonValue[], others: readonly JsonValue[]): DensityRatio {
  return dimension.kind === 'choices' ? ofChoices(dimension, good, others) : ofRange(dimension, good, others);
}

function ofRange(range: Range, good: readonly JsonValue[], others: readonly JsonValue[]): DensityRatio {
  const unit = (value: JsonValue): number => toUnit(range, value as number);
  const [l, g] = [parzen(good.map(unit)), parzen(others.map(unit))];
  return {
    draw: (choice, place) => fromUnit(range, l.draw(unitDraw(choice), unitDraw(place))),
    gain: (value) => l.logDensity(unit(value)) - g.logDensity(unit(value)),
  };
}

/** The shares of the values, each counted once more than it came. */
function ofChoices({ values }: Choices, good: readonly JsonValue[], others: readonly JsonValue[]): DensityRatio {
  const sharesOf = (found: readonly JsonValue[]): number[] =>
    values.map((value) => (1 + found.filter((each) => isSame(each, value)).length) / (values.length + found.length));
  const [l, g] = [sharesOf(good), sharesOf(others)];
  const place = (value: JsonValue): number => values.findIndex((each) => isSame(each, value));
  return {
    draw: (choice) => {
      let left = unitDraw(choice);
      const at = l.findIndex((share) => (left -= share) < 0);
      return values.at(at) ?? null;
    },
    gain: (value) => Math.log(l[place(value)] ?? NaN) - Math.log(g[place(value)] ?? NaN),
  };
}
