import { expect, it } from 'vitest';
import fitCurve from './fit-curve.ts';

const curve =
  ([a, b]: readonly [number, number]) =>
  (x: number) =>
    1 / (1 + a * x ** (2 * b));

it('finds the two numbers of UMAP that umap-learn finds', () => {
  // Of its default distances: 300 places up to 3, as find_ab_params of umap-learn 0.5 fits them by SciPy's curve_fit.
  const x = Array.from({ length: 300 }, (_, k) => (3 * k) / 299);
  const y = x.map((each) => (each < 0.1 ? 1 : Math.exp(-(each - 0.1))));
  const { parameterValues } = fitCurve({ x, y }, curve, { initialValues: [0.5, 0.5] });
  expect(parameterValues[0]).toBeCloseTo(1.576943460405378, 5);
  expect(parameterValues[1]).toBeCloseTo(0.8950608781227859, 5);
});

it('comes back to the numbers that a curve was made of, from far away too', () => {
  for (const [a, b] of [[0.3, 2], [5, 0.5], [1.2, 1.2]] as const) {
    const x = Array.from({ length: 50 }, (_, k) => 0.01 + k / 10);
    const { parameterValues, parameterError } = fitCurve({ x, y: x.map(curve([a, b])) }, curve);
    expect(parameterError).toBeLessThan(1e-16);
    expect(parameterValues[0]).toBeCloseTo(a, 6);
    expect(parameterValues[1]).toBeCloseTo(b, 6);
  }
}); // prettier-ignore
