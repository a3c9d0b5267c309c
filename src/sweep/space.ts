import { ValueError, checkOptions, rule, shownValue, unknownOption } from '../core/index.ts';
import type { OptionRules } from '../core/index.ts';
import type { JsonValue } from '../io/index.ts';
import { foldIn, uniform } from '../random/index.ts';
import type { Key } from '../random/index.ts';

/** On which values of other axes an axis depends: `{ posterior: 'low-rank' }`, or with several `{ posterior: ['full', 'low-rank'] }`. */
export type When = Readonly<Record<string, JsonValue | readonly JsonValue[]>>;

/** Some values, in this order. */
export interface ChoiceAxis {
  readonly values: readonly JsonValue[];
  /** Where it counts. Default: everywhere. */
  readonly when?: When | undefined;
}

/** Numbers from one end to the other, both included. */
export interface RangeAxis {
  readonly from: number;
  readonly to: number;
  /** `log`: as likely in [1, 10] as in [10, 100]. Default: linear. */
  readonly scale?: 'linear' | 'log' | undefined;
  /** Whole numbers alone. Default: where the option takes no others. */
  readonly whole?: boolean | undefined;
  /** How many of them a grid has. Default: all whole numbers; a range of others needs it there. */
  readonly points?: number | undefined;
  /** Where it counts. Default: everywhere. */
  readonly when?: When | undefined;
}

/** What an option may be in a sweep: a list of values, or a range of numbers. */
export type Axis = readonly JsonValue[] | ChoiceAxis | RangeAxis;

/** Each axis by its name. */
export type Space = Readonly<Record<string, Axis>>;

/** A point of the space: a value for each axis that counts there. */
export type Parameters = Readonly<Record<string, JsonValue>>;

interface Named {
  readonly name: string;
  /** The values of each other axis under which this one counts. */
  readonly when: ReadonlyMap<string, readonly JsonValue[]>;
}
export interface Choices extends Named {
  readonly kind: 'choices';
  readonly values: readonly JsonValue[];
}
export interface Range extends Named {
  readonly kind: 'range';
  readonly from: number;
  readonly to: number;
  readonly isLog: boolean;
  readonly isWhole: boolean;
  readonly points: number | undefined;
}
/** An axis with all that was left to say. */
export type Dimension = Choices | Range;

/** @throws ValueError where the option does not exist or may not be this */
export type CheckAxisValue = (name: string, value: JsonValue) => void;

const listRule = rule.listOf(rule.anything, 'values', 1);
const choiceRules: OptionRules<ChoiceAxis> = { values: listRule, when: rule.object };
const rangeRules: OptionRules<RangeAxis> = {
  from: rule.number(),
  to: rule.number(),
  scale: rule.oneOf(['linear', 'log']),
  whole: rule.flag,
  points: rule.whole(1),
  when: rule.object,
};

/**
 * The axes of a space, those before others that these depend on.
 *
 * @param check refuses names and values that there are not
 * @throws ValueError naming the axis, what is wrong with it and what would be right
 */
export function dimensionsOf(space: unknown, where: string, check: CheckAxisValue): readonly Dimension[] {
  if (!rule.object.accepts(space) || Object.keys(space as object).length === 0) {
    throw new ValueError(
      `${where} must be an object of axes, such as { "latent": [4, 8, 16], "learningRate": { "from": 1e-4, "to": 1e-2, "scale": "log" } }, got ${shownValue(space)}.`,
    );
  }
  const named = Object.entries(space as object).map(([name, axis]) =>
    dimensionOf(name, axis, { where: `${where}: ${name}`, check }),
  );
  for (const dimension of named) checkConditions(dimension, named, where);
  return inOrder(named, where);
}

function dimensionOf(
  name: string,
  axis: unknown,
  { where, check }: { readonly where: string; readonly check: CheckAxisValue },
): Dimension {
  if (Array.isArray(axis)) return choicesOf(name, { values: axis as JsonValue[] }, { where, check });
  if (rule.object.accepts(axis) && 'values' in (axis as object)) {
    checkOptions(where, axis as ChoiceAxis, choiceRules);
    return choicesOf(name, axis as ChoiceAxis, { where, check });
  }
  if (!rule.object.accepts(axis)) {
    throw new ValueError(
      `${where} must be a list of values, { "values": […] } or { "from": …, "to": … }, got ${shownValue(axis)}.`,
    );
  }
  return rangeOf(name, axis as RangeAxis, { where, check });
}

