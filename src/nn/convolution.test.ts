import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/index.ts';
import { constant, input } from '../graph/index.ts';
import { key } from '../random/index.ts';
import { activation, convolution, initializeParameters, residual, transposedConvolution } from './index.ts';

const filled = (shape: number[], value: number): NdArray<'float64'> => {
  const array = NdArray.zeros(shape, 'float64');
  array.data.fill(value);
  return array;
};

describe('convolution', () => {
  it('sums the pixels under the kernel and adds the bias', () => {
    const layer = convolution('c', { channels: [1, 2], kernel: 2, stride: 2 });
    const parameters = { 'c.weight': constant(filled([2, 1, 2, 2], 1)), 'c.bias': constant([0, 100]) };
    const x = constant([[[[1, 2, 3, 4], [5, 6, 7, 8]]]]); // prettier-ignore
    expect(evaluate(layer.apply(parameters, x)).toNested()).toEqual([[[[14, 22]], [[114, 122]]]]);
  });

  it('draws its weights uniformly on ±1/√(products in an output)', () => {
    const layer = convolution('c', { channels: [3, 50], kernel: 4 });
    const { 'c.weight': weight } = initializeParameters(layer.parameters, key(1));
    const largest = Math.max(...(weight?.data ?? []).map(Math.abs));
    expect(weight?.shape).toEqual([50, 3, 4, 4]);
    // 2400 draws: the largest misses the bound by a hundredth with probability e^−24.
    expect(largest * Math.sqrt(48)).toBeLessThanOrEqual(1);
    expect(largest * Math.sqrt(48)).toBeGreaterThan(0.99);
  });
});

describe('transposedConvolution', () => {
  it('lays the kernel down at every pixel, and one row more where asked', () => {
    const layer = transposedConvolution('t', { channels: [1, 1], kernel: 2, stride: 2, outputPadding: [1, 0] });
    const parameters = { 't.weight': constant([[[[1, 2], [3, 4]]]]), 't.bias': constant([0]) }; // prettier-ignore
    const out = evaluate(layer.apply(parameters, constant([[[[1, 10]]]])));
    expect(out.toNested()).toEqual([[[[1, 2, 10, 20], [3, 4, 30, 40], [0, 0, 0, 0]]]]); // prettier-ignore
  });

  it('keeps any batch axes', () => {
    const layer = transposedConvolution('t', { channels: [8, 3], kernel: 4, stride: 2, padding: 1 });
    const parameters = { 't.weight': input('w', [8, 3, 4, 4]), 't.bias': input('b', [3]) };
    expect(layer.apply(parameters, input('x', [5, 'batch', 8, 7, 7])).shape).toEqual([5, 'batch', 3, 14, 14]);
  });
});

describe('residual', () => {
  it('adds what its layers make of x to x', () => {
    expect(evaluate(residual('r', [activation('relu')]).apply({}, constant([-1, 2]))).toNested()).toEqual([-1, 4]);
  });
});
