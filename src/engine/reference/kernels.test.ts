import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NdArray, broadcastShapes, sizeOf, stridesOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import * as g from '../../graph/index.ts';
import { foldIn, key, normal, uniform } from '../../random/index.ts';
import { expectAllClose } from '../../testing/index.ts';
import { evaluate } from './index.ts';

const draw = (shape: Shape, seed = 0): NdArray<'float64'> => normal(key(seed), shape, { dtype: 'float64' });
const numbers = (tensor: g.Tensor): unknown => evaluate(tensor).toNested();

/** Element of `array` at an index of a shape that it broadcasts to. */
function at(array: NdArray, index: readonly number[]): number {
  const missing = index.length - array.shape.length;
  const strides = stridesOf(array.shape);
  return array.data[
    array.shape.reduce((sum, size, k) => sum + (size === 1 ? 0 : index[missing + k]!) * strides[k]!, 0)
  ]!;
}

/** An array from its elements' formula: the brute force that kernels are compared with. */
function build(shape: Shape, element: (index: readonly number[]) => number): NdArray<'float64'> {
  const strides = stridesOf(shape);
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
    element(strides.map((stride, axis) => Math.floor(i / stride) % shape[axis]!)),
  );
  return new NdArray(data, shape);
}

const dimension = fc.integer({ min: 0, max: 3 });
const shapes = fc.array(dimension, { maxLength: 4 });
/** Two shapes that broadcast together. */
const broadcastPair = shapes.chain((shape) => {
  const part = fc
    .tuple(fc.nat({ max: shape.length }), fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }))
    .map(([drop, ones]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop));
  return fc.tuple(part, part);
});