function choicesOf(
  name: string,
  { values, when }: ChoiceAxis,
  { where, check }: { readonly where: string; readonly check: CheckAxisValue },
): Choices {
  if (values.length === 0) throw new ValueError(`${where} must have a value, got an empty list.`);
  for (const value of values) check(name, value);
  const twice = values.find((value, at) => values.slice(0, at).some((other) => isSame(other, value)));
  if (twice !== undefined) throw new ValueError(`${where}: the value ${shownValue(twice)} comes twice.`);
  return { kind: 'choices', name, values, when: conditionsOf(when) };
}

function rangeOf(
  name: string,
  axis: RangeAxis,
  { where, check }: { readonly where: string; readonly check: CheckAxisValue },
): Range {
  checkOptions(where, axis, rangeRules);
  const { from, to, scale = 'linear', points, when } = axis;
  for (const end of ['from', 'to'] as const) {
    if ((axis[end] as number | undefined) === undefined) throw new ValueError(`${where}: '${end}' is missing.`);
  }
  if (!(from < to)) throw new ValueError(`${where}: 'from' must be below 'to', got ${from} and ${to}.`);
  if (scale === 'log' && from <= 0) {
    throw new ValueError(`${where}: a log scale has numbers above 0 alone, and 'from' is ${from}.`);
  }
  check(name, from);
  check(name, to);
  const isWhole = axis.whole ?? (Number.isSafeInteger(from) && Number.isSafeInteger(to) && !takes(check, name, from + 0.5)); // prettier-ignore
  if (isWhole && !(Number.isSafeInteger(from) && Number.isSafeInteger(to))) {
    throw new ValueError(`${where}: the ends of whole numbers are whole, got ${from} and ${to}.`);
  }
  return { kind: 'range', name, from, to, isLog: scale === 'log', isWhole, points, when: conditionsOf(when) };
}

function takes(check: CheckAxisValue, name: string, value: number): boolean {
  try {
    check(name, value);
    return true;
  } catch {
    return false;
  }
}

function conditionsOf(when: When = {}): ReadonlyMap<string, readonly JsonValue[]> {
  return new Map(
    Object.entries(when).map(([name, values]) => [name, (Array.isArray(values) ? values : [values]) as JsonValue[]]),
  );
}

/** @throws ValueError for a condition that nothing can meet */
function checkConditions({ name, when }: Dimension, all: readonly Dimension[], where: string): void {
  for (const [other, values] of when) {
    const parent = all.find((each) => each.name === other && each.name !== name);
    if (!parent) {
      const others = all.map((each) => each.name).filter((each) => each !== name);
      throw unknownOption(`${where}: ${name}: when`, other, others);
    }
    const stray = values.find((value) => parent.kind === 'choices' && !parent.values.some((one) => isSame(one, value)));
    if (stray !== undefined && parent.kind === 'choices') {
      throw new ValueError(
        `${where}: ${name}: when: '${other}' is never ${shownValue(stray)}; its values are ${parent.values.map(shownValue).join(', ')}.`,
      );
    }
  }
}

