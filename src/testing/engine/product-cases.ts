import { isFloat } from '../../core/index.ts';
import { constant, makeNode } from '../../graph/index.ts';
import type { GraphShape, OpName, Tensor } from '../../graph/index.ts';
import { allDTypes, batch, describeShape, drawn, floatDTypes, listed, numberDTypes } from './case.ts';
import type { Case, OpCases, Operand } from './case.ts';

/** Rank 0–2 indices, repeated ones, none, along each axis; symbolic sizes beside the axis and in the indices. */
const indexTable: readonly (readonly [axis: number, shape: GraphShape, indexShape: GraphShape])[] = [
  [0, [3], []],
  [0, [3], [5]],
  [0, [3, 2], [4]],
  [1, [2, 3], [4]],
  [1, [2, 3, 2], [2, 2]],
  [2, [2, 2, 3], [1]],
  [0, [3, 2], [0]],
  [1, [batch, 3], [2]],
  [0, [3, 2], [batch]],
];

/** Indices into an axis of size 3. */
const indices = (shape: GraphShape): Operand => listed([2, 0, 2, 1], 'int32', shape);

const gather: OpCases = {
  dtypes: allDTypes,
  cases: (dtype) =>
    indexTable.map(([axis, shape, indexShape]) => ({
      label: `${describeShape(indexShape)} on axis ${axis} of ${describeShape(shape)}`,
      operands: [drawn(shape, dtype), indices(indexShape)],
      build: (x, index) => makeNode('gather', [x, index], { axis }),
      smooth: isFloat(dtype),
    })),
};

/** Known indices: each once, all of them, some twice, none. */
const fixedTable: readonly (readonly [number, GraphShape, readonly number[], number])[] = [
  [1, [2, 3], [4, 0, 2], 5],
  [0, [3, 2], [2, 0, 1], 3],
  [1, [2, 2, 3], [1, 0], 4],
  [1, [2, 3], [1, 1, 0], 3],
  [1, [2, 0], [], 2],
];

const scatterAdd: OpCases = {
  dtypes: numberDTypes,
  cases: (dtype) => [
    ...fixedTable.map(([axis, shape, fixed, size]) => ({
      label: `${describeShape(shape)} at ${JSON.stringify(fixed)}, constants, on axis ${axis} into ${size}`,
      operands: [drawn(shape, dtype)],
      build: (x: Tensor) => makeNode('scatterAdd', [x, constant(Int32Array.from(fixed))], { axis, size }),
      smooth: isFloat(dtype),
    })),
    ...indexTable.map(([axis, shape, indexShape]) => {
      const updates = [...shape.slice(0, axis), ...indexShape, ...shape.slice(axis + 1)];
      return {
        label: `${describeShape(updates)} at ${describeShape(indexShape)} on axis ${axis} into ${describeShape(shape)}`,
        operands: [drawn(updates, dtype), indices(indexShape)],
        build: (x: Tensor, index: Tensor) => makeNode('scatterAdd', [x, index], { axis, size: 3 }),
        smooth: isFloat(dtype),
      };
    }),
  ],
};

/** Shapes as if nothing were transposed; the cases swap the last two where it is. */
// prettier-ignore
const products: readonly (readonly [GraphShape, GraphShape])[] = [
  [[2, 3], [3, 4]],
  [[1, 1], [1, 1]],
  [[1, 5], [5, 1]],
  [[20, 70], [70, 3]],
  [[0, 3], [3, 2]],
  [[2, 0], [0, 3]],
  [[2, 3], [3, 0]],
  [[3, 2, 4], [4, 2]],
  [[2, 4], [3, 4, 2]],
  [[3, 2, 4], [3, 4, 2]],
  [[3, 1, 4], [1, 4, 2]],
  [[2, 1, 2, 3], [3, 3, 2]],
  [[batch, 3], [3, 2]],
  [[batch, 3], [3, batch]],
  [[2, batch], [batch, 3]],
  [[batch, 2, 3], [3, 2]],
  [[batch, 2, 3], [batch, 3, 2]],
  [[2, 3], [batch, 3, 2]],
];

const matmul: OpCases = {
  dtypes: floatDTypes,
  cases: (dtype) =>
    products.flatMap(([a, b]) =>
      [false, true].flatMap((transposeA) =>
        [false, true].map((transposeB): Case => ({
          label: `${describeShape(a)}${transposeA ? 'ᵀ' : ''} ${describeShape(b)}${transposeB ? 'ᵀ' : ''}`,
          operands: [drawn(swapped(a, transposeA), dtype), drawn(swapped(b, transposeB), dtype)],
          build: (x, y) => makeNode('matmul', [x, y], { transposeA, transposeB }),
          smooth: true,
        })),
      ),
    ),
};

function swapped(shape: GraphShape, swap: boolean): GraphShape {
  return swap ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;
}

/** Ops that pair elements of two operands by index. */
export const productCases = { gather, scatterAdd, matmul } satisfies Partial<Record<OpName, OpCases>>;