describe('elementwise kernels', () => {
  it('broadcast any pair of shapes', () => {
    fc.assert(
      fc.property(broadcastPair, ([shapeA, shapeB]) => {
        const a = draw(shapeA, 1);
        const b = draw(shapeB, 2);
        const expected = build(broadcastShapes('sub', shapeA, shapeB), (index) => at(a, index) - at(b, index));
        expect(evaluate(g.sub(a, b))).toEqual(expected);
        const chosen = evaluate(g.where(g.greater(a, 0), b, g.constant(7)));
        expect(chosen).toEqual(build(expected.shape, (index) => (at(a, index) > 0 ? at(b, index) : 7)));
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['neg', g.neg, (x: number) => -x],
    ['abs', g.abs, Math.abs],
    ['sign', g.sign, Math.sign],
    ['exp', g.exp, Math.exp],
    ['log', g.log, Math.log],
    ['log1p', g.log1p, Math.log1p],
    ['expm1', g.expm1, Math.expm1],
    ['sqrt', g.sqrt, Math.sqrt],
    ['sin', g.sin, Math.sin],
    ['cos', g.cos, Math.cos],
    ['tanh', g.tanh, Math.tanh],
  ] as const)('%s is that of Math', (_, op, f) => {
    const x = [-Infinity, -1e30, -2, -0.5, -0, 0, 5e-324, 1e-30, 0.5, 1, 2, 1e30, Infinity, NaN];
    expect(numbers(op(g.constant(x)))).toEqual(x.map(f));
  });

  it('integers wrap, divide towards zero and give 0 by zero', () => {
    const int = (values: number[]): g.Tensor => g.constant(values, 'int32');
    expect(numbers(g.add(int([2 ** 31 - 1]), int([1])))).toEqual([-(2 ** 31)]);
    expect(numbers(g.mul(int([123456789]), int([987654321])))).toEqual([Math.imul(123456789, 987654321)]);
    expect(numbers(g.div(int([7, -7, 7, 1]), int([2, 2, -2, 0])))).toEqual([3, -3, -3, 0]);
    expect(numbers(g.mul(g.constant([4000000000], 'uint32'), g.constant([3], 'uint32')))).toEqual([12e9 % 2 ** 32]);
    expect(numbers(g.sub(g.constant([1], 'uint32'), g.constant([2], 'uint32')))).toEqual([2 ** 32 - 1]);
  });

  it('NaN spreads through maximum, minimum, max and min, and compares as false', () => {
    const x = g.constant([NaN, 1, 2]);
    expect(numbers(g.maximum(x, 1.5))).toEqual([NaN, 1.5, 2]);
    expect(numbers(g.minimum(x, 1.5))).toEqual([NaN, 1, 1.5]);
    expect([numbers(g.max(x)), numbers(g.min(x))]).toEqual([NaN, NaN]);
    expect([g.less(x, x), g.equal(x, x), g.greaterEqual(x, x)].map(numbers)).toEqual([[0, 0, 0], [0, 1, 1], [0, 1, 1]]); // prettier-ignore
  });

  it('casts towards zero into integers and by ≠ 0 into bool', () => {
    const x = g.constant([-1.7, 0, 0.3, 2.9]);
    expect(numbers(g.cast(x, 'int32'))).toEqual([-1, 0, 0, 2]);
    expect(evaluate(g.cast(x, 'bool'))).toEqual(new NdArray(new Uint8Array([1, 0, 1, 1]), [4]));
    expect(numbers(g.cast(g.cast(x, 'bool'), 'float32'))).toEqual([1, 0, 1, 1]);
    const [a, b] = [g.constant([0, 0, 1, 1], 'bool'), g.constant([0, 1, 0, 1], 'bool')];
    expect([g.logicalAnd(a, b), g.logicalOr(a, b), g.logicalNot(a)].map(numbers)).toEqual([[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 0, 0]]); // prettier-ignore
  });
});

describe('reductions', () => {
  it('equal brute force on any axes', () => {
    const cases = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, axis) => axis)), fc.boolean()),
    );
    fc.assert(
      fc.property(cases, ([shape, axes, keepDims]) => {
        const x = draw(shape);
        const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        const lists = new Map<number, number[]>();
        const strides = stridesOf(kept);
        build(shape, (index) => {
          const target = index.reduce((sum, k, axis) => sum + (axes.includes(axis) ? 0 : k * strides[axis]!), 0);
          lists.set(target, [...(lists.get(target) ?? []), at(x, index)]);
          return 0;
        });
        const outShape = keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis));
        const expected = (f: (list: number[]) => number): NdArray =>
          new NdArray(
            Float64Array.from({ length: sizeOf(kept) }, (_, k) => f(lists.get(k) ?? [])),
            outShape,
          );
        const total = (list: number[]): number => list.reduce((a, b) => a + b, 0);
        expectAllClose(evaluate(g.sum(x, axes, { keepDims })), expected(total), { atol: 1e-14 });
        if (axes.some((axis) => shape[axis] === 0)) return;
        expect(evaluate(g.max(x, axes, { keepDims }))).toEqual(expected((list) => Math.max(...list)));
        expect(evaluate(g.min(x, axes, { keepDims }))).toEqual(expected((list) => Math.min(...list)));
      }),
      { seed: 2 },
    );
  });

  it('integer sums wrap; integer extremes reach the ends of the range', () => {
    const big = g.constant([2 ** 31 - 1, 2 ** 31 - 1, 5], 'int32');
    expect(numbers(g.sum(big))).toBe(3);
    expect(numbers(g.sum(g.constant([2 ** 32 - 1, 3], 'uint32')))).toBe(2);
    expect(numbers(g.max(g.constant([-(2 ** 31)], 'int32')))).toBe(-(2 ** 31));
    expect(numbers(g.min(g.constant([2 ** 32 - 1], 'uint32')))).toBe(2 ** 32 - 1);
  });

  it('refuse the extreme of nothing when the size is known only at run time', () => {
    const x = g.input('x', ['batch', 2], 'float64');
    expect(() => evaluate(g.max(x, 0), { x: NdArray.zeros([0, 2], 'float64') })).toThrow(
      /max: \[0, 2\] has no elements/,
    );
    expect(evaluate(g.max(x, 1), { x: NdArray.zeros([0, 2], 'float64') }).shape).toEqual([0]);
  });
});

