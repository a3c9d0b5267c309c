import { isFloat } from '../../core/index.ts';
import { add, makeNode, mul } from '../../graph/index.ts';
import type { GraphShape, OpName } from '../../graph/index.ts';
import { allDTypes, batch, describeShape, drawn, floatDTypes, listed } from './case.ts';
import type { Case, OpCases, Operand } from './case.ts';

const keyOperand: Operand = listed([0x12345678, 0x9abcdef0], 'uint32');
const random = (op: 'randomNormal' | 'randomUniform'): OpCases => ({
  dtypes: floatDTypes,
  cases: (dtype) => {
    if (!isFloat(dtype)) return [];
    const rowsOf: readonly (readonly [readonly number[], GraphShape])[] = [
      [[], []],
      [[], [1]],
      [[3], [0, 2]],
      [
        [0, 5],
        [2, 3],
      ],
      [[7], [1000]],
    ];
    return [
      ...rowsOf.map(([path, shape]): Case => ({
        label: `${describeShape(shape)} path ${describeShape(path)}`,
        operands: [keyOperand],
        build: (key) => makeNode(op, [key], { path, shape, dtype }),
        smooth: false,
      })),
      {
        label: 'from within the stream on',
        operands: [keyOperand],
        build: (key) => makeNode(op, [key], { path: [], shape: [3, 5], dtype, start: 13 }),
        smooth: false,
      },
      {
        label: 'scaled, of symbolic size, between two other ops',
        operands: [keyOperand, drawn([batch, 3], dtype)],
        build: (key, x) => mul(add(mul(x, x), makeNode(op, [key], { path: [1], shape: [batch, 3], dtype })), x),
        smooth: true,
        composite: true,
      },
    ];
  },
});

const leafShapes: readonly GraphShape[] = [[], [1], [0], [2, 3], [2, 1, 3, 2]];

/** Where values come from: inputs, constants, sizes and random keys. */
export const leafCases = {
  input: {
    dtypes: allDTypes,
    cases: (dtype) =>
      [...leafShapes, [batch, 2]].map((shape): Case => ({
        label: describeShape(shape),
        operands: [drawn(shape, dtype)],
        build: (x) => x,
        smooth: isFloat(dtype),
      })),
  },
  constant: {
    dtypes: allDTypes,
    cases: (dtype) =>
      leafShapes.map((shape): Case => {
        const value = drawn(shape, dtype).values(shape as readonly number[], 5);
        return {
          label: describeShape(shape),
          operands: [],
          build: () => makeNode('constant', [], { value }),
          smooth: false,
        };
      }),
  },
  dimension: {
    dtypes: floatDTypes,
    cases: (dtype) => [
      {
        label: 'beside an input that has it',
        operands: [drawn([batch, 2], dtype)],
        build: (x) => (isFloat(dtype) ? add(mul(x, 0), makeNode('dimension', [], { name: batch, dtype })) : x),
        smooth: true,
      },
    ],
  },

  randomNormal: random('randomNormal'),
  randomUniform: random('randomUniform'),
} satisfies Partial<Record<OpName, OpCases>>;
