import { NdArray, sizeOf, typedArrayFrom } from '../../core/index.ts';
import type { DType, Shape } from '../../core/index.ts';
import { makeNode, symmetrize } from '../../graph/index.ts';
import type { GraphShape, OpName, Tensor } from '../../graph/index.ts';
import { key, normal } from '../../random/index.ts';
import { batch, describeShape, drawn, floatDTypes, listed } from './case.ts';
import type { Case, OpCases, Operand } from './case.ts';

/** Matrices of draws, turned row by row and column by column into what `entry` says. */
function matrices(
  shape: GraphShape,
  dtype: DType,
  entry: (at: (row: number, column: number) => number, row: number, column: number, n: number) => number,
): Operand {
  const values = (concrete: Shape, seed: number): NdArray => {
    const draws = normal(key(seed), concrete, { dtype: 'float64' }).data;
    const n = concrete.at(-1) ?? 1;
    const data = Array.from({ length: sizeOf(concrete) }, (_, i) => {
      const start = i - (i % (n * n));
      const at = (row: number, column: number): number => draws[start + row * n + column] ?? NaN;
      return entry(at, Math.floor((i % (n * n)) / n), i % n, n);
    });
    return new NdArray(typedArrayFrom(dtype, data), concrete, dtype);
  };
  return { shape, dtype, values };
}

/** M Mᵀ + I / 2: symmetric to the bit, eigenvalues of at least 1/2. */
const positiveDefinite = (shape: GraphShape, dtype: DType): Operand =>
  matrices(shape, dtype, (at, row, column, n) => {
    let sum = row === column ? 0.5 : 0;
    for (let k = 0; k < n; k++) sum += at(row, k) * at(column, k);
    return sum;
  });

/** Draws with 2 to 3 on the diagonal, so that both triangles are well conditioned. */
const dominant = (shape: GraphShape, dtype: DType): Operand =>
  matrices(shape, dtype, (at, row, column) =>
    row === column ? 2 + Math.tanh(at(row, row)) ** 2 : at(row, column) / 2,
  );

const squares: readonly GraphShape[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [0, 0],
  [0, 2, 2],
  [2, 3, 3],
  [2, 1, 2, 2],
  [batch, 2, 2],
];
const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Entries move one by one in difference quotients, so the operand is symmetrised on its way. */
const symmetricOp =
  (op: 'sqrtmh' | 'cholesky') =>
  (x: Tensor): Tensor =>
    makeNode(op, [symmetrize(x)], {});

const ofPositiveDefinite = (op: 'sqrtmh' | 'cholesky'): OpCases => ({
  dtypes: floatDTypes,
  cases: (dtype) => [
    ...squares.map((shape): Case => ({
      label: describeShape(shape),
      operands: [positiveDefinite(shape, dtype)],
      build: symmetricOp(op),
      smooth: true,
    })),
    { label: 'the identity', operands: [listed(identity, dtype, [3, 3])], build: symmetricOp(op), smooth: true },
  ],
});

const singular: Case = {
  label: 'a singular matrix',
  operands: [listed([1, 1, 1, 1], 'float64', [2, 2])],
  build: symmetricOp('sqrtmh'),
  smooth: false,
};

// prettier-ignore
const lyapunovShapes: readonly (readonly [GraphShape, GraphShape])[] = [
  [[1, 1], [1, 1]],
  [[3, 3], [3, 3]],
  [[0, 0], [0, 0]],
  [[2, 3, 3], [3, 3]],
  [[3, 3], [2, 3, 3]],
  [[batch, 2, 2], [2, 2]],
];

// prettier-ignore
const solveShapes: readonly (readonly [GraphShape, GraphShape])[] = [
  [[1, 1], [1, 1]],
  [[3, 3], [3, 2]],
  [[3, 3], [3, 0]],
  [[0, 0], [0, 2]],
  [[2, 3, 3], [3, 1]],
  [[3, 3], [2, 3, 2]],
  [[batch, 2, 2], [batch, 2, 1]],
];

export const linalgCases = {
  sqrtmh: {
    dtypes: floatDTypes,
    cases: (dtype) => [...ofPositiveDefinite('sqrtmh').cases(dtype), ...(dtype === 'float64' ? [singular] : [])],
  },
  cholesky: ofPositiveDefinite('cholesky'),
  lyapunov: {
    dtypes: floatDTypes,
    cases: (dtype) =>
      lyapunovShapes.map(([s, c]): Case => ({
        label: `${describeShape(s)} and ${describeShape(c)}`,
        operands: [positiveDefinite(s, dtype), drawn(c, dtype)],
        build: (a, b) => makeNode('lyapunov', [symmetrize(a), b], {}),
        smooth: true,
      })),
  },
  triangularSolve: {
    dtypes: floatDTypes,
    cases: (dtype) =>
      solveShapes.flatMap(([t, b]) =>
        [false, true].flatMap((lower) =>
          [false, true].map((transpose): Case => ({
            label: `${describeShape(t)}${transpose ? 'ᵀ' : ''} ${lower ? 'lower' : 'upper'}, ${describeShape(b)}`,
            operands: [dominant(t, dtype), drawn(b, dtype)],
            build: (x, y) => makeNode('triangularSolve', [x, y], { lower, transpose }),
            smooth: true,
          })),
        ),
      ),
  },
} satisfies Partial<Record<OpName, OpCases>>;
