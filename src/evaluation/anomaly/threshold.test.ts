import { expect, it } from 'vitest';
import { ValueError } from '../../core/index.ts';
import { key, permutation } from '../../random/index.ts';
import { thresholdOf } from './index.ts';

it('leaves the asked share of the scores above the threshold', () => {
  for (const n of [1, 2, 7, 20, 100]) {
    const scores = permutation(key(n), n).data;
    for (const contamination of [0, 0.01, 0.05, 0.1, 0.25, 0.5]) {
      const threshold = thresholdOf(scores, { contamination });
      expect(threshold).toBe(thresholdOf(scores, { quantile: 1 - contamination }));
      expect(scores.filter((score) => score > threshold)).toHaveLength(Math.floor(contamination * n + 1e-9));
    }
  }
});

it('takes ties as one and refuses what is no rule', () => {
  expect(thresholdOf([1, 1, 1, 5], { contamination: 0.5 })).toBe(1);
  expect(() => thresholdOf([], { quantile: 0.9 })).toThrow(/no scores/);
  for (const rule of [{ quantile: 0 }, { quantile: 1.1 }, { contamination: 1 }, { contamination: NaN }]) {
    expect(() => thresholdOf([1], rule)).toThrow(ValueError);
  }
  // @ts-expect-error neither is given
  expect(() => thresholdOf([1], {})).toThrow(/one of them/);
});
