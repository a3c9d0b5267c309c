import { describe, expect, it } from 'vitest';
import { NdArray, ShapeError, ValueError } from '../core/index.ts';
import { evaluate, evaluateAll } from '../engine/index.ts';
import { constant, grad, input, keyInput, keyWords, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, normal } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import { batchNorm, dropout, groupNorm, initializeParameters, layerNorm, parameterInputs } from './index.ts';
import type { Layer, LayerContext } from './index.ts';

const drawn = (seed: number, shape: number[]): NdArray<'float64'> => normal(key(seed), shape, { dtype: 'float64' });

/** The layer's own starting values, as constants, with some replaced. */
function startingValues(layer: Layer, replaced: Record<string, NdArray> = {}): Record<string, Tensor> {
  const values = { ...initializeParameters(layer.parameters, key(0)), ...replaced };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, constant(NdArray.from(value, 'float64'))]),
  );
}

const training = (): LayerContext => ({ mode: 'train', key: keyInput('key'), state: new Map() });

/** Mean and variance (divided by n) of the entries that `belongs` picks. */
function moments({ data }: NdArray, belongs: (index: number) => boolean): [number, number] {
  const values = Array.from(data).filter((_, index) => belongs(index));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
}

describe('batchNorm', () => {
  const layer = batchNorm('n', 2, { epsilon: 0 });
  const x = drawn(1, [4, 2, 3, 5]);
  const channelOf = (index: number): number => Math.floor(index / 15) % 2;

  it('gives each channel mean 0 and variance 1 over the batch, then scales and shifts', () => {
    const parameters = startingValues(layer, { 'n.scale': NdArray.from([1, 3]), 'n.shift': NdArray.from([0, 7]) });
    const out = evaluate(layer.apply(parameters, constant(x), training()));
    [[0, 1], [7, 9]].forEach(([mean = 0, variance = 0], channel) => {
      const found = moments(out, (index) => channelOf(index) === channel);
      expect(found[0]).toBeCloseTo(mean, 12);
      expect(found[1]).toBeCloseTo(variance, 12);
    }); // prettier-ignore
  });

  it('moves the running statistics by a tenth, the variance unbiased, and uses them in evaluation', () => {
    const start = { 'n.mean': NdArray.from([1, -1]), 'n.variance': NdArray.from([4, 0.25]) };
    const parameters = startingValues(layer, start);
    const context = training();
    layer.apply(parameters, constant(x), context);
    const state = evaluateAll(Object.fromEntries(context.state));
    for (const channel of [0, 1]) {
      const [mean, variance] = moments(x, (index) => channelOf(index) === channel);
      expect(state['n.mean']?.data[channel]).toBeCloseTo(0.9 * [1, -1][channel]! + 0.1 * mean, 12);
      expect(state['n.variance']?.data[channel]).toBeCloseTo(
        0.9 * [4, 0.25][channel]! + (0.1 * variance * 60) / 59,
        12,
      );
    }
    const out = evaluate(layer.apply(parameters, constant(x)));
    const expected = x.data.map((value, index) => (channelOf(index) === 0 ? (value - 1) / 2 : (value + 1) / 0.5));
    expectAllClose(out, new NdArray(expected, x.shape), { atol: 1e-13 });
  });

  it('takes batch axes of any number in evaluation, and vectors', () => {
    const images = layer.apply(startingValues(layer), input('x', [5, 'batch', 2, 3, 5], 'float64'));
    expect(images.shape).toEqual([5, 'batch', 2, 3, 5]);
    const vectors = batchNorm('v', 3, { spatialAxes: 0 });
    const out = evaluate(vectors.apply(startingValues(vectors), constant(drawn(2, [6, 3])), training()));
    expect(moments(out, (index) => index % 3 === 1)[0]).toBeCloseTo(0, 12);
  });

  it('has the gradient of its formula', () => {
    checkGradients((a, scale) => layer.apply({ ...startingValues(layer), 'n.scale': scale }, a, training()), [
      drawn(3, [2, 2, 1, 2]),
      drawn(4, [2]),
    ]); // prettier-ignore
  });

  it('refuses other channels, and a batch of one number a channel, which has no variance', () => {
    expect(() => layer.apply({}, constant(drawn(1, [4, 3, 5, 5])))).toThrow(ShapeError);
    expect(() => layer.apply(startingValues(layer), constant(drawn(1, [1, 2, 1, 1])), training())).toThrow(ValueError);
  });
});

describe('groupNorm', () => {
  it('normalises each group of channels of each example by itself', () => {
    const layer = groupNorm('g', 4, { groups: 2, epsilon: 0 });
    const out = evaluate(layer.apply(startingValues(layer), constant(drawn(5, [3, 4, 2, 2]))));
    for (let group = 0; group < 6; group++) {
      const [mean, variance] = moments(out, (index) => Math.floor(index / 8) === group);
      expect(mean).toBeCloseTo(0, 12);
      expect(variance).toBeCloseTo(1, 12);
    }
  });

  it('is layer normalisation over vectors', () => {
    const layer = layerNorm('l', 5, { epsilon: 0 });
    const out = evaluate(layer.apply(startingValues(layer), constant(drawn(6, [2, 3, 5]))));
    const [mean, variance] = moments(out, (index) => index >= 25);
    expect(mean).toBeCloseTo(0, 12);
    expect(variance).toBeCloseTo(1, 12);
  });

  it('refuses groups that do not come out even', () => {
    expect(() => groupNorm('g', 6, { groups: 4 })).toThrow(ValueError);
  });
});

describe('dropout', () => {
  const layer = dropout('d', 0.25);
  const x = constant(NdArray.from(new Float64Array(20000).fill(3), 'float64'));
  const run = (layerKey: Parameters<typeof keyWords>[0], of = layer): NdArray =>
    evaluate(of.apply({}, x, training()), { key: keyWords(layerKey) });

  it('drops a share and scales the rest, so that the expectation stays', () => {
    const { data } = run(key(1));
    expect([...new Set(data)].sort()).toEqual([0, 4]);
    const dropped = data.filter((value) => value === 0).length / data.length;
    // Five standard errors: √(0.25 · 0.75 / 20000) = 0.0031.
    expect(Math.abs(dropped - 0.25)).toBeLessThan(5 * 0.0031);
  });

  it('drops the same elements for the same key, others for another key or another layer', () => {
    expect(run(key(1))).toEqual(run(key(1)));
    expect(run(key(1))).not.toEqual(run(key(2)));
    expect(run(key(1))).not.toEqual(run(key(1), dropout('e', 0.25)));
  });

  it('does nothing in evaluation, needs a key in training, refuses a rate of 1', () => {
    expect(layer.apply({}, x)).toBe(x);
    expect(() => layer.apply({}, x, { mode: 'train', state: new Map() })).toThrow(ValueError);
    expect(() => dropout('d', 1)).toThrow(ValueError);
  });

  it('passes the gradient through what it keeps, scaled alike', () => {
    const [gradient] = grad(sum(layer.apply({}, x, training())), [x]);
    const kept = run(key(1)).data.map((value) => value / 3);
    expectAllClose(evaluate(gradient!, { key: keyWords(key(1)) }), kept, { rtol: 1e-15 });
  });
});

it('names state apart from what is learned', () => {
  const kinds = batchNorm('n', 1).parameters.map(({ name, kind }) => [name, kind]);
  expect(kinds).toEqual([['n.scale', undefined], ['n.shift', undefined], ['n.mean', 'state'], ['n.variance', 'state']]); // prettier-ignore
  expect(Object.keys(parameterInputs(batchNorm('n', 1).parameters))).toHaveLength(4);
});
