import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { referenceEngine } from '../engine/reference/index.ts';
import { createVae } from '../models/index.ts';
import { key, uniform } from '../random/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { buildStep } from '../training/index.ts';
import { add, constant, conv2d, convTranspose2d, grad, input, keyWords, matmul, multiplications, packGraph, sum, topologicalOrder, unpackGraph, verifyGraph, withScope } from './index.ts'; // prettier-ignore

describe('packGraph', () => {
  it('survives a copy to another thread: the same values, shapes and scopes', () => {
    const model = createVae({ inputSize: 6, latent: 2, hidden: [5], activation: 'gelu', posterior: 'full' });
    const { outputs } = buildStep(model, 3);
    const again = unpackGraph(structuredClone(packGraph(outputs)));
    verifyGraph(Object.values(again));
    const feeds = {
      ...initializeParameters(model.parameters, key(1)),
      x: uniform(key(2), [3, 6]),
      key: keyWords(key(3)),
      'scalar/beta': NdArray.from(1, 'float32').reshape([]),
    };
    expect(Object.keys(again)).toEqual(Object.keys(outputs));
    const run = (graph: typeof outputs) => referenceEngine.compileSync({ outputs: graph }).runSync(feeds);
    expect(run(again)).toEqual(run(outputs));
    const scopes = (graph: typeof again) => topologicalOrder(Object.values(graph)).map(({ op, scope }) => `${op} ${scope}`); // prettier-ignore
    expect(scopes(again)).toEqual(scopes(outputs));
  });

  it('keeps what is shared shared, and constants with their dtype', () => {
    const shared = withScope('inner', () => add(input('x', ['n']), constant(NdArray.from([2], 'float32'))));
    const again = unpackGraph(structuredClone(packGraph({ a: shared, b: sum(shared) })));
    expect(again.b!.inputs[0]).toBe(again.a);
    expect(again.a).toMatchObject({ scope: 'inner', shape: ['n'], dtype: 'float32' });
  });

  it('refuses what is no graph', () => {
    const packed = packGraph({ y: add(input('x', [2]), 1) });
    expect(() => unpackGraph({ ...packed, outputs: { y: 9 } })).toThrow(/no node 9/);
    expect(() => unpackGraph({ ...packed, nodes: packed.nodes.slice(1) })).toThrow(/no node/);
  });
});

describe('multiplications', () => {
  it('counts those of products and convolutions, forward and backward', () => {
    const [x, w] = [input('x', [8, 10]), input('w', [10, 4])];
    expect(multiplications([matmul(x, w)])).toBe(8 * 10 * 4);
    expect(multiplications([matmul(matmul(x, w), w, { transposeB: true })])).toBe(2 * 8 * 10 * 4);
    expect(multiplications(grad(sum(matmul(x, w)), [x, w]))).toBe(2 * 8 * 10 * 4);
    const [image, kernel] = [input('image', [2, 3, 8, 8]), input('kernel', [5, 3, 4, 4])];
    const features = conv2d(image, kernel, { strides: 2, padding: 1 });
    const each = 2 * 5 * 4 * 4 * (3 * 4 * 4);
    expect(multiplications([features])).toBe(each);
    expect(multiplications([convTranspose2d(features, kernel, { strides: 2, padding: 1 })])).toBe(2 * each);
    expect(multiplications(grad(sum(features), [image, kernel]))).toBe(2 * each);
    expect(multiplications([add(x, 1)])).toBe(0);
  });
});
