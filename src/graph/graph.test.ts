import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTypeError, NdArray, RootsigmaError, ShapeError } from '../core/index.ts';
import { evaluate } from '../engine/index.ts';
import { foldIn, key, normal, split } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import * as g from './index.ts';
import { Tensor } from './index.ts';

const draw = (seed: number, shape: readonly number[]): NdArray => normal(key(seed), shape, { dtype: 'float64' });
const value = (tensor: Tensor): NdArray => evaluate(tensor);
const nodes = (...outputs: Tensor[]): string[] => g.topologicalOrder(outputs).map(({ op }) => op);

describe('constants and dtypes', () => {
  it('types numbers weakly, by what stands beside them', () => {
    const x = g.input('x', [2], 'float32');
    expect(g.add(x, 1).dtype).toBe('float32');
    expect(g.mul([1, 2], x).dtype).toBe('float32');
    expect(g.add(1, 2).dtype).toBe('float64');
    expect(g.add(new Float32Array([1]), 2).dtype).toBe('float32');
  });

  it('refuses to mix element types and says how to convert', () => {
    const [a, b] = [g.input('a', [], 'float32'), g.input('b', [], 'float64')];
    expect(() => g.add(a, b)).toThrow(DTypeError);
    expect(() => g.add(a, b)).toThrow(/float32 and float64.*cast/);
    expect(() => g.exp(g.constant([1], 'int32'))).toThrow(DTypeError);
  });

  it('names both shapes that do not broadcast', () => {
    expect(() => g.add(g.input('a', [2, 3]), g.input('b', [2]))).toThrow(/add: shapes \[2, 3\] and \[2\]/);
    expect(() => g.matmul(g.input('a', [2, 3]), g.input('b', [2, 3]))).toThrow(/inner sizes differ/);
    expect(() => g.reshape(g.input('a', [2, 3]), [4])).toThrow(ShapeError);
  });
});

describe('symbolic sizes', () => {
  it('broadcast against themselves and 1 only', () => {
    const x = g.input('x', ['batch', 3]);
    expect(g.add(x, g.input('y', [1, 3])).shape).toEqual(['batch', 3]);
    expect(g.add(x, g.input('y', ['batch', 1])).shape).toEqual(['batch', 3]);
    expect(() => g.add(x, g.input('y', [4, 3]))).toThrow(ShapeError);
    expect(() => g.add(x, g.input('y', ['rows', 3]))).toThrow(ShapeError);
  });

  it('take part in means, reshapes with −1 and gradients', () => {
    const x = g.input('x', ['batch', 2], 'float64');
    const loss = g.mean(g.square(g.reshape(x, [-1, 2, 1])));
    const [gradient] = g.grad(loss, [x]) as [Tensor];
    for (const rows of [1, 7]) {
      const data = draw(rows, [rows, 2]);
      expectAllClose(
        evaluate(gradient, { x: data }),
        new NdArray(
          Float64Array.from(data.data, (v) => v / rows),
          [rows, 2],
        ),
        { rtol: 1e-15, atol: 0 },
      );
    }
  });

  it('stay whole in slices and concatenations', () => {
    const x = g.input('x', ['batch', 4]);
    expect(g.slice(x, { 1: [1, -1] }).shape).toEqual(['batch', 2]);
    expect(() => g.slice(x, { 0: [0, 1] })).toThrow(/symbolic axis 0 \('batch'\)/);
    expect(() => g.concat([x, x], 0)).toThrow(ShapeError);
    expect(g.concat([x, x], 1).shape).toEqual(['batch', 8]);
  });
});

describe('simplification', () => {
  const x = g.input('x', [2, 2], 'float64');

  it('drops neutral numbers of formulas', () => {
    expect(g.mul(x, 1)).toBe(x);
    expect(g.add(0, x)).toBe(x);
    expect(g.sub(x, 0)).toBe(x);
    expect(g.div(x, 1)).toBe(x);
    expect(g.neg(g.neg(x))).toBe(x);
    expect(g.sub(0, x)).not.toBe(x);
  });

  it('keeps constants that somebody may differentiate by', () => {
    const one = g.constant(1);
    const [gradient] = g.grad(g.sum(g.mul(x, one)), [one]) as [Tensor];
    expect(evaluate(gradient, { x: NdArray.from([[1, 2], [3, 4]]) }).item()).toBe(10); // prettier-ignore
  });

  it('keeps a neutral number that widens the shape', () => {
    expect(g.add(g.input('s', [], 'float64'), g.zerosLike(x)).shape).toEqual([2, 2]);
  });

  it('spends no broadcast on the gradient of a sum', () => {
    const [gradient] = g.grad(g.sum(g.square(x)), [x]) as [Tensor];
    expect(nodes(gradient)).not.toContain('broadcastTo');
  });

  it('makes one GEMM of a batch of rows times one matrix', () => {
    const product = g.matmul(g.input('a', [5, 4, 3]), g.input('b', [3, 2]));
    const gemm = g.topologicalOrder([product]).find(({ op }) => op === 'matmul');
    expect(gemm?.shape).toEqual([20, 2]);
    expect(product.shape).toEqual([5, 4, 2]);
  });

  it('turns transposes of matrices into flags', () => {
    expect(nodes(g.matmul(g.matrixTranspose(x), x))).toEqual(['input', 'matmul']);
    const a = draw(1, [3, 2]);
    const b = draw(2, [3, 4]);
    expectAllClose(
      value(g.matmul(g.matrixTranspose(g.constant(a)), g.constant(b))),
      value(g.matmul(g.constant(a), g.constant(b), { transposeA: true })),
      { rtol: 0, atol: 0 },
    );
  });
});

