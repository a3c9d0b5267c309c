import { describe, expect, it } from 'vitest';
import { smooth } from './smoothing.ts';

describe('smooth', () => {
  const values = [3, -1, 4, 1, -5, 9, 2.5];

  it.each([0.3, 0.6, 0.99])('is the weighted mean of what came so far, with weight %f', (weight) => {
    // Σ w^(t−i) x_i / Σ w^(t−i): debiasing makes the weights sum to one.
    const direct = values.map((_, t) => {
      const weights = values.slice(0, t + 1).map((_, i) => weight ** (t - i));
      const sum = weights.reduce((total, each) => total + each, 0);
      return weights.reduce((total, each, i) => total + each * values[i]!, 0) / sum;
    });
    smooth(values, weight).forEach((value, t) => {
      expect(value).toBeCloseTo(direct[t]!, 10);
    });
  });

  it('leaves values as they are with weight 0, and gaps as gaps which count for nothing', () => {
    expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]);
    const [first, gap, last] = smooth([1, null, 3], 0.5);
    expect([first, gap]).toEqual([1, null]);
    expect(last).toBeCloseTo((0.5 * 1 + 3) / 1.5, 12);
  });
});
