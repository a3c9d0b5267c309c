import { isFloat } from '../../core/index.ts';
import type { DType } from '../../core/index.ts';
import { makeNode } from '../../graph/index.ts';
import type { GraphShape, OpAttributes, OpName, Tensor } from '../../graph/index.ts';
import { allDTypes, batch, describeShape, drawn, numberDTypes } from './case.ts';
import type { Case, OpCases, Operand } from './case.ts';

type Row<Op extends OpName> = readonly [shape: GraphShape, attributes: OpAttributes[Op]];

/** Cases of an op with one operand: its shape and the op's attributes. */
function rows<Op extends OpName>(op: Op, dtypes: readonly DType[], table: readonly Row<Op>[]): OpCases {
  return {
    dtypes,
    cases: (dtype) =>
      table.map(([shape, attributes]): Case => ({
        label: `${describeShape(shape)} ${JSON.stringify(attributes)}`,
        operands: [drawn(shape, dtype)],
        build: (x) => makeNode(op, [x], attributes),
        smooth: isFloat(dtype),
      })),
  };
}

// prettier-ignore
const reductions: readonly (readonly [GraphShape, readonly number[]])[] = [
  [[], []],
  [[1], [0]],
  [[5], [0]],
  [[2, 3], []],
  [[2, 3, 4], [0]],
  [[2, 3, 4], [1]],
  [[2, 3, 4], [2]],
  [[2, 3, 4], [0, 2]],
  [[2, 3, 4], [0, 1, 2]],
  [[2, 1, 3, 2], [1, 3]],
  [[0, 3], [1]],
  [[batch, 3], [0]],
  [[batch, 3], [1]],
  [[batch, 3], [0, 1]],
  [[batch, 2, 2], [1, 2]],
];

const emptyReductions: typeof reductions = [
  [[0], [0]],
  [[0, 3], [0]],
  [[2, 0], [1]],
];

const reduction = (op: 'sum' | 'max' | 'min'): OpCases =>
  rows(
    op,
    numberDTypes,
    [...reductions, ...(op === 'sum' ? emptyReductions : [])].flatMap(([shape, axes]) =>
      [false, true].map((keepDims): Row<typeof op> => [shape, { axes, keepDims }]),
    ),
  );

/** Makes the symbolic size known where the operand under test does not have it. */
function besideBatch(label: string, operand: Operand, build: (x: Tensor) => Tensor): Case {
  return {
    label,
    operands: [operand, drawn([batch, 1], operand.dtype)],
    build: (x, y) => makeNode('concat', [build(x), y], { axis: 1 }),
    smooth: isFloat(operand.dtype),
  };
}

const broadcastTo: OpCases = {
  dtypes: allDTypes,
  cases: (dtype) => {
    const to = (shape: GraphShape) => (x: Tensor) => makeNode('broadcastTo', [x], { shape });
    const table: readonly (readonly [GraphShape, GraphShape])[] = [
      [[], []],
      [[], [2, 3]],
      [[3], [2, 3]],
      [
        [2, 1],
        [2, 3],
      ],
      [
        [2, 3],
        [2, 3],
      ],
      [[1], [0]],
      [[3], [0, 3]],
      [
        [2, 1, 2],
        [3, 2, 4, 2],
      ],
      [
        [batch, 1],
        [batch, 3],
      ],
      [
        [batch, 3],
        [2, batch, 3],
      ],
    ];
    return [
      ...table.map(([from, shape]): Case => ({
        label: `${describeShape(from)} to ${describeShape(shape)}`,
        operands: [drawn(from, dtype)],
        build: to(shape),
        smooth: isFloat(dtype),
      })),
      besideBatch('[3] to [batch,3]', drawn([3], dtype), to([batch, 3])),
    ];
  },
};

// prettier-ignore
const concatTable: readonly (readonly [axis: number, shapes: readonly GraphShape[]])[] = [
  [0, [[2]]],
  [0, [[2], [3]]],
  [0, [[2], [0], [1]]],
  [
    1,
    [[2, 1], [2, 3], [2, 2]],
  ],
  [
    2,
    [[2, 1, 3], [2, 1, 1]],
  ],
  [
    1,
    [[batch, 1], [batch, 2]],
  ],
];

const concat: OpCases = {
  dtypes: allDTypes,
  cases: (dtype) => [
    ...concatTable.map(([axis, shapes]): Case => ({
      label: `axis ${axis} of ${shapes.map(describeShape).join(' ')}`,
      operands: shapes.map((shape) => drawn(shape, dtype)),
      build: (...operands) => makeNode('concat', operands, { axis }),
      smooth: isFloat(dtype),
    })),
    {
      label: 'a tensor with itself',
      operands: [drawn([2, 2], dtype)],
      build: (x) => makeNode('concat', [x, x], { axis: 0 }),
      smooth: isFloat(dtype),
    },
  ],
};

/** Reductions and changes of shape. */
export const shapeCases = {
  sum: reduction('sum'),
  max: reduction('max'),
  min: reduction('min'),

  reshape: rows('reshape', allDTypes, [
    [[2, 3], { shape: [3, 2] }],
    [[2, 3], { shape: [6] }],
    [[], { shape: [1, 1] }],
    [[1], { shape: [] }],
    [[0, 3], { shape: [3, 0, 2] }],
    [[2, 3], { shape: [2, 3] }],
    [[batch, 2, 3], { shape: [batch, 6] }],
    [[batch, 4], { shape: [batch, 2, 1, 2] }],
    [[batch, 4], { shape: [2, batch, 2] }],
    [[2, batch], { shape: [batch, 2] }],
  ]),
  broadcastTo,
  transpose: rows('transpose', allDTypes, [
    [[], { permutation: [] }],
    [[3], { permutation: [0] }],
    [[2, 3], { permutation: [1, 0] }],
    [[0, 3], { permutation: [1, 0] }],
    [[2, 3, 4], { permutation: [2, 0, 1] }],
    [[2, 3, 4], { permutation: [0, 2, 1] }],
    [[2, 3, 2, 2], { permutation: [0, 2, 1, 3] }],
    [[batch, 2, 3], { permutation: [0, 2, 1] }],
    [[batch, 2, 3], { permutation: [2, 0, 1] }],
  ]),
  slice: rows('slice', allDTypes, [
    [[], { starts: [], shape: [] }],
    [[5], { starts: [1], shape: [3] }],
    [[5], { starts: [0], shape: [5] }],
    [[5], { starts: [5], shape: [0] }],
    [[0, 2], { starts: [0, 1], shape: [0, 1] }],
    [[2, 3, 4], { starts: [1, 0, 2], shape: [1, 3, 2] }],
    [[batch, 4], { starts: [0, 1], shape: [batch, 2] }],
  ]),
  pad: rows('pad', allDTypes, [
    [[], { before: [], after: [], value: 1 }],
    [[3], { before: [1], after: [2], value: 1 }],
    [[0], { before: [1], after: [0], value: 1 }],
    [[2, 3], { before: [0, 0], after: [0, 0], value: 1 }],
    [[2, 3], { before: [1, 0], after: [0, 2], value: 0 }],
    [[2, 1, 2], { before: [0, 1, 1], after: [1, 0, 1], value: 0 }],
    [[batch, 2], { before: [0, 1], after: [0, 1], value: 1 }],
  ]),
  concat,
} satisfies Partial<Record<OpName, OpCases>>;
