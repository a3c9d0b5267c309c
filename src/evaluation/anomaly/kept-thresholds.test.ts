import { expect, it } from 'vitest';
import { ValueError } from '../../core/index.ts';
import { parseThresholds } from './index.ts';

const threshold = { value: 91.5, quantile: 0.95, examples: 1000, source: 'digits', draws: 16, seed: 0 };

it('takes thresholds by the score, and names what is wrong', () => {
  const whole = { schemaVersion: 1, thresholds: { elbo: threshold, nll: threshold } };
  expect(parseThresholds(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
  expect(parseThresholds({ schemaVersion: 1, thresholds: {} })).toEqual({ schemaVersion: 1, thresholds: {} });
  const typicality = { center: 90, spread: 10, intercept: 80, slope: 0.5, residual: 4 };
  expect(parseThresholds({ ...whole, typicality })).toEqual({ ...whole, typicality });
  for (const [wrong, message] of [
    [{ ...whole, typicality: { ...typicality, spread: 0 } }, /typicality\.spread: .*above 0, found 0/],
    [{ ...whole, schemaVersion: 2 }, /schemaVersion: expected 1, found 2/],
    [{ schemaVersion: 1, thresholds: { elbo: { ...threshold, quantile: 0 } } }, /elbo\.quantile: .*\(0, 1\], found 0/],
    [{ schemaVersion: 1, thresholds: { elbo: { ...threshold, draws: 1.5 } } }, /elbo\.draws/],
    [{ schemaVersion: 1, thresholds: { loss: threshold } }, /loss/],
    [[], /file\.json/],
  ] as const) {
    expect(() => parseThresholds(wrong, { name: 'file.json' })).toThrow(ValueError);
    expect(() => parseThresholds(wrong, { name: 'file.json' })).toThrow(message);
  }
});
