import { expect, it } from 'vitest';
import { formatBytes, formatLimit, formatNats, formatNumber, formatSeconds } from './format.ts';

it.each([
  [82.7654, '82.77'], [-102.8, '−102.8'], [0.001, '0.001'], [1.23456e-7, '1.23e-7'], [0, '0'], [12_345_678, '1.23e7'], [1234.5, '1235'], [1e5, '100000'],
  [NaN, 'NaN'], [-Infinity, '−∞'], [null, '–'], [undefined, '–'], [100, '100'], [-0.00001, '−1e-5'],
] as const)('the number %f is written %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
}); // prettier-ignore

it('nats have two decimals, times and sizes the units that suit them', () => {
  expect([formatNats(-1), formatNats(82), formatNats(undefined), formatNats(NaN)]).toEqual([
    '−1.00',
    '82.00',
    '–',
    'NaN',
  ]);
  expect([4.21, 59.4, 200, 3600, 7500, 200_000].map(formatSeconds)).toEqual(['4.2 s', '59 s', '3 min 20 s', '1 h', '2 h 5 min', '2 d 7 h']); // prettier-ignore
  expect([2 ** 30, 3 * 2 ** 20, 1_000_000].map(formatLimit)).toEqual(['1 GiB', '3 MiB', '1.0 MB']);
  expect([12, 4200, 150_000, 2_500_000, 3e9].map(formatBytes)).toEqual(['12 B', '4.2 kB', '150 kB', '2.5 MB', '3.0 GB']); // prettier-ignore
});
