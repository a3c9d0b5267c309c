import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { constant, dimension, input, makeNode, matmul } from '../../graph/index.ts';
import { evaluate, evaluateAll } from './index.ts';

const none = {};

describe('evaluate', () => {
  it('adds a row to a matrix', () => {
    const sum = makeNode('add', [constant([[1, 2], [3, 4]]), constant([10, 20])], none); // prettier-ignore
    expect(evaluate(sum).toNested()).toEqual([
      [11, 22],
      [13, 24],
    ]);
  });

  it('computes in float64 whatever the dtype and rounds once, at the end', () => {
    const big = input('x', [], 'float32');
    const difference = makeNode('sub', [makeNode('add', [big, constant(1, 'float32')], none), big], none);
    const result = evaluate(difference, { x: NdArray.from(2 ** 25, 'float32') });
    expect(result.item()).toBe(1); // float32 arithmetic gives 0
    expect(result.dtype).toBe('float32');
  });

  it('reads symbolic sizes off what is fed', () => {
    const x = input('x', ['batch', 2], 'float64');
    const mean = makeNode('div', [makeNode('sum', [x], { axes: [0], keepDims: false }), dimension('batch', 'float64')], none); // prettier-ignore
    expect(evaluate(mean, { x: NdArray.from([[1, 2], [3, 5], [5, 8]]) }).toNested()).toEqual([3, 5]); // prettier-ignore
    expect(evaluate(mean, { x: NdArray.from([[1, 2]]) }).toNested()).toEqual([1, 2]);
    const empty = evaluate(matmul(x, constant([[1], [1]])), { x: NdArray.zeros([0, 2], 'float64') });
    expect(empty.shape).toEqual([0, 1]);
  });

  it('hands out arrays of its own', () => {
    const x = NdArray.from([1, 2]);
    const same = evaluate(input('x', [2], 'float64'), { x });
    same.data[0] = 5;
    expect(x.toNested()).toEqual([1, 2]);
    const c = constant([1, 2]);
    evaluate(c).data[0] = 7;
    expect(evaluate(c).toNested()).toEqual([1, 2]);
  });

  it('evaluates lists and records', () => {
    const a = constant(2);
    const b = makeNode('mul', [a, a], none);
    const [x, y] = evaluateAll([a, b]);
    expect([x.item(), y.item()]).toEqual([2, 4]);
    const record = evaluateAll({ a, b });
    expect([record.a.item(), record.b.item()]).toEqual([2, 4]);
  });

  it.each([
    ['is missing', {}, /input 'x' \(float64 \[batch, 2\]\) is missing/],
    [
      'is unknown',
      { x: NdArray.from([[1, 2]]), y: NdArray.from([[1, 2]]), z: NdArray.from(1) },
      /no input is named 'z'/,
    ],
    [
      'has another dtype',
      { x: NdArray.from([[1, 2]], 'float32'), y: NdArray.from([[1, 2]]) },
      /'x' is float64.*float32/,
    ],
    [
      'has another shape',
      { x: NdArray.from([[1, 2, 3]]), y: NdArray.from([[1, 2]]) },
      /'x' has the shape \[batch, 2\].*\[1, 3\]/,
    ],
    [
      'has another rank',
      { x: NdArray.from([1, 2]), y: NdArray.from([[1, 2]]) },
      /'x' has the shape \[batch, 2\].*\[2\]/,
    ],
    [
      'contradicts another',
      { x: NdArray.from([[1, 2]]), y: NdArray.zeros([3, 2], 'float64') },
      /'batch' is 1 in input 'x' but 3 in input 'y'/,
    ],
  ])('names the input that %s', (_, feeds, message) => {
    const shape = ['batch', 2];
    const sum = makeNode('add', [input('x', shape, 'float64'), input('y', shape, 'float64')], none);
    expect(() => evaluate(sum, feeds as Record<string, NdArray>)).toThrow(message);
  });

  it('refuses two different inputs of one name, and sizes that no input has', () => {
    const sum = makeNode('sub', [input('x', [], 'float64'), input('x', [1], 'float64')], none);
    expect(() => evaluate(sum)).toThrow(/two inputs are named 'x': float64 \[\] and float64 \[1\]/);
    expect(() => evaluate(dimension('batch', 'float64'))).toThrow(/needs the size 'batch'/);
  });
});
