// What a chart draws: for each line its places and values, joined on one axis for uPlot.
import uPlot from 'uplot';
import type { ColumnPoints } from '../../../src/api/record/column.ts';
import type { LiveRun } from './records.ts';
import { smooth } from './smoothing.ts';

export type XAxis = 'step' | 'epoch' | 'time';

/** A line of a chart, as it is told from others. */
export interface LineStyle {
  readonly label: string;
  readonly color: string;
  readonly dash: readonly number[];
}

export interface Line extends LineStyle {
  readonly x: readonly number[];
  /** Smoothed, where one asked for that. */
  readonly value: readonly (number | null)[];
  /** As they were; undefined where `value` is. */
  readonly raw: readonly (number | null)[] | undefined;
  /** Undefined where each point is one value. */
  readonly band: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] } | undefined;
}

/** @returns undefined where nothing of it can be drawn on this axis */
export function lineOf(
  points: ColumnPoints,
  run: LiveRun,
  axis: XAxis,
  weight: number,
  style: LineStyle,
): Line | undefined {
  const places = placesOf(points, run, axis);
  const kept: number[] = [];
  let last = -Infinity;
  places.forEach((place, index) => {
    if (place === null || !(place > last)) return;
    kept.push(index);
    last = place;
  });
  if (kept.length === 0) return undefined;
  const of = <T>(list: readonly (T | null)[]): (T | null)[] => kept.map((index) => list[index] ?? null);
  const raw = of(points.value);
  const [low, high] = [of(points.low), of(points.high)];
  const isBand = low.some((value, index) => value !== null && value !== high[index]);
  return {
    ...style,
    x: kept.map((index) => places[index] ?? 0),
    value: smooth(raw, weight),
    raw: weight > 0 ? raw : undefined,
    band: isBand ? { low, high } : undefined,
  };
}

function placesOf({ step, epoch, time }: ColumnPoints, run: LiveRun, axis: XAxis): readonly (number | null)[] {
  if (axis === 'step') return step;
  if (axis === 'time') return time;
  // Several steps have one epoch's number: each stands at its share of the epoch.
  const perEpoch = stepsPerEpoch(run);
  return perEpoch === undefined ? epoch : step.map((each) => each / perEpoch);
}

/** Of the last epoch that ended. */
function stepsPerEpoch({ metrics }: LiveRun): number | undefined {
  for (const [name, { step, epoch }] of metrics) {
    const [steps, epochs] = [step.at(-1), epoch.at(-1)];
    if (name.startsWith('training.') && steps !== undefined && epochs !== undefined && epochs > 0)
      return steps / epochs;
  }
  return undefined;
}

/** A series of uPlot, and which line it belongs to. */
export interface DrawnSeries {
  readonly line: number;
  readonly kind: 'value' | 'raw' | 'low' | 'high';
}

export interface Joined {
  readonly data: uPlot.AlignedData;
  /** For each series but the first, which is x. */
  readonly series: readonly DrawnSeries[];
}

export function joinLines(lines: readonly Line[]): Joined {
  const series: DrawnSeries[] = [];
  const tables = lines.map(({ x, value, raw, band }, line): uPlot.AlignedData => {
    const columns: (readonly (number | null)[])[] = [];
    const add = (kind: DrawnSeries['kind'], column: readonly (number | null)[]): void => {
      series.push({ line, kind });
      columns.push(column);
    };
    if (band) {
      add('low', band.low);
      add('high', band.high);
    }
    if (raw) add('raw', raw);
    add('value', value);
    return [x as number[], ...(columns as (number | null)[][])];
  });
  // One table is joined with nothing, as uPlot asks for two at least.
  const [first] = tables;
  const data = tables.length === 1 && first ? first : tables.length === 0 ? ([[]] as unknown as uPlot.AlignedData) : uPlot.join(tables);
  return { data, series };
} // prettier-ignore

/** What a person who sees no chart is told of a line. */
export function summaryOf({ x, raw, value }: Line): { last: number | null; least: number; most: number; broken: number; at: number | undefined } {
  const all = raw ?? value;
  const known = all.filter((each): each is number => each !== null);
  let [least, most] = [Infinity, -Infinity];
  for (const each of known) {
    least = Math.min(least, each);
    most = Math.max(most, each);
  }
  return { last: known.at(-1) ?? null, least, most, broken: all.length - known.length, at: x.at(-1) };
} // prettier-ignore

/** Where values are that are no numbers. */
export function brokenPlaces(lines: readonly Line[]): number[] {
  return lines.flatMap(({ x, raw, value }) =>
    (raw ?? value).flatMap((each, index) => (each === null ? [x[index] ?? 0] : [])),
  );
}
