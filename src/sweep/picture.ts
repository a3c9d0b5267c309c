import { counted, metricInWords } from '../core/index.ts';
import { axisTicks, mapColor, parallelCoordinates, tickText } from '../drawing/index.ts';
import type { ParallelAxis } from '../drawing/index.ts';
import { isSame, toUnit } from './space.ts';
import type { Dimension, Range } from './space.ts';
import { parameterText } from './result.ts';
import type { SweepResult } from './result.ts';

/** An axis of the picture, and where a value stands on it. */
interface Scale {
  readonly axis: ParallelAxis;
  readonly place: (value: unknown) => number;
}

/** Trials that ended well as parallel coordinates: an axis for each of the space's, the metric as the last one; the best on top. */
export function sweepPicture({ trials, metric, direction }: SweepResult, dimensions: readonly Dimension[]): Uint8Array {
  const done = trials.filter((trial) => trial.status === 'done' && trial.value !== undefined);
  const failed = trials.length - done.length;
  const scales = dimensions.map(scaleOf);
  const last = metricScale(metricInWords(metric), done.map(({ value = NaN }) => value), direction); // prettier-ignore
  const lines = done.map(({ parameters, value }, rank) => ({
    places: [
      ...dimensions.map(({ name }, at) =>
        Object.hasOwn(parameters, name) ? scales[at]?.place(parameters[name]) : undefined,
      ),
      last.place(value),
    ],
    // Dark is good: yellow lines are hardly seen on white.
    color: mapColor('viridis', done.length > 1 ? (0.9 * rank) / (done.length - 1) : 0),
    alpha: rank === 0 ? 1 : done.length > 100 ? 0.45 : 0.75,
    width: rank === 0 ? 4 : 1.5,
  }));
  const good = direction === undefined ? '' : direction === 'max' ? ', more is better' : ', less is better';
  return parallelCoordinates({
    title: `${failed > 0 ? `${done.length} of ` : ''}${counted(trials.length, 'trial')}${failed > 0 ? ` (${failed} failed)` : ''} by ${metricInWords(metric)}${good}${done.length > 1 ? '; the best one is the thick line' : ''}`,
    axes: [...scales.map(({ axis }) => axis), last.axis],
    lines: lines.reverse(),
  });
}

function scaleOf(dimension: Dimension): Scale {
  const { name } = dimension;
  if (dimension.kind === 'choices') {
    const { values } = dimension;
    const at = (index: number): number => (values.length === 1 ? 0.5 : index / (values.length - 1));
    return {
      axis: { name, ticks: values.map((value, index) => ({ at: at(index), text: parameterText(value) })) },
      place: (value) => at(values.findIndex((each) => isSame(each, value))),
    };
  }
  const place = (value: number): number => Math.min(1, Math.max(0, toUnit(dimension, value)));
  return {
    axis: { name, ticks: rangeTicks(dimension).map((value) => ({ at: place(value), text: parameterText(value) })) },
    place: (value) => place(value as number),
  };
}

/** The ends, and round numbers between them that do not touch each other. */
function rangeTicks(range: Range): number[] {
  const { from, to, isLog, isWhole } = range;
  const between = isLog ? powers(from, to) : axisTicks(from, to).filter((value) => !isWhole || Number.isInteger(value));
  const ends = [from, to].map((value) => toUnit(range, value));
  const isFree = (value: number): boolean => ends.every((end) => Math.abs(toUnit(range, value) - end) > 0.05);
  return [from, ...between.filter(isFree), to];
}

/** Powers of ten, and of few all with 2 and 5 between them. */
function powers(from: number, to: number): number[] {
  const [low, high] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  const factors = high - low > 3 ? [1] : [1, 2, 5];
  const all = Array.from({ length: high - low + 1 }, (_, k) => factors.map((factor) => factor * 10 ** (low + k)));
  return all.flat().filter((value) => value > from && value < to);
}

/** Of the metric, with room for what the trials have; the better end above. */
function metricScale(name: string, values: readonly number[], direction: SweepResult['direction']): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  const sign = direction === 'min' ? -1 : 1;
  const place = (value: number): number => (high === low ? 0.5 : 0.5 + (sign * (value - (low + high) / 2)) / span);
  const ticks = values.length === 0 ? [] : axisTicks(low, high);
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  return {
    axis: { name, ticks: ticks.map((value) => ({ at: place(value), text: tickText(value, step) })) },
    place: (value) => place(value as number),
  };
}
