import { describe, expect, it } from 'vitest';
import { compareArrays, expectAllClose } from './index.ts';

describe('expectAllClose', () => {
  it('accepts within atol + rtol |expected|, and no further', () => {
    expectAllClose([1.001, 100.1], [1, 100], { rtol: 1.0001e-3 });
    expectAllClose([0.5], [0], { atol: 0.5 });
    expect(compareArrays([1.001], [1], { rtol: 0.9e-3 })).toMatch(/1 of 1 elements/);
  });

  it('names the worst element', () => {
    expect(() => { expectAllClose([[0, 1.5], [2, 5]], [[0, 1], [2, 3]], {}, 'sum'); }).toThrow(/^sum: 2 of 4/); // prettier-ignore
    expect(() => { expectAllClose([[0, 1.5], [2, 5]], [[0, 1], [2, 3]], { atol: 0.1 }); }).toThrow(/at \[1, 1\], is 5, expected 3/); // prettier-ignore
  });

  it('matches NaN with NaN and an infinity with itself, whatever the tolerance', () => {
    expectAllClose([NaN, Infinity, -Infinity, 0], [NaN, Infinity, -Infinity, -0]);
    for (const [actual, expected] of [
      [NaN, 0],
      [0, NaN],
      [Infinity, 1e300],
      [-Infinity, Infinity],
    ] as const)
      // prettier-ignore
      expect(compareArrays([actual], [expected], { rtol: 1e9, atol: 1e9 })).toBeDefined();
  });

  it('compares shapes', () => {
    expect(compareArrays([[1, 2]], [1, 2])).toBe('the shape is [1, 2], expected [2]');
    expectAllClose([], []);
  });
});