describe('shape kernels', () => {
  it('transpose, slice, pad and broadcast any shape as brute force does', () => {
    const cases = shapes.chain((shape) => {
      const axes = shape.map((_, axis) => axis);
      const each = fc.tuple(
        ...shape.map((size) => fc.tuple(fc.nat({ max: size }), fc.nat({ max: 2 }), fc.nat({ max: 2 }))),
      );
      return fc.tuple(fc.constant(shape), fc.shuffledSubarray(axes, { minLength: axes.length }), each);
    });
    fc.assert(
      fc.property(cases, ([shape, permutation, amounts]) => {
        const x = draw(shape);
        const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
        expect(evaluate(g.transpose(x, permutation))).toEqual(
          build(permutation.map((axis) => shape[axis]!), (index) => at(x, inverse.map((axis) => index[axis]!))), // prettier-ignore
        );
        const starts = amounts.map(([start]) => start);
        const sliced = shape.map((size, axis) => size - starts[axis]!);
        const ranges = Object.fromEntries(starts.map((start, axis) => [axis, [start, shape[axis]!] as const]));
        expect(evaluate(g.slice(x, ranges))).toEqual(build(sliced, (index) => at(x, index.map((k, axis) => k + starts[axis]!)))); // prettier-ignore
        const before = amounts.map(([, amount]) => amount);
        const after = amounts.map(([, , amount]) => amount);
        const padded = build(
          shape.map((size, axis) => before[axis]! + size + after[axis]!),
          (index) => {
            // prettier-ignore
            const source = index.map((k, axis) => k - before[axis]!);
            return source.some((k, axis) => k < 0 || k >= shape[axis]!) ? -7 : at(x, source);
          },
        );
        expect(evaluate(g.pad(x, before, after, -7))).toEqual(padded);
        const wide = [2, ...shape];
        expect(evaluate(g.broadcastTo(x, wide))).toEqual(build(wide, (index) => at(x, index)));
      }),
      { seed: 3 },
    );
  });

  it('concat joins along any axis, empty parts included', () => {
    const [a, b, c] = [draw([2, 1, 2], 1), draw([2, 0, 2], 2), draw([2, 3, 2], 3)];
    const expected = build([2, 4, 2], ([i, j, k]) => (j! < 1 ? at(a, [i!, j!, k!]) : at(c, [i!, j! - 1, k!])));
    expect(evaluate(g.concat([a, b, c], 1))).toEqual(expected);
  });

  it('gather and scatterAdd are transposes of each other: ⟨gather(x), u⟩ = ⟨x, scatterAdd(u)⟩', () => {
    const indices = g.constant([[2, 0, 2], [1, 1, 2]], 'int32'); // prettier-ignore
    for (const axis of [0, 1, 2]) {
      const shape = [3, 3, 3];
      const x = draw(shape, 1);
      const taken = evaluate(g.gather(x, indices, axis));
      const u = draw(taken.shape, 2);
      const index = evaluate(indices);
      const n = [0, 1, 2].filter((k) => k !== axis);
      const expected = build(taken.shape, (i) => {
        const source = [0, 0, 0];
        source[axis] = at(index, i.slice(axis, axis + 2));
        const others = [...i.slice(0, axis), ...i.slice(axis + 2)];
        n.forEach((other, k) => (source[other] = others[k]!));
        return at(x, source);
      });
      expect(taken).toEqual(expected);
      const left = numbers(g.sum(g.mul(taken, u)));
      const right = numbers(g.sum(g.mul(x, g.scatterAdd(u, indices, axis, 3))));
      expect(right).toBeCloseTo(left as number, 12);
    }
    expect(() => evaluate(g.gather(draw([2]), g.constant([2], 'int32')))).toThrow(
      /index 2 at position 0 is outside \[0, 2\)/,
    );
    expect(() => evaluate(g.scatterAdd(draw([1]), g.constant([-1], 'int32'), 0, 2))).toThrow(/index -1/);
  });
});

describe('matmul', () => {
  const cases: [batchA: Shape, batchB: Shape][] = [[[], []], [[2], [2]], [[2], []], [[], [3]], [[2, 1], [3]], [[1, 3], [2, 1]], [[0], []]]; // prettier-ignore
  it.each(cases)('batches %j and %j, every transposition and size', (batchA, batchB) => {
    for (const [m, k, n] of [
      [2, 3, 4],
      [1, 5, 1],
      [3, 0, 2],
      [0, 2, 2],
      [1, 9, 3],
    ] as const)
      // prettier-ignore
      for (const transposeA of [false, true])
        for (const transposeB of [false, true]) {
          const a = draw([...batchA, ...(transposeA ? [k, m] : [m, k])], 1);
          const b = draw([...batchB, ...(transposeB ? [n, k] : [k, n])], 2);
          const expected = build([...broadcastShapes('matmul', batchA, batchB), m, n], (index) => {
            const batch = index.slice(0, -2);
            const [i, j] = index.slice(-2) as [number, number];
            let sum = 0;
            for (let p = 0; p < k; p++)
              sum += at(a, [...batch, ...(transposeA ? [p, i] : [i, p])]) * at(b, [...batch, ...(transposeB ? [j, p] : [p, j])]);
            return sum;
          });
          expectAllClose(evaluate(g.matmul(a, b, { transposeA, transposeB })), expected, { atol: 1e-14 });
        }
  });

  it('does not drop NaN behind a zero', () => {
    expect(numbers(g.matmul(g.constant([[0, 1]]), g.constant([[NaN], [1]])))).toEqual([[NaN]]);
  });
});

describe('random ops', () => {
  it('draw what src/random draws, with the path folded in', () => {
    const root = key(11);
    const words = g.keyInput('key').foldIn(3).foldIn(5);
    const derived = foldIn(foldIn(root, 3), 5);
    const feeds = { key: g.keyWords(root) };
    expect(evaluate(g.randomNormal(words, [2, 3]), feeds)).toEqual(normal(derived, [2, 3]));
    expect(evaluate(g.randomUniform(words, [4], 'float64'), feeds)).toEqual(
      uniform(derived, [4], { dtype: 'float64' }),
    );
    expect(evaluate(g.randomNormal(root, []))).toEqual(normal(root, []));
  });
});
