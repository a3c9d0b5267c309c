import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/index.ts';
import { key, normal } from '../random/index.ts';
import * as g from './index.ts';
import type { BatchAxis, Tensor } from './index.ts';

const rows = 6;
const x = g.input('x', [rows, 4]);
const w = g.input('w', [4, 3]);
const noiseKey = g.keyInput('key');
const feeds = {
  x: normal(key(1), [rows, 4]),
  w: normal(key(2), [4, 3]),
  key: g.keyWords(key(3)),
};

const axisOf = (y: Tensor): BatchAxis | undefined => g.batchAxes([y], 'x').get(y);

/** `feeds` that an expression takes. */
function feedsFor(y: Tensor): Record<string, NdArray> {
  const inputs = g.topologicalOrder([y]).flatMap((node) => (g.isOp(node, 'input') ? [node.attributes.name] : []));
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.includes(name)));
}

/** Expressions of which a part is a part of the value, and the axis. */
const byRows: Readonly<Record<string, readonly [Tensor, number]>> = {
  'elementwise, with a parameter': [g.tanh(g.add(g.matmul(x, w), g.slice(w, { 0: [0, 1] }))), 0],
  'what is fixed for each example': [g.mul(x, g.constant(normal(key(4), [rows, 1]))), 0],
  'a fixed batch of matrices': [g.matmul(g.reshape(x, [rows, 1, 4]), g.constant(normal(key(5), [rows, 4, 2]))), 0],
  'sums over other axes': [g.sum(g.reshape(x, [rows, 2, 2]), [1, 2]), 0],
  'an axis further in': [g.transpose(g.reshape(x, [rows, 2, 2]), [2, 0, 1]), 1],
  'a broadcast to more axes': [g.broadcastTo(x, [5, rows, 4]), 1],
  'a reshape of what stands before': [g.reshape(g.broadcastTo(x, [5, rows, 4]), [5, rows, 2, 2]), 1],
  'a product whose left factor is transposed': [
    g.matmul(g.transpose(x), g.transpose(w), { transposeA: true, transposeB: true }),
    0,
  ],
  'columns of a product': [g.matmul(w, x, { transposeA: true, transposeB: true }), 1],
  'noise from its place of the stream': [g.add(x, g.randomNormal(noiseKey, [rows, 4])), 0],
  'noise of several draws': [g.add(x, g.randomUniform(noiseKey, [3, rows, 4])), 1],
  'a gather of columns': [g.gather(x, g.constant([3, 0, 0], 'int32'), 1), 0],
  'a scatter to columns': [g.scatterAdd(x, g.constant([3, 0, 0, 5], 'int32'), 1, 7), 0],
  'a concatenation with what is fixed': [g.concat([x, g.constant(normal(key(6), [rows, 2]))], 1), 0],
  'a slice and a pad of columns': [g.pad(g.slice(x, { 1: [1, 3] }), [0, 1], [0, 2]), 0],
  'several slices each': [
    g.mul(
      g.matmul(g.reshape(g.concat([g.reshape(x, [rows, 1, 4]), g.reshape(x, [rows, 1, 4])], 1), [2 * rows, 4]), w),
      g.constant(normal(key(7), [2 * rows, 1])),
    ),
    0,
  ],
  'a sum over the slices of each': [g.sum(g.reshape(g.exp(g.reshape(x, [rows * 4])), [rows, 4]), [1]), 0],
  'a part of several slices': [g.slice(g.reshape(x, [rows * 2, 2]), { 1: [0, 1] }), 0],
  'a matrix each': [
    g.cholesky(g.add(g.matmul(g.reshape(x, [rows, 4, 1]), g.reshape(x, [rows, 1, 4])), g.identityMatrix(4, 'float32'))),
    0,
  ],
};

describe('batchAxes', () => {
  it.each(Object.entries(byRows))(
    'follows examples through %s, and a part of the expression is a part of its value',
    (_, [y, axis]) => {
      const axes = g.batchAxes([y], 'x');
      expect(axes.get(y)).toBe(axis);
      const whole = evaluate(y, feedsFor(y));
      for (const [from, to] of [
        [0, 2],
        [2, 6],
      ] as const) {
        const [part] = g.sliceBatch([y], axes, { from, to });
        if (!part) throw new Error('There is no part.');
        const given = new NdArray(feeds.x.data.slice(from * 4, to * 4), [to - from, 4]);
        const width = (whole.shape[axis] ?? 0) / rows;
        const expected = evaluate(g.slice(g.constant(whole), { [axis]: [from * width, to * width] }), {});
        const value = evaluate(part, { ...feedsFor(y), x: given });
        expect(value.shape).toEqual(expected.shape);
        expect([...value.data]).toEqual([...expected.data]);
      }
    },
  );

  it('knows what mixes examples', () => {
    const mixing = [
      g.sum(x, [0]),
      g.max(x, [0, 1]),
      g.reshape(x, [2, rows * 2]),
      g.matmul(x, g.input('d', [rows, 2]), { transposeA: true }),
      g.matmul(x, g.transpose(x)),
      g.slice(x, { 0: [0, 3] }),
      g.pad(x, [1, 0], [0, 0]),
      g.concat([x, x], 0),
      g.gather(x, g.constant([1, 0], 'int32'), 0),
      g.add(x, g.reshape(x, [rows, 1, 4])),
      g.exp(g.sum(x, [0])),
    ];
    expect(mixing.map(axisOf)).toEqual(mixing.map(() => 'coupled'));
    expect([g.matmul(w, g.transpose(w)), g.randomNormal(noiseKey, [3])].map(axisOf)).toEqual([
      'unbatched',
      'unbatched',
    ]);
  });
});
