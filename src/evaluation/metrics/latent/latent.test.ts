import { describe, expect, it } from 'vitest';
import { columnMoments } from '../columns.ts';

describe('columnMoments', () => {
  it('are exact for a known table', () => {
    const { mean, variance } = columnMoments([1, 10, 2, 10, 6, 10], 2);
    expect([...mean]).toEqual([3, 10]);
    expect(variance[0]).toBeCloseTo(14 / 3, 12);
    expect(variance[1]).toBe(0);
  });
});
