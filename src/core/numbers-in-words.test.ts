import { expect, it } from 'vitest';
import { bytesInWords, counted, fixed } from './index.ts';

it('counts one and many', () => {
  expect([0, 1, 2, 1500].map((count) => counted(count, 'epoch'))).toEqual(['0 epochs', '1 epoch', '2 epochs', '1,500 epochs']); // prettier-ignore
});

it('gives what rounds to zero no sign', () => {
  expect([-0.004, -0, -0.006, 0.004, -12.345, NaN, -Infinity].map((value) => fixed(value))).toEqual(['0.00', '0.00', '-0.01', '0.00', '-12.35', 'NaN', '-Infinity']); // prettier-ignore
  expect(fixed(-0.4, 0)).toBe('0');
});

it('gives bytes in the unit of their size', () => {
  expect([0, 999, 1e6, 1.234e7, 999.6e6, 3.456e9].map((bytes) => bytesInWords(bytes))).toEqual(['0 kB', '0.999 kB', '1 MB', '12.3 MB', '1000 MB', '3.46 GB']); // prettier-ignore
  expect(bytesInWords(1.56e9, 2)).toBe('1.6 GB');
});