describe('composites agree with their definitions', () => {
  const x = [-30, -2, -0.5, -1e-9, 0, 1e-9, 0.5, 2, 30];
  const each = (tensor: Tensor, f: (v: number) => number, rtol = 4e-15): void => {
    expectAllClose(value(tensor), NdArray.from(x.map(f)), { rtol, atol: 1e-300 });
  };

  it('activations', () => {
    each(g.leakyRelu(x, 0.2), (v) => (v > 0 ? v : 0.2 * v));
    each(g.elu(x, 1.5), (v) => (v > 0 ? v : 1.5 * Math.expm1(v)));
    each(g.silu(x), (v) => v / (1 + Math.exp(-v)));
    each(g.relu(x), (v) => Math.max(v, 0));
    // Abramowitz and Stegun's table: Φ(0.5) = 0.6914624612740131, Φ(2) = 0.9772498680518208.
    const phi = new Map([[0.5, 0.6914624612740131], [2, 0.9772498680518208]]); // prettier-ignore
    for (const [v, p] of phi) {
      expect(value(g.gelu(v)).item()).toBeCloseTo(v * p, 14);
      expect(value(g.gelu(-v)).item()).toBeCloseTo(-v * (1 - p), 14);
    }
  });

  it('softmax and logSumExp, without overflow', () => {
    const soft = value(g.softmax([[1000, 1001], [-1000, -1000]])); // prettier-ignore
    const e = Math.exp(-1);
    expectAllClose(soft, NdArray.from([[e / (1 + e), 1 / (1 + e)], [0.5, 0.5]]), { rtol: 1e-14, atol: 0 }); // prettier-ignore
    expect(value(g.logSumExp([1000, 1000])).item()).toBeCloseTo(1000 + Math.LN2, 12);
    expect(value(g.logSumExp([-Infinity, -Infinity])).item()).toBe(-Infinity);
    expect(value(g.logSumExp([Infinity, 1])).item()).toBe(Infinity);
    expect(value(g.logSumExp([[1, 2], [3, 4]], 1, { keepDims: true })).shape).toEqual([2, 1]); // prettier-ignore
  });

  it('mean, stack, squeeze, matvec', () => {
    expect(value(g.mean([[1, 2], [3, 6]], 0)).toNested()).toEqual([2, 4]); // prettier-ignore
    expect(value(g.stack([[1, 2], [3, 4]], 1)).toNested()).toEqual([[1, 3], [2, 4]]); // prettier-ignore
    expect(g.squeeze(g.input('x', [2, 1, 3]), 1).shape).toEqual([2, 3]);
    expect(() => g.squeeze(g.input('x', [2, 3]), 0)).toThrow(ShapeError);
    expect(value(g.matvec([[1, 2], [3, 4]], [1, -1])).toNested()).toEqual([-1, -1]); // prettier-ignore
    expect(value(g.matvec([[1, 2], [3, 4]], [1, -1], { transpose: true })).toNested()).toEqual([-2, -2]); // prettier-ignore
  });
});

