import { describe, expect, it } from 'vitest';
import { NdArray, ShapeError } from '../core/index.ts';
import { evaluate } from '../engine/index.ts';
import { constant } from '../graph/index.ts';
import { key } from '../random/index.ts';
import {
  activation,
  dense,
  denseStack,
  glorotUniform,
  heNormal,
  initializeParameters,
  parameterInputs,
  sequential,
  zeros,
} from './index.ts';

const values = (array: NdArray): number[] => Array.from(array.data);

describe('dense', () => {
  it('computes x W + b', () => {
    const layer = dense('d', [2, 3]);
    const parameters = { 'd.weight': constant([[1, 2, 3], [4, 5, 6]]), 'd.bias': constant([10, 20, 30]) }; // prettier-ignore
    expect(evaluate(layer.apply(parameters, constant([[1, -1]]))).toNested()).toEqual([[7, 17, 27]]);
  });

  it('names the parameter that is missing', () => {
    const layer = dense('encoder.0', [2, 3]);
    expect(() => layer.apply({}, constant([[1, 2]]))).toThrow(/'encoder\.0\.weight' is missing/);
  });

  it('stacks with names, sizes and activation in order', () => {
    const stack = denseStack('encoder', [4, 3, 2], 'relu');
    expect(stack.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['encoder.0.weight', [4, 3]],
      ['encoder.0.bias', [3]],
      ['encoder.1.weight', [3, 2]],
      ['encoder.1.bias', [2]],
    ]);
    const tensors = parameterInputs(stack.parameters, 'float64');
    const out = stack.apply(tensors, constant(NdArray.zeros([5, 4], 'float64')));
    expect(out.shape).toEqual([5, 2]);
    const feeds = Object.fromEntries(
      stack.parameters.map(({ name, shape }) => [name, NdArray.from(NdArray.zeros(shape, 'float64'))]),
    );
    feeds['encoder.1.bias'] = NdArray.from([-1, 2]);
    expect(values(evaluate(out, feeds)).slice(0, 2)).toEqual([0, 2]);
  });

  it('passes x through an empty stack', () => {
    const x = constant([[1, -2]]);
    expect(denseStack('none', [2], 'relu').apply({}, x)).toBe(x);
    expect(values(evaluate(sequential([activation('relu')]).apply({}, x)))).toEqual([1, 0]);
  });
});

describe('initialisers', () => {
  const shape = [200, 100];
  // Bounds are exact; the variance of 20,000 draws is within 5 standard errors: 5·√(0.8/n) relative for uniform draws.
  it('draws dense layers as PyTorch does: uniform on ±1/√fanIn, weight and bias', () => {
    const drawn = initializeParameters(dense('d', [200, 100]).parameters, key(3));
    for (const { data } of Object.values(drawn)) {
      expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(200));
    }
    const weight = drawn['d.weight'];
    expect(variance(weight)).toBeCloseTo(1 / 200 / 3, 4);
  });

  it('draws Glorot and He with their variances', () => {
    expect(variance(glorotUniform(200, 100)(key(1), shape)) / (2 / 300)).toBeCloseTo(1, 1);
    expect(variance(heNormal(200)(key(2), shape)) / (2 / 200)).toBeCloseTo(1, 1);
    expect(values(zeros(key(0), [3]))).toEqual([0, 0, 0]);
  });

  it('gives each parameter its own draws, the same for the same key', () => {
    const specs = [...dense('a', [3, 3]).parameters, ...dense('b', [3, 3]).parameters];
    const one = initializeParameters(specs, key(5));
    expect(initializeParameters(specs, key(5))).toEqual(one);
    expect(one['a.weight']).not.toEqual(one['b.weight']);
    expect(initializeParameters(specs, key(6))['a.weight']).not.toEqual(one['a.weight']);
  });

  it('refuses two parameters of one name', () => {
    const specs = [...dense('a', [1, 1]).parameters, ...dense('a', [1, 1]).parameters];
    expect(() => initializeParameters(specs, key(0))).toThrow(ShapeError);
  });
});

function variance(array: NdArray | undefined): number {
  if (!array) return NaN;
  const mean = values(array).reduce((a, b) => a + b, 0) / array.size;
  return values(array).reduce((total, x) => total + (x - mean) ** 2, 0) / array.size;
}
