import { expect, it } from 'vitest';
import { counted, fixed } from './index.ts';

it('counts one and many', () => {
  expect([0, 1, 2, 1500].map((count) => counted(count, 'epoch'))).toEqual(['0 epochs', '1 epoch', '2 epochs', '1,500 epochs']); // prettier-ignore
});

it('gives what rounds to zero no sign', () => {
  expect([-0.004, -0, -0.006, 0.004, -12.345, NaN, -Infinity].map((value) => fixed(value))).toEqual(['0.00', '0.00', '-0.01', '0.00', '-12.35', 'NaN', '-Infinity']); // prettier-ignore
  expect(fixed(-0.4, 0)).toBe('0');
});
