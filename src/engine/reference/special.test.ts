import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { erf, integerPower, power, relu, sigmoid, softplus } from './special.ts';

type Points = readonly (readonly [x: number, y: number])[];

// 60-digit values; the generator stands beside them.
const fixtures = JSON.parse(readFileSync('test/fixtures/special-functions.json', 'utf8')) as Record<
  'erf' | 'sigmoid' | 'softplus',
  Points
>;

/** The largest relative error, in units of ε; absolute below the smallest normal number. */
function worstError(f: (x: number) => number, points: Points): number {
  return Math.max(...points.map(([x, y]) => Math.abs(f(x) - y) / Math.max(Math.abs(y), 2 ** -1022) / 2 ** -52));
}

describe('special functions', () => {
  it('erf is right within 1 ulp, odd, and NaN at NaN', () => {
    expect(worstError(erf, fixtures.erf)).toBeLessThanOrEqual(1);
    expect(worstError((x) => -erf(-x), fixtures.erf)).toBeLessThanOrEqual(1);
    expect([erf(Infinity), erf(-Infinity), erf(NaN)]).toEqual([1, -1, NaN]);
  });

  it('sigmoid and softplus are right within 3 ulp on both sides', () => {
    expect(worstError(sigmoid, fixtures.sigmoid)).toBeLessThanOrEqual(3);
    expect(worstError(softplus, fixtures.softplus)).toBeLessThanOrEqual(3);
    expect([sigmoid(Infinity), sigmoid(-Infinity), sigmoid(NaN)]).toEqual([1, 0, NaN]);
    expect([softplus(Infinity), softplus(-Infinity), softplus(NaN)]).toEqual([Infinity, 0, NaN]);
  });

  it('relu keeps NaN', () => {
    expect([-1, 0, 2, NaN, Infinity, -Infinity].map(relu)).toEqual([0, 0, 2, NaN, Infinity, 0]);
  });

  it('power follows IEEE 754', () => {
    expect([power(0, 0), power(NaN, 0), power(1, NaN), power(1, Infinity), power(-1, -Infinity)]).toEqual([
      1, 1, 1, 1, 1,
    ]);
    expect([power(-2, 3), power(-2, 0.5), power(0, -1), power(2, NaN)]).toEqual([-8, NaN, Infinity, NaN]);
  });

  it('integer powers wrap at 32 bits', () => {
    for (const base of [-7, -1, 0, 1, 2, 3, 46341, 2 ** 31 - 1])
      for (let exponent = 0; exponent < 40; exponent++) {
        const exact = Number(BigInt.asIntN(32, BigInt(base) ** BigInt(exponent)));
        expect(integerPower(base, exponent)).toBe(exact);
      }
    expect([integerPower(2, -1), integerPower(1, -5), integerPower(-1, -5), integerPower(-1, -4)]).toEqual([
      0, 1, -1, 1,
    ]);
  });
});