describe('grad', () => {
  it('is zero where the output does not depend', () => {
    const [x, y] = [g.input('x', [2], 'float64'), g.input('y', [3], 'float64')];
    const [, dy] = g.grad(g.sum(x), [x, y]) as [Tensor, Tensor];
    expect(value(dy).toNested()).toEqual([0, 0, 0]);
  });

  it('stops at stopGradient', () => {
    const x = g.input('x', [], 'float64');
    const [dx] = g.grad(g.mul(x, g.stopGradient(x)), [x]) as [Tensor];
    expect(evaluate(dx, { x: NdArray.from(3) }).item()).toBe(3);
  });

  it('refuses what is not a scalar, and what has no gradient', () => {
    const x = g.input('x', [2], 'float64');
    expect(() => g.grad(x, [x])).toThrow(/must be a scalar, got \[2\]/);
    expect(() => g.grad(g.sum(x), [g.input('i', [], 'int32')])).toThrow(DTypeError);
  });

  it('gives vector–Jacobian products', () => {
    const x = g.constant([1, 2, 3]);
    const [product] = g.vjp([g.square(x)], [g.constant([1, 10, 100])], [x]) as [Tensor];
    expect(value(product).toNested()).toEqual([2, 40, 600]);
  });

  it('agrees with differences to second order through composites', () => {
    const x = draw(1, [2, 3]);
    checkGradients((t) => g.sum(g.logSumExp(t, 1)), [x], { order: 2 });
    checkGradients((t) => g.sum(g.mul(g.softmax(t), [[1, 2, 3], [0, 1, -1]])), [x], { order: 2 }); // prettier-ignore
    checkGradients((t) => g.sum(g.gelu(t)), [x], { order: 2 });
    checkGradients((t) => g.mean(g.silu(g.matvec(t, [1, 2, 3]))), [x], { order: 2 });
  });

  it('survives a chain deeper than the stack', () => {
    const x = g.input('x', [], 'float64');
    let y: Tensor = x;
    for (let k = 0; k < 20_000; k++) y = g.add(g.mul(y, 0.5), x);
    const [dx] = g.grad(y, [x]) as [Tensor];
    expect(value(dx).item()).toBe(2); // Linear: the gradient does not read x.
  });

  it('agrees with differences on random expressions', () => {
    const leaf = fc.constantFrom('x', 'y');
    const smooth = { tanh: g.tanh, sigmoid: g.sigmoid, softplus: g.softplus, sin: g.sin } as const;
    const tree = fc.letrec<{ node: (x: Tensor, y: Tensor) => Tensor }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf.map((name) => (x: Tensor, y: Tensor) => (name === 'x' ? x : y)),
        fc.tuple(fc.constantFrom(...(Object.keys(smooth) as (keyof typeof smooth)[])), tie('node')).map(
          ([op, child]) =>
            (x: Tensor, y: Tensor) =>
              smooth[op](child(x, y)),
        ),
        fc.tuple(fc.constantFrom(g.add, g.sub, g.mul), tie('node'), tie('node')).map(
          ([op, a, b]) =>
            (x: Tensor, y: Tensor) =>
              op(a(x, y), b(x, y)),
        ),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (build) => {
        checkGradients((x, y) => g.sum(build(x, y)), [draw(3, [2, 1]), draw(4, [3])], { order: 1 });
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

describe('verifyGraph', () => {
  it('accepts what the functions build', () => {
    const x = g.input('x', ['batch', 3]);
    g.verifyGraph([g.mean(g.softmax(x)), ...g.grad(g.mean(g.softmax(x)), [x])]);
  });

  it('names a node whose shape is not its rule’s', () => {
    const x = g.input('x', [2, 3]);
    const forged = new Tensor('exp', [x], {}, [3, 2], 'float32');
    expect(() => {
      g.verifyGraph([forged]);
    }).toThrow(/exp#\d+ float32 \[3, 2\] should be float32 \[2, 3\]/);
  });

  it('refuses one input name for two things', () => {
    const sum = g.add(g.sum(g.input('x', [2])), g.sum(g.input('x', [3])));
    expect(() => {
      g.verifyGraph([sum]);
    }).toThrow(RootsigmaError);
  });
});

describe('scopes', () => {
  it('are recorded, nested, and left after an error', () => {
    const inner = g.withScope('encoder', () => g.withScope('0', () => g.input('x', [1])));
    expect(inner.scope).toBe('encoder.0');
    expect(() => g.withScope('broken', () => { throw new Error('x'); })).toThrow('x'); // prettier-ignore
    expect(g.input('y', [1]).scope).toBe('');
  });

  it('carry over to gradients', () => {
    const x = g.input('x', [2]);
    const y = g.withScope('decoder.1', () => g.exp(x));
    const [dx] = g.grad(g.sum(y), [x]) as [Tensor];
    expect(dx.scope).toBe('gradient of decoder.1');
  });
});

describe('GraphKey', () => {
  it('draws what src/random draws with the folded key', () => {
    const seed = key(5);
    const graphKey = g.keyInput('key').split(3)[2]?.foldIn(9);
    if (!graphKey) throw new Error('split(3) gave fewer than three keys');
    const drawn = evaluate(g.randomNormal(graphKey, [4], 'float64'), { key: g.keyWords(seed) });
    const [, , third] = split(seed, 3);
    if (!third) throw new Error('split(3) gave fewer than three keys');
    expect(drawn).toEqual(normal(foldIn(third, 9), [4], { dtype: 'float64' }));
  });
});
