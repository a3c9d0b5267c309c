import { describe, expect, it } from 'vitest';
import { brokenPlaces, joinLines, lineOf, summaryOf } from './lines.ts';
import { emptyRun } from './records.ts';
import type { ColumnPoints } from '../../../src/api/record/column.ts';

const style = { label: 'a', color: 'rgb(1, 2, 3)', dash: [] };
const points = (step: number[], value: (number | null)[], more: Partial<ColumnPoints> = {}): ColumnPoints => ({
  step, value, epoch: step.map(() => 1), time: step.map(() => null), low: value, high: value, ...more,
}); // prettier-ignore

describe('lineOf', () => {
  it('puts steps at their share of an epoch', () => {
    const run = emptyRun();
    run.metrics.set('training.elbo', points([50, 100], [1, 2], { epoch: [1, 2] }));
    const line = lineOf(points([25, 50, 75], [1, 2, 3]), run, 'epoch', 0, style);
    expect(line?.x).toEqual([0.5, 1, 1.5]);
  });

  it('leaves what has no time off the axis of time, and says so where nothing has', () => {
    const run = emptyRun();
    expect(lineOf(points([1, 2], [1, 2]), run, 'time', 0, style)).toBeUndefined();
    const line = lineOf(points([1, 2, 3], [1, null, 3], { time: [null, 4, 5] }), run, 'time', 0, style);
    expect([line?.x, line?.value]).toEqual([[4, 5], [null, 3]]); // prettier-ignore
  });

  it('smooths, keeps what was, and has a band where a point stands for several', () => {
    const line = lineOf(points([1, 2], [2, 4], { low: [1, 4], high: [3, 4] }), emptyRun(), 'step', 0.5, style);
    expect(line?.raw).toEqual([2, 4]);
    expect(line?.value[1]).toBeCloseTo(10 / 3, 12);
    expect(line?.band).toEqual({ low: [1, 4], high: [3, 4] });
    expect(lineOf(points([1, 2], [2, 4]), emptyRun(), 'step', 0, style)).toMatchObject({ raw: undefined, band: undefined }); // prettier-ignore
  });
});

it('lines of different places are joined on one axis, each value at its own', () => {
  const one = lineOf(points([1, 3], [10, 30]), emptyRun(), 'step', 0, style)!;
  const two = lineOf(points([2, 3, 5], [20, null, 50]), emptyRun(), 'step', 0, style)!;
  const { data, series } = joinLines([one, two]);
  expect(data).toEqual([[1, 2, 3, 5], [10, undefined, 30, undefined], [undefined, 20, null, 50]]); // prettier-ignore
  expect(series).toEqual([{ line: 0, kind: 'value' }, { line: 1, kind: 'value' }]); // prettier-ignore
  expect(joinLines([]).series).toEqual([]);
  expect(brokenPlaces([one, two])).toEqual([3]);
  expect(summaryOf(two)).toEqual({ last: 50, least: 20, most: 50, broken: 1, at: 5 });
});
