import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray } from '../core/index.ts';
import { evaluate } from './reference/index.ts';
import { key, normal } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import {
  add,
  cholesky,
  constant,
  grad,
  identityMatrix,
  input,
  lyapunov,
  matmul,
  matrixTranspose,
  mul,
  newtonSchulzSqrt,
  sqrtmh,
  sub,
  sum,
  symmetrize,
  triangle,
  triangularSolve,
  verifyGraph,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

const draw = (seed: number, shape: number[]): NdArray<'float64'> => normal(key(seed), shape, { dtype: 'float64' });

/** A Aᵀ + shift I, of a free matrix A: symmetric however A is moved. */
const gram = (a: Tensor, shift: number): Tensor =>
  add(matmul(a, a, { transposeB: true }), mul(identityMatrix(a.shape.at(-1) as number, 'float64'), shift));

const covariances: Readonly<Record<string, number[][]>> = {
  identity: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  'repeated eigenvalues': [[2, 1, 1], [1, 2, 1], [1, 1, 2]],
  general: [[4, 1, -0.5], [1, 3, 0.25], [-0.5, 0.25, 2]],
}; // prettier-ignore

describe.each(Object.entries(covariances))('matrix functions at Σ = %s', (_, covariance) => {
  const direction = [[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [0.2, 0.7, -0.3]]; // prettier-ignore

  it('sqrtmh has right first and second derivatives', () => {
    checkGradients((x) => sqrtmh(symmetrize(x)), [covariance], { order: 2 });
  });

  it('lyapunov has right first and second derivatives in both operands', () => {
    checkGradients((s, c) => lyapunov(symmetrize(s), c), [covariance, direction], { order: 2 });
  });

  it('cholesky has right first and second derivatives', () => {
    checkGradients((x) => cholesky(symmetrize(x)), [covariance], { order: 2 });
  });

  it.each([true, false])('triangularSolve has right derivatives, lower: %s', (lower) => {
    for (const transpose of [false, true]) {
      checkGradients((t, b) => triangularSolve(t, b, { lower, transpose }), [covariance, direction], { order: 2 });
    }
  });
});

describe('matrix functions', () => {
  it('solve what they define', () => {
    const a = draw(1, [2, 4, 4]);
    const covariance = gram(constant(a), 0.5);
    const root = sqrtmh(covariance);
    const factor = cholesky(covariance);
    const c = constant(draw(2, [4, 4]));
    const x = lyapunov(root, c);
    const sylvester = add(matmul(root, x), matmul(x, root));
    verifyGraph([sylvester, factor]);
    const dense = evaluate(covariance);
    expectAllClose(evaluate(matmul(root, root)), dense, { atol: 1e-13 });
    expectAllClose(evaluate(matmul(factor, factor, { transposeB: true })), dense, { atol: 1e-13 });
    expectAllClose(evaluate(sylvester), evaluate(add(mul(c, 1), mul(x, 0))), { atol: 1e-13 });
    for (const transpose of [false, true]) {
      const b = constant(draw(3, [4, 3]));
      const solved = triangularSolve(factor, b, { transpose });
      expectAllClose(evaluate(sub(matmul(factor, solved, { transposeA: transpose }), b)), NdArray.zeros([2, 4, 3], 'float64'), { atol: 1e-13 }); // prettier-ignore
    }
  });

  it('give the known derivative of the root at [[2, 1], [1, 2]]', () => {
    const e = constant([[1, 0], [0, 0]]); // prettier-ignore
    const dS = evaluate(lyapunov(sqrtmh([[2, 1], [1, 2]]), e)); // prettier-ignore
    const [d00, d01, d11] = [0.38018148554092254, -0.052831216351296779, 0.014156081756483897];
    expectAllClose(dS, [[d00, d01], [d01, d11]], { atol: 1e-15 }); // prettier-ignore
  });

  it('give symmetric cotangents to operands that they take as symmetric', () => {
    const x = input('x', [3, 3], 'float64');
    const weights = constant(draw(11, [3, 3]));
    for (const y of [sqrtmh(x), cholesky(x), lyapunov(x, draw(12, [3, 3]))]) {
      const [gradient] = grad(sum(mul(y, weights)), [x]) as [Tensor];
      const value = evaluate(gradient, { x: NdArray.from(covariances.general!) });
      const transposed = evaluate(matrixTranspose(constant(value)));
      expectAllClose(value, transposed, { atol: 1e-15 });
    }
  });

  it('broadcast batches in gradients', () => {
    const covariance = [[2, 0.5], [0.5, 1]]; // prettier-ignore
    checkGradients((s, c) => lyapunov(symmetrize(s), c), [covariance, draw(4, [3, 2, 2])]);
    checkGradients((t, b) => triangularSolve(t, b), [covariance, draw(5, [3, 2, 1])]);
    checkGradients((t, b) => triangularSolve(t, b), [draw(6, [3, 2, 2]), draw(7, [2, 2])]);
  });

  it('read one triangle only', () => {
    const t = draw(8, [3, 3]);
    const b = draw(9, [3, 1]);
    for (const lower of [true, false]) {
      const whole = evaluate(triangularSolve(t, b, { lower }));
      expectAllClose(whole, evaluate(triangularSolve(triangle(t, { lower }), b, { lower })));
    }
  });

  it('refuse matrices at run time, naming the batch index and the value', () => {
    const batch = [[[1, 0], [0, 1]], [[1, 2], [2, 1]]]; // prettier-ignore
    const x = input('x', [2, 2, 2], 'float64');
    const feeds = { x: NdArray.from(batch) };
    expect(() => evaluate(sqrtmh(x), feeds)).toThrow(/matrix \[1\] of the batch.*eigenvalue is -1/);
    expect(() => evaluate(cholesky(x), feeds)).toThrow(/matrix \[1\] of the batch.*pivot 1 is -3/);
    expect(() => evaluate(sqrtmh(x), { x: NdArray.from([[[1, 2], [3, 9]], [[1, 0], [0, 1]]]) })).toThrow(LinearAlgebraError); // prettier-ignore
  });

  it('refuse shapes when the graph is built', () => {
    expect(() => sqrtmh([[1, 2, 3], [4, 5, 6]])).toThrow('[2, 3]'); // prettier-ignore
    expect(() => triangularSolve([[1, 0], [0, 1]], [[1], [2], [3]])).toThrow('differ in rows'); // prettier-ignore
    expect(() => lyapunov([[1, 0], [0, 1]], [[1]])).toThrow('sizes differ'); // prettier-ignore
  });

  it('keep float32, with its tolerances', () => {
    const rounded = NdArray.from([[1, 0.1], [0.1 + 1e-8, 1]], 'float32'); // prettier-ignore
    expect(evaluate(sqrtmh(rounded)).dtype).toBe('float32');
  });
});

describe('newtonSchulzSqrt', () => {
  it('agrees with sqrtmh, and its residual says how far', () => {
    const covariance = gram(constant(draw(10, [3, 5, 5])), 0.1);
    const { root, residual } = newtonSchulzSqrt(covariance);
    expectAllClose(evaluate(root), evaluate(sqrtmh(covariance)), { atol: 1e-11 });
    expectAllClose(evaluate(residual), [0, 0, 0], { atol: 1e-13 });
    const early = newtonSchulzSqrt(covariance, 3);
    expect(Math.min(...evaluate(early.residual).data)).toBeGreaterThan(1e-3);
  });

  it('has right derivatives', () => {
    checkGradients((x) => newtonSchulzSqrt(symmetrize(x)).root, [[[2, 0.5], [0.5, 1]]], { order: 2 }); // prettier-ignore
  });
});
