import { expect, it } from 'vitest';
import { Column } from './column.ts';

const at = (step: number) => ({ step, epoch: 1, time: step / 10 });

it('keeps values as they are up to its size', () => {
  const column = new Column(8);
  const values = [3, -1, 2.5, NaN, 7];
  for (const [step, value] of values.entries()) column.push(value, at(step));
  const { value, low, high, step, time } = column.points(100);
  expect(value).toEqual([3, -1, 2.5, null, 7]);
  expect([low, high]).toEqual([[3, -1, 2.5, null, 7], [3, -1, 2.5, null, 7]]); // prettier-ignore
  expect([step, time]).toEqual([[0, 1, 2, 3, 4], [0, 0.1, 0.2, 0.3, 0.4]]); // prettier-ignore
});

// Against the same joining of the whole list, for sizes that are even and odd and any number of values.
it.each([[4], [5], [7], [64]])('beyond it has means and extremes of neighbours, size %i', (most) => {
  for (const count of [most - 1, most, most + 1, 3 * most + 1, 8 * most, 8 * most + 3, 100 * most + 7]) {
    const column = new Column(most);
    const values = Array.from({ length: count }, (_, k) => (k % 97 === 50 ? Infinity : Math.sin(k * 1.7) * 1000));
    for (const [step, value] of values.entries()) column.push(value, at(step));
    for (const points of [1, 2, most, 10 * most]) {
      const found = column.points(points);
      expect(found.step.length).toBeLessThanOrEqual(Math.min(points, most));
      expect(found.step.at(-1)).toBe(count - 1);
      let first = 0;
      for (const [k, step] of found.step.entries()) {
        const those = values.slice(first, step + 1);
        const finite = those.filter((value) => Number.isFinite(value));
        expect(found.low[k]).toBe(finite.length > 0 ? Math.min(...finite) : null);
        expect(found.high[k]).toBe(finite.length > 0 ? Math.max(...finite) : null);
        if (finite.length < those.length) expect(found.value[k]).toBeNull();
        // A sum of n numbers has a relative error of n ε at most, of their largest.
        else expect(Math.abs(found.value[k]! - those.reduce((sum, value) => sum + value, 0) / those.length)).toBeLessThan(count * 1000 * 2 ** -52); // prettier-ignore
        first = step + 1;
      }
    }
    if (count >= 2 * most) expect(column.points(10 * most).step.length).toBeGreaterThanOrEqual(Math.floor(most / 2));
  }
});
