import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../core/index.ts';
import { key, randint } from '../../random/index.ts';
import { auroc, averagePrecision, precisionRecallCurve, rocCurve } from './index.ts';
import type { AnomalyLabels, PrecisionRecallCurve, RocCurve } from './index.ts';

/** P(anomaly above normal) + ½ P(tie), pair by pair. */
function pairwiseAuroc(scores: readonly number[], labels: readonly number[]): number {
  let [wins, pairs] = [0, 0];
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (!labels[i] || labels[j]) return;
      pairs++;
      wins += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  return wins / pairs;
}

/** Σ (Rₖ − Rₖ₋₁) Pₖ with precision and recall counted anew at every threshold. */
function countedAveragePrecision(scores: readonly number[], labels: readonly number[]): number {
  const positives = labels.filter(Boolean).length;
  let [area, lastRecall] = [0, 0];
  for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
    const taken = labels.filter((_, i) => scores[i]! >= threshold);
    const found = taken.filter(Boolean).length;
    area += (found / positives - lastRecall) * (found / taken.length);
    lastRecall = found / positives;
  }
  return area;
}

describe('auroc and averagePrecision', () => {
  it('agree with their definitions, whatever the ties', () => {
    for (let seed = 0; seed < 40; seed++) {
      const levels = 1 + (seed % 7); // One level: all tied.
      const scores = Array.from(randint(key(seed), [30], { low: 0, high: levels }).data);
      const labels = [1, 0, ...Array.from(randint(key(1000 + seed), [28], { low: 0, high: 2 }).data)];
      expect(auroc(scores, labels)).toBeCloseTo(pairwiseAuroc(scores, labels), 12);
      expect(averagePrecision(scores, labels)).toBeCloseTo(countedAveragePrecision(scores, labels), 12);
    }
  });

  it('know the extremes', () => {
    expect(auroc([3, 2, 1, -Infinity], [true, true, false, false])).toBe(1);
    expect(auroc([1, 2, 3, Infinity], [true, true, false, false])).toBe(0);
    expect(averagePrecision([3, 2, 1, 0], [1, 1, 0, 0])).toBe(1);
    expect(averagePrecision([5, 5, 5, 5], [1, 0, 0, 0])).toBe(0.25);
  });

  it.each([auroc, averagePrecision, rocCurve, precisionRecallCurve])('%o refuses options that it has not', (rank) => {
    expect(() => rank([1, 2], [1, 0], { weight: [1, 1] } as never)).toThrow(/'weight'|weight/);
    expect(() => rank([1, 2], [1, 0], { sampleWeight: [1] })).toThrow();
  });

  it('refuse what cannot be ranked', () => {
    expect(() => auroc([1, 2], [1])).toThrow(ShapeError);
    expect(() => auroc([1, NaN], [1, 0])).toThrow(/score 1 is NaN/);
    expect(() => averagePrecision([1, 2], [0, 0])).toThrow(ValueError);
  });

  it('count what weights say: an example of weight 3 is three examples, one of weight 0 none', () => {
    const [scores, labels, sampleWeight] = [
      [2, 1, 2, 3, 0, 9],
      [1, 0, 0, 1, 1, 0],
      [3, 2, 1, 1, 2, 0],
    ];
    const repeat = (list: readonly number[]): number[] =>
      list.flatMap((value, i) => new Array<number>(sampleWeight[i]!).fill(value));
    const [many, theirs] = [repeat(scores), repeat(labels)];
    expect(auroc(scores, labels, { sampleWeight })).toBeCloseTo(auroc(many, theirs), 14);
    expect(averagePrecision(scores, labels, { sampleWeight })).toBeCloseTo(averagePrecision(many, theirs), 14);
  });

  const measures = { auroc, averagePrecision, rocCurve, precisionRecallCurve };
  it.each(Object.entries(measures))('%s takes 0 and 1, −1 and 1, booleans, and nothing else', (name, measure) => {
    const scores = [4, 2, 3, 1];
    const expected = measure(scores, [1, 0, 0, 1]);
    for (const labels of [[1, -1, -1, 1], [true, false, false, true], Uint8Array.of(1, 0, 0, 1), [1, -0, 0, 1]]) {
      expect(measure(scores, labels)).toEqual(expected);
    }
    const refused: [unknown, RegExp][] = [
      [[1, 0, NaN, 1], /label 2 is NaN; labels are 1 for anomalies/],
      [[1, 0, 2, 1], /label 2 is 2;/],
      [[0.5, 0, 1, 1], /label 0 is 0.5;/],
      [[1, 0, 1, -1], /label 3 is -1, but label 1 is 0;/],
      [[1, -1, 0, -1], /label 2 is 0, but label 1 is -1;/],
      [[1, 1, true, 0], /label 2 is true, but label 0 is 1;/],
      [[true, false, 0, 1], /label 2 is 0, but label 0 is true;/],
      [['1', '0', '0', '1'], /label 0 is "1";/],
      [[1, 0, undefined, null], /label 2 is undefined/],
      [[1, 1, 1, 1], /no normal examples among 4/],
      [[-1, -1, -1, -1], /no anomalies among 4/],
      ['1001', /labels must be an array/],
      [undefined, /labels must be an array/],
    ];
    for (const [labels, message] of refused) {
      const run = (): unknown => measure(scores, labels as AnomalyLabels);
      expect(run, String(labels)).toThrow(message);
      expect(run).toThrow(ValueError);
      expect(run).toThrow(new RegExp(`^${name}: `));
    }
    expect(() => measure([1, 2, NaN, 0], [1, 0, 1, 0])).toThrow(/score 2 is NaN/);
    expect(() => measure(['1', 2, 3, 4] as number[], [1, 0, 1, 0])).toThrow(/score 0 is "1"/);
    expect(() => measure(scores, [1, 0, 1])).toThrow(ShapeError);
    expect(() => measure(scores, [1, 0, 0, 1], { sampleWeight: [1, 1, 1] })).toThrow(/4 scores, but 3 sampleWeight/);
    for (const wrong of [-1, NaN, Infinity]) {
      expect(() => measure(scores, [1, 0, 0, 1], { sampleWeight: [1, wrong, 1, 1] })).toThrow(`weight 1 is ${wrong}`);
    }
    expect(() => measure(scores, [1, 0, 0, 1], { sampleWeight: [0, 1, 1, 0] })).toThrow(/no anomalies/);
  });

  const near = (actual: ArrayLike<number>, expected: readonly number[]): void => {
    expect(actual.length).toBe(expected.length);
    expected.forEach((value, k) => {
      expect(actual[k]).toBeCloseTo(value, 14);
    });
  };
  it('are what scikit-learn gives, curves too, with ties and weights', () => {
    const cases = JSON.parse(
      readFileSync(new URL('../../../test/fixtures/ranking.json', import.meta.url), 'utf8'),
    ) as (Record<'scores' | 'labels', number[]> & { sampleWeight?: number[] } & Record<
        'auroc' | 'averagePrecision',
        number
      > &
      Record<'roc' | 'rocWhole', Record<keyof RocCurve, number[]>> & {
        precisionRecall: Record<keyof PrecisionRecallCurve, number[]>;
      })[];
    expect(cases).toHaveLength(6);
    for (const { scores, labels, sampleWeight, roc, rocWhole, precisionRecall, ...areas } of cases) {
      const options = { sampleWeight };
      expect(auroc(scores, labels, options)).toBeCloseTo(areas.auroc, 13);
      expect(averagePrecision(scores, labels, options)).toBeCloseTo(areas.averagePrecision, 13);
      for (const [dropIntermediate, expected] of [
        [true, roc],
        [false, rocWhole],
      ] as const) {
        const curve = rocCurve(scores, labels, { ...options, dropIntermediate });
        near(curve.falsePositiveRate, expected.falsePositiveRate);
        near(curve.truePositiveRate, expected.truePositiveRate);
        expect(curve.thresholds[0]).toBe(Infinity);
        near(curve.thresholds.subarray(1), expected.thresholds);
      }
      const curve = precisionRecallCurve(scores, labels, options);
      near(curve.precision, precisionRecall.precision);
      near(curve.recall, precisionRecall.recall);
      near(curve.thresholds, precisionRecall.thresholds);
    }
  });
});
