import { expect, it } from 'vitest';
import { formatPlace, roundedZoom } from './places.ts';

it('epochs and steps are whole, and a step stands at its share of an epoch', () => {
  expect([1, 2.0000000001, 2.08, 0.5].map((value) => formatPlace(value, 'epoch'))).toEqual(['epoch 1', 'epoch 2', '8 % of epoch 3', '50 % of epoch 1']); // prettier-ignore
  expect([formatPlace(12345.4, 'step'), formatPlace(95, 'time')]).toEqual(['step 12,345', '1 min 35 s']);
});

it('what is drawn over becomes numbers that read well, and holds what was drawn over', () => {
  expect(roundedZoom([1.8034, 2.7779], 'epoch')).toEqual([1, 3]);
  expect(roundedZoom([2.001, 2.999], 'epoch')).toEqual([2, 3]);
  expect(roundedZoom([103.4, 2000.6], 'step')).toEqual([103, 2001]);
  expect(roundedZoom([5.1, 5.2], 'step')).toEqual([5, 6]);
  expect(roundedZoom([12.34567, 98.76543], 'time')).toEqual([12.3, 98.8]);
  expect(roundedZoom([0.30000000000000004, 0.34567], 'time')).toEqual([0.3, 0.3457]);
});
