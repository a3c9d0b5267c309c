import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { constant, grad, mul, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { eigh } from '../linalg/index.ts';
import { key, normal } from '../random/index.ts';
import { convolution, dense, spectrallyNormalized } from './index.ts';
import type { Layer, LayerContext } from './index.ts';

const weightName = 'd.weight';

/** ‖W‖₂ by the eigenvalues of WᵀW. */
function spectralNorm(weight: NdArray, rows: number): number {
  const columns = weight.size / rows;
  const gram = Array.from({ length: columns }, (_, a) =>
    Array.from({ length: columns }, (_, b) => {
      let total = 0;
      for (let r = 0; r < rows; r++) total += weight.data[r * columns + a]! * weight.data[r * columns + b]!;
      return total;
    }),
  );
  return Math.sqrt(Math.max(...eigh(gram).values.data));
}

/** A layer's parameters in float64, its state after so many steps of power iteration. */
function trained(layer: Layer, x: Tensor, steps: number): Record<string, NdArray> {
  let values: Record<string, NdArray> = Object.fromEntries(
    layer.parameters.map(({ name, shape }, k) => [name, normal(key(k + 1), shape, { dtype: 'float64' })]),
  );
  for (let step = 0; step < steps; step++) {
    const context: LayerContext = { mode: 'train', state: new Map() };
    layer.apply(constantsOf(values), x, context);
    values = { ...values, ...Object.fromEntries([...context.state].map(([name, u]) => [name, evaluate(u)])) };
  }
  return values;
}

const constantsOf = (values: Readonly<Record<string, NdArray>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));

describe('spectral normalisation', () => {
  const layer = spectrallyNormalized(dense('d', [3, 5]));
  const x = constant(normal(key(9), [4, 3], { dtype: 'float64' }));

  it('divides a dense weight by its largest singular value, and leaves the bias', () => {
    const values = trained(layer, x, 60);
    const weight = values[weightName]!;
    const sigma = spectralNorm(weight, 3);
    const scaled = new NdArray(
      Float64Array.from(weight.data, (w) => w / sigma),
      [3, 5],
    );
    const expected = evaluate(dense('d', [3, 5]).apply({ ...constantsOf(values), [weightName]: constant(scaled) }, x));
    for (const mode of ['train', 'evaluate'] as const) {
      const found = evaluate(layer.apply(constantsOf(values), x, { mode, state: new Map() }));
      found.data.forEach((value, at) => {
        expect(value, mode).toBeCloseTo(expected.data[at]!, 10);
      });
    }
  });

  it('stretches nothing: no singular value of what is applied is above 1, of kernels as matrices too', () => {
    const kernel = spectrallyNormalized(convolution('c', { channels: [2, 3], kernel: 3 }));
    const image = constant(normal(key(8), [1, 2, 5, 5], { dtype: 'float64' }));
    const values = trained(kernel, image, 200);
    const name = kernel.parameters.find(({ shape }) => shape.length === 4)!.name;
    const [rows = 0] = values[name]!.shape;
    // A kernel that is scaled gives the scaled image, its bias aside.
    const own = constantsOf(values);
    const bias = kernel.parameters.find(({ shape, kind }) => shape.length === 1 && kind !== 'state')!.name;
    const unbiased = { ...own, [bias]: mul(own[bias]!, 0) };
    const found = evaluate(kernel.apply(unbiased, image)).data;
    const plain = evaluate(convolution('c', { channels: [2, 3], kernel: 3 }).apply(unbiased, image)).data;
    found.forEach((value, at) => {
      expect(value * spectralNorm(values[name]!, rows)).toBeCloseTo(plain[at]!, 8);
    });
  });

  it('has one round of power iteration a step as its state, and none in evaluation', () => {
    const before = trained(layer, x, 0);
    const context: LayerContext = { mode: 'train', state: new Map() };
    layer.apply(constantsOf(before), x, context);
    const [weight, u] = [before[weightName]!.data, before[`${weightName}.u`]!.data];
    const unit = (v: number[]): number[] => v.map((a) => a / Math.hypot(...v));
    const v = unit([0, 1, 2, 3, 4].map((c) => [0, 1, 2].reduce((sum, r) => sum + weight[5 * r + c]! * u[r]!, 0)));
    const next = unit([0, 1, 2].map((r) => v.reduce((sum, a, c) => sum + weight[5 * r + c]! * a, 0)));
    expect([...context.state.keys()]).toEqual([`${weightName}.u`]);
    evaluate(context.state.get(`${weightName}.u`)!).data.forEach((value, r) => {
      expect(value).toBeCloseTo(next[r]!, 9);
    });
    const still: LayerContext = { mode: 'evaluate', state: new Map() };
    layer.apply(constantsOf(before), x, still);
    expect(still.state.size).toBe(0);
  });

  it('has the gradient of the norm’s quotient, where power iteration is at its end', () => {
    const values = trained(layer, x, 400);
    const at = (weight: NdArray) => {
      const w = constant(weight);
      const y = layer.apply({ ...constantsOf(values), [weightName]: w }, x, { mode: 'train', state: new Map() });
      return { w, y: sum(mul(y, y)) };
    };
    // The vectors follow the weight in differences, and not in the gradient: at the singular vectors that is of second order.
    const exact = (weight: NdArray): number => {
      const sigma = spectralNorm(weight, 3);
      const scaled = new NdArray(
        Float64Array.from(weight.data, (w) => w / sigma),
        [3, 5],
      );
      const y = dense('d', [3, 5]).apply({ ...constantsOf(values), [weightName]: constant(scaled) }, x);
      return evaluate(sum(mul(y, y))).item();
    };
    const weight = values[weightName]!;
    const { w, y } = at(weight);
    const found = evaluate(grad(y, [w])[0]!).data;
    const step = 1e-5;
    found.forEach((slope, k) => {
      const moved = (by: number): NdArray => new NdArray(Float64Array.from(weight.data, (a, j) => (j === k ? a + by : a)), [3, 5]); // prettier-ignore
      expect(slope).toBeCloseTo((exact(moved(step)) - exact(moved(-step))) / (2 * step), 6);
    });
  });
});
