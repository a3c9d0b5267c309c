import { describe, expect, it } from 'vitest';
import { evaluate, evaluateAll } from '../../engine/reference/index.ts';
import { StandardNormal } from '../../gaussian/index.ts';
import { constant, exp, mul, sub, sum, tanh } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { made } from '../../nn/index.ts';
import { foldIn, key, normal } from '../../random/index.ts';
import { jacobian, logAbsDet } from '../../testing/jacobian.ts';
import { AffineCoupling, Chain, Exp, MaskedAutoregressive, Radial, TransformedDistribution } from '../index.ts';
import type { Bijector, Conditioner } from '../index.ts';

/** Shift and log-scale by a network of numbers that are drawn. */
function conditionerOf(size: number, seed: number, order: 'ascending' | 'descending'): Conditioner {
  const network = made('net', { size, hidden: [5, 7], activation: 'tanh', outputs: 2, order });
  const parameters = Object.fromEntries(
    network.parameters.map(({ name, shape }, k) => [name, constant(normal(foldIn(key(seed), k), shape, { dtype: 'float64' }))]), // prettier-ignore
  );
  return (x) => {
    const [shift, raw] = network.apply(parameters, x) as [Tensor, Tensor];
    return { shift, logScale: tanh(raw) };
  };
}

/** One that looks at everything it is given. */
function fullConditioner(size: number, seed: number): Conditioner {
  const [a, b] = [1, 2].map((k) => constant(normal(foldIn(key(seed), k), [size, size], { dtype: 'float64' })));
  // One point at a time: a row of the matrix for each coordinate.
  const total = (x: Tensor, matrix: Tensor): Tensor => tanh(sum(mul(x, matrix), -1));
  return (x) => ({ shift: mul(total(x, a!), 3), logScale: total(x, b!) });
}

const autoregressive = (size: number, seed: number, order: 'ascending' | 'descending'): Bijector =>
  new MaskedAutoregressive(size, conditionerOf(size, seed, order));
const coupling = (mask: readonly boolean[], seed: number): Bijector =>
  new AffineCoupling(mask, fullConditioner(mask.length, seed));

const cases: Readonly<Record<string, Bijector>> = {
  'a coupling': coupling([true, false, true, false], 1),
  'couplings in a chain': new Chain([coupling([true, false, false, false], 2), coupling([false, true, true, true], 3)]),
  'an autoregressive flow': autoregressive(4, 4, 'ascending'),
  'an autoregressive flow the other way': autoregressive(4, 5, 'descending'),
  'a radial flow that expands': new Radial({ center: [0.5, -1, 1.5, 0], reach: [0.7], scale: [6] }),
  'a radial flow that contracts': new Radial({ center: [0.3, -1, 2, 0.4], reach: [2], scale: [0.01] }),
  'a chain of both, and of a map of numbers': new Chain([new Exp(), autoregressive(4, 6, 'descending'), coupling([false, true, false, true], 7)]), // prettier-ignore
};

const points = [[0.3, -1, 2, 0.5], [-2, 0.1, 0.7, -0.4], [5, -6, 4, 7]]; // prettier-ignore

describe.each(Object.entries(cases))('%s', (_, bijector) => {
  it('has the log-determinant of its Jacobian, both ways', () => {
    for (const point of points) {
      const x = constant(point);
      const expected = logAbsDet(jacobian((at) => bijector.forward(at), x));
      const { value, logDet: stated } = evaluateAll({ ...bijector.forwardWithLogDet(x) });
      const total = Array.from<number>(stated.data).reduce((whole, own) => whole + own, 0);
      expect(total).toBeCloseTo(expected, 10);
      const [forward, back, joint] = [
        bijector.forwardLogDetJacobian(x),
        bijector.inverseLogDetJacobian(constant(value)),
        bijector.inverseWithLogDet(constant(value)).logDet,
      ].map((each) => evaluate(sum(each)).item());
      for (const [what, actual] of Object.entries({ forward, joint, back: -back! }))
        expect(Math.abs(actual! - total), what).toBeLessThan(1e-9);
    }
  });

  it('comes back, to 1e-10', () => {
    for (const point of points) {
      const y = bijector.forward(point);
      const back = [bijector.inverse(y), bijector.inverseWithLogDet(y).value].map((each) => [...evaluate(each).data]);
      for (const found of back) {
        found.forEach((x, k) => {
          expect(Math.abs(x - point[k]!)).toBeLessThan(1e-10 * Math.max(1, Math.abs(point[k]!)));
        });
      }
      const there = evaluate(bijector.forward(bijector.inverse(y))).data;
      evaluate(y).data.forEach((x, k) => {
        expect(Math.abs(there[k]! - x)).toBeLessThan(1e-10 * Math.max(1, Math.abs(x)));
      });
    }
  });
});

describe('what depends on what', () => {
  const dependence = (bijector: Bijector): string =>
    jacobian((x) => bijector.forward(x), constant([0.3, -1, 2, 0.5]))
      .map((row) => row.map((x) => (x === 0 ? '.' : 'x')).join(''))
      .join(' ');

  it('of a coupling: those that pass on themselves, others on those that pass and themselves', () => {
    expect(dependence(coupling([true, false, true, false], 1))).toBe('x... xxx. ..x. x.xx');
  });

  it('of an autoregressive flow: each on those before it, all of them', () => {
    expect(dependence(autoregressive(4, 4, 'ascending'))).toBe('x... xx.. xxx. xxxx');
    expect(dependence(autoregressive(4, 5, 'descending'))).toBe('xxxx .xxx ..xx ...x');
  });

  it('refuses masks that couple nothing', () => {
    expect(() => coupling([true, true], 1)).toThrow('some coordinates must pass and some not');
    expect(() => coupling([false], 1)).toThrow('some coordinates must pass and some not');
  });
});

it('makes a density of another: its integral over a grid is 1', () => {
  const bijector = new Chain([autoregressive(2, 8, 'ascending'), autoregressive(2, 9, 'descending')]);
  const density = new TransformedDistribution(StandardNormal.ofSize(2, 'float64'), bijector);
  // Bounded shifts and scales: what lies beyond has noise far out.
  const [cells, half] = [480, 24];
  const line = Array.from({ length: cells }, (_, k) => ((k + 0.5) / cells - 0.5) * 2 * half);
  let total = 0;
  for (const x of line) {
    for (const p of evaluate(exp(density.logProb(line.map((y) => [x, y])))).data) total += p;
  }
  expect(Math.abs(total * ((2 * half) / cells) ** 2 - 1)).toBeLessThan(1e-4);
  const { value, logProb } = density.sampleAndLogProb(key(3), [50]);
  for (const off of evaluate(sub(density.logProb(value), logProb)).data) expect(Math.abs(off)).toBeLessThan(1e-9);
});
