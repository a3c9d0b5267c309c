import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../core/index.ts';
import { key, randint } from '../../random/index.ts';
import { auroc, averagePrecision } from './index.ts';

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

  it('refuse what cannot be ranked', () => {
    expect(() => auroc([1, 2], [1])).toThrow(ShapeError);
    expect(() => auroc([1, NaN], [1, 0])).toThrow(/score 1 is NaN/);
    expect(() => averagePrecision([1, 2], [0, 0])).toThrow(ValueError);
  });
});