/** Parents first, else as they stand. @throws ValueError for axes that depend on each other in a circle */
function inOrder(all: readonly Dimension[], where: string): Dimension[] {
  const ordered: Dimension[] = [];
  let rest = [...all];
  while (rest.length > 0) {
    const ready = rest.filter(({ when }) => [...when.keys()].every((name) => ordered.some((one) => one.name === name)));
    if (ready.length === 0) {
      throw new ValueError(
        `${where}: ${rest.map(({ name }) => `'${name}'`).join(', ')} depend on each other in a circle.`,
      );
    }
    ordered.push(...ready);
    rest = rest.filter((each) => !ready.includes(each));
  }
  return ordered;
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether an axis counts at a point that has the axes before it. */
export function isActive({ when }: Dimension, point: Parameters): boolean {
  return [...when].every(
    ([name, values]) => Object.hasOwn(point, name) && values.some((value) => isSame(value, point[name])),
  );
}

// A range's numbers as [0, 1], in which strategies draw. A whole number has its interval of width 1 around it.

function endsOf({ from, to, isLog, isWhole }: Range): readonly [number, number] {
  const [low, high] = isWhole ? [from - 0.5, to + 0.5] : [from, to];
  return isLog ? [Math.log(low), Math.log(high)] : [low, high];
}

export function toUnit(range: Range, value: number): number {
  const [low, high] = endsOf(range);
  return ((range.isLog ? Math.log(value) : value) - low) / (high - low);
}

export function fromUnit(range: Range, unit: number): number {
  const [low, high] = endsOf(range);
  const at = low + (high - low) * unit;
  const value = range.isLog ? Math.exp(at) : at;
  return Math.min(range.to, Math.max(range.from, range.isWhole ? Math.round(value) : value));
}

/** A point drawn evenly: each axis by a key of its own, so that one axis more changes none of the others. */
export function drawPoint(dimensions: readonly Dimension[], key: Key): Parameters {
  const point: Record<string, JsonValue> = {};
  for (const [at, dimension] of dimensions.entries()) {
    if (isActive(dimension, point)) point[dimension.name] = valueAt(dimension, unitDraw(foldIn(key, at)));
  }
  return point;
}

/** The value at a place in [0, 1). */
export function valueAt(dimension: Dimension, unit: number): JsonValue {
  if (dimension.kind === 'range') return fromUnit(dimension, unit);
  return dimension.values[Math.floor(unit * dimension.values.length)] ?? null;
}

export function unitDraw(key: Key): number {
  return uniform(key, [1], { dtype: 'float64' }).data[0] ?? 0;
}

/** Points of a grid, at most. */
export const mostGridPoints = 100_000;

/**
 * Every point of the grid, the last axis first to change.
 * @throws ValueError for a range that does not say how many of its numbers, and for more than 100,000 points
 */
export function gridOf(dimensions: readonly Dimension[]): Parameters[] {
  let points: Parameters[] = [{}];
  for (const dimension of dimensions) {
    const values = gridValues(dimension);
    points = points.flatMap((point) =>
      isActive(dimension, point) ? values.map((value) => ({ ...point, [dimension.name]: value })) : [point],
    );
    if (points.length > mostGridPoints) {
      throw new ValueError(
        `sweep: the grid has more than ${mostGridPoints.toLocaleString('en')} points. Give ranges fewer 'points', or draw from it: strategy 'random' or 'tpe'.`,
      );
    }
  }
  return points;
}

function gridValues(dimension: Dimension): readonly JsonValue[] {
  if (dimension.kind === 'choices') return dimension.values;
  const { name, from, to, isLog, isWhole, points } = dimension;
  if (points === undefined && !isWhole) {
    throw new ValueError(
      `sweep: ${name}: a grid takes some numbers of the range from ${from} to ${to}: say how many ('points').`,
    );
  }
  const count = Math.min(points ?? Infinity, isWhole ? to - from + 1 : Infinity, mostGridPoints + 1);
  const [low, high] = isLog ? [Math.log(from), Math.log(to)] : [from, to];
  const values = Array.from({ length: count }, (_, k) => {
    if (k === 0 || k === count - 1) return k === 0 ? from : to;
    const at = low + ((high - low) * k) / (count - 1);
    const value = isLog ? Math.exp(at) : at;
    return isWhole ? Math.round(value) : Number(value.toPrecision(12));
  });
  return [...new Set(values)];
}

/** How many points there are, where the space has no range of numbers that are not whole; else Infinity. */
export function sizeOfSpace(dimensions: readonly Dimension[]): number {
  const whole = dimensions.map((each) => (each.kind === 'range' ? { ...each, points: undefined } : each));
  if (whole.some((each) => each.kind === 'range' && !each.isWhole)) return Infinity;
  const most = whole.reduce((count, each) => count * (each.kind === 'range' ? each.to - each.from + 1 : each.values.length), 1); // prettier-ignore
  return most > mostGridPoints ? Infinity : gridOf(whole).length;
}
