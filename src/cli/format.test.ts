import { expect, it } from 'vitest';
import { formatBars } from './format.ts';

it('draws bars in proportion, and none for what reads 0.00, however small the largest is', () => {
  const lengths = (values: readonly number[]) => formatBars(values).map((line) => line.split('█').length - 1);
  expect(lengths([3, 1.5, 0])).toEqual([24, 12, 0]);
  expect(lengths([0.004, 0.001, 0])).toEqual([0, 0, 0]);
  expect(lengths([0.02, 0.004])).toEqual([24, 0]);
  expect(formatBars([0, 0])).toEqual(['  z1  0.00  ·', '  z2  0.00  ·']);
});
