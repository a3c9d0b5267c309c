import { ValueError, counted } from '../core/index.ts';
import type { JsonValue } from '../io/index.ts';
import type { TrainOptions } from '../api/index.ts';
import { OptionFaults } from '../api/train/option-faults.ts';
import { objectiveMetric } from './objective.ts';
import type { SweepSettings } from './sweep-json.ts';
import { gridOf, isSame, mostGridPoints } from './space.ts';
import type { Choices, Dimension, Parameters } from './space.ts';
import { parameterText } from './result.ts';
import type { Strategy } from './strategies/strategy.ts';
import { optionsOf } from './trial-options.ts';

/** What cannot be trained whatever the data are, by the axes that decide it. */
interface Untrainable {
  readonly parameters: Parameters;
  readonly fault: string;
  /** Axes of these whose numbers make no difference, but that there is one. */
  readonly anywhere: ReadonlySet<string>;
  /** Whether some values of its axes of numbers can be trained. */
  readonly isOfSomeNumbers: boolean;
}

/** Corners of a space that are looked at, at most. */
const mostCorners = 2000;
/** Faults that a message names. */
const mostNamed = 10;

/**
 * Looks before the first trial for combinations that no data can be trained with, such as a rank of a posterior that has none: of the points
 * that the strategy is known to try, and for one that goes by results of every choice and the ends of every range.
 *
 * @returns a notice where it is so for some numbers of a range alone, which a space cannot leave out
 * @throws ValueError naming them all, each by the axes that decide
 */
export function checkTrainable(
  settings: SweepSettings,
  { dimensions, strategy }: { readonly dimensions: readonly Dimension[]; readonly strategy: Strategy },
): string | undefined {
  const metric = objectiveMetric(settings.objective ?? 'validation.elbo', 'sweep: objective');
  const faults = new OptionFaults((model) => metric.check?.(model));
  const faultOf = (parameters: Parameters): string | undefined =>
    faults.of(optionsOf(settings, { parameters }) satisfies TrainOptions);
  const found: Untrainable[] = [];
  for (const point of pointsAhead(dimensions, strategy)) {
    if (found.some(({ parameters, anywhere }) => isPartOf(parameters, point, anywhere))) continue;
    const fault = faultOf(point);
    if (fault !== undefined) found.push(narrowed(point, fault, { dimensions, faultOf }));
  }
  const certain = found.filter(({ isOfSomeNumbers }) => !isOfSomeNumbers);
  if (certain.length > 0) {
    throw new ValueError(
      `sweep: ${counted(certain.length, 'combination')} of the space cannot be trained, with any data:\n${linesOf(certain)}\nGive an axis a 'when', so that it counts only where it can be trained, or leave values out.`,
    );
  }
  if (found.length === 0) return undefined;
  return `trials with some numbers of these ranges cannot be trained and will fail:\n${linesOf(found)}`;
}

function linesOf(found: readonly Untrainable[]): string {
  const lines = found.slice(0, mostNamed).map(({ parameters, anywhere, fault }) => {
    const texts = Object.entries(parameters).map(([name, value]) => `${name} ${anywhere.has(name) ? '(any)' : parameterText(value)}`); // prettier-ignore
    return `  ${texts.length === 0 ? 'all' : texts.join(', ')}: ${fault}`;
  });
  return [...lines, ...(found.length > mostNamed ? [`  … and ${found.length - mostNamed} more`] : [])].join('\n');
}

/** Whether what cannot be trained is a part of a point. */
function isPartOf(parameters: Parameters, point: Parameters, anywhere: ReadonlySet<string>): boolean {
  return Object.entries(parameters).every(
    ([name, value]) => Object.hasOwn(point, name) && (anywhere.has(name) || isSame(point[name], value)),
  );
}

/** The points that will be tried, as far as they are known; where results decide, the corners of the space too. */
function pointsAhead(dimensions: readonly Dimension[], strategy: Strategy): Parameters[] {
  const none = new Map();
  const points: Parameters[] = [];
  for (let number = 0; number < Math.min(strategy.jobs, mostGridPoints); number++) {
    const job = strategy.job(number, none);
    if (job === 'later') return [...points, ...cornersOf(dimensions)];
    if (job) points.push(job.parameters);
  }
  return points;
}

function cornersOf(dimensions: readonly Dimension[]): Parameters[] {
  const ends = dimensions.map((each): Choices =>
    each.kind === 'choices'
      ? each
      : { kind: 'choices', name: each.name, values: [each.from, each.to], when: each.when },
  );
  const count = ends.reduce((product, { values }) => product * values.length, 1);
  return count > mostCorners ? [] : gridOf(ends);
}

/** Points that are tried for one axis that decides nothing, at most. */
const mostTried = 200;

/** The axes that decide: one of which each value leads to a fault, whatever those have that were left out before, decides nothing. */
function narrowed(
  point: Parameters,
  fault: string,
  { dimensions, faultOf }: { readonly dimensions: readonly Dimension[]; readonly faultOf: (of: Parameters) => string | undefined }, // prettier-ignore
): Untrainable {
  const own = dimensions.filter(({ name }) => Object.hasOwn(point, name));
  const isAlways = (free: readonly Dimension[]): boolean => {
    let points = [point];
    for (const each of free) points = points.flatMap((one) => endsOf(each).map((value) => ({ ...one, [each.name]: value }))); // prettier-ignore
    return points.length <= mostTried && points.every((one) => faultOf(one) !== undefined);
  };
  let free: Dimension[] = [];
  for (const each of own) if (isAlways([...free, each])) free = [...free, each];
  // Of a posterior that has no rank, any rank is wrong; but without one it is right.
  const isNeeded = (each: Dimension): boolean =>
    faultOf(Object.fromEntries(Object.entries(point).filter(([name]) => name !== each.name))) === undefined;
  const anywhere = new Set(free.filter((each) => each.kind === 'range' && isNeeded(each)).map(({ name }) => name));
  const kept = own.filter((each) => !free.includes(each) || isNeeded(each));
  return {
    parameters: Object.fromEntries(kept.map(({ name }) => [name, point[name] ?? null])),
    fault,
    anywhere,
    isOfSomeNumbers: kept.some((each) => each.kind === 'range' && !free.includes(each)),
  };
}

function endsOf(dimension: Dimension): readonly JsonValue[] {
  return dimension.kind === 'choices' ? dimension.values : [dimension.from, dimension.to];
}
