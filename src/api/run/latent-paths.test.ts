import { describe, expect, it } from 'vitest';
import { NdArray, ValueError } from '../index.ts';
import { interpolateLatents, traverseLatents } from './latent-paths.ts';

const rows = (...values: readonly (readonly number[])[]): NdArray<'float32'> => NdArray.from(values, 'float32');
/** A few float32 roundings of numbers up to 8. */
const tolerance = 8 * 4 * 2 ** -23;

function expectRows(found: NdArray, expected: readonly (readonly number[])[]): void {
  expect(found.shape).toEqual([expected.length, expected[0]?.length]);
  for (const [at, value] of expected.flat().entries()) {
    expect(Math.abs((found.data[at] ?? NaN) - value)).toBeLessThan(tolerance);
  }
}

describe('interpolateLatents', () => {
  it('goes straight and evenly, each row on its own path', () => {
    const paths = interpolateLatents(rows([0, 0], [4, 0]), rows([2, 4], [0, 8]), { steps: 3 });
    expectRows(paths, [[0, 0], [1, 2], [2, 4], [4, 0], [2, 4], [0, 8]]); // prettier-ignore
  });

  it('turns evenly on a circle, and lengthens evenly', () => {
    const c = Math.SQRT1_2;
    expectRows(interpolateLatents(rows([2, 0]), rows([0, 2]), { steps: 3, path: 'spherical' }), [[2, 0], [2 * c, 2 * c], [0, 2]]); // prettier-ignore
    const [cos30, sin30] = [Math.cos(Math.PI / 6), 0.5];
    expectRows(interpolateLatents(rows([1, 0]), rows([0, 4]), { steps: 4, path: 'spherical' }), [
      [1, 0],
      [2 * cos30, 2 * sin30],
      [3 * sin30, 3 * cos30],
      [0, 4],
    ]);
  });

  it('goes straight where there is no turn, or no one way to turn', () => {
    for (const end of [
      [3, 0],
      [-1, 0],
      [0, 0],
    ]) {
      // prettier-ignore
      const straight = interpolateLatents(rows([1, 0]), rows(end), { steps: 5 });
      expect(interpolateLatents(rows([1, 0]), rows(end), { steps: 5, path: 'spherical' })).toEqual(straight);
    }
  });

  it('refuses fewer than two steps', () => {
    for (const steps of [1, 2.5, NaN]) {
      expect(() => interpolateLatents(rows([1]), rows([2]), { steps })).toThrow(ValueError);
    }
  });
});

describe('traverseLatents', () => {
  it('moves one dimension at a time', () => {
    const points = traverseLatents(rows([5, 6, 7]), { dimensions: [2, 0], range: 2, steps: 3 });
    expectRows(points, [[5, 6, -2], [5, 6, 0], [5, 6, 2], [-2, 6, 7], [0, 6, 7], [2, 6, 7]]); // prettier-ignore
    expect(traverseLatents(rows([0, 0])).shape).toEqual([18, 2]);
  });

  it('refuses dimensions that do not exist and ranges that are none', () => {
    for (const options of [{ dimensions: [2] }, { dimensions: [-1] }, { range: 0 }, { range: NaN }, { steps: 1 }]) {
      expect(() => traverseLatents(rows([0, 0]), options)).toThrow(ValueError);
    }
  });
});
