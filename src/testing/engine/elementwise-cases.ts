import { isFloat } from '../../core/index.ts';
import type { DType } from '../../core/index.ts';
import { makeNode, mul } from '../../graph/index.ts';
import type {
  GraphShape,
  OpName,
  Tensor,
  arithmeticOps,
  comparisonOps,
  floatBinaryOps,
  logicalOps,
  unaryFloatOps,
} from '../../graph/index.ts';
import {
  allDTypes,
  anywhere,
  awayFromZero,
  batch,
  describeShape,
  drawn,
  extremes,
  floatDTypes,
  listed,
  numberDTypes,
  positive,
} from './case.ts';
import type { Case, Domain, OpCases } from './case.ts';

// prettier-ignore
const shapes: readonly GraphShape[] = [[], [1], [5], [0], [0, 3], [2, 3], [2, 1, 3], [2, 3, 1, 2], [batch, 3], [batch]];

/** Shapes that broadcast together: the same, scalars, rows, columns, outer products, empty and symbolic ones. */
// prettier-ignore
const pairs: readonly (readonly [GraphShape, GraphShape])[] = [
  [[], []],
  [[1], [1]],
  [[2, 3], [2, 3]],
  [[3], []],
  [[], [3]],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [[2, 3], [2, 1]],
  [[2, 1], [2, 3]],
  [[2, 1], [1, 3]],
  [[2, 1, 3, 1], [4, 1, 2]],
  [[0, 3], [1]],
  [[0, 1], [3]],
  [[batch, 3], [3]],
  [[2], [batch, 2]],
  [[batch, 1], [batch, 3]],
  [[batch, 2], []],
];

interface UnaryOptions {
  readonly domain?: Domain;
  readonly smooth?: boolean;
  /** Beyond the common ones; to see more of a function where it is delicate. */
  readonly points?: readonly number[];
  readonly extremePoints?: readonly number[];
}

function unary(op: (typeof unaryFloatOps)[number], options: UnaryOptions = {}): OpCases {
  const build = plain(op);
  const { domain = anywhere, smooth = true, points = [], extremePoints = extremes } = options;
  return {
    dtypes: floatDTypes,
    cases: (dtype) => [
      ...shapes.map((shape): Case => ({
        label: describeShape(shape),
        operands: [drawn(shape, dtype, domain)],
        build,
        smooth,
      })),
      { label: 'extreme values', operands: [listed(extremePoints, dtype)], build, smooth: false },
      ...(points.length > 0 ? [{ label: `${op} points`, operands: [listed(points, dtype)], build, smooth }] : []),
    ],
  };
}

interface BinaryOptions {
  readonly dtypes: readonly DType[];
  readonly domains?: readonly [Domain, Domain];
  readonly smooth?: boolean;
  /** Every value of the first list meets every value of the second. */
  readonly points: (dtype: DType) => readonly [readonly number[], readonly number[]];
}

function binary(op: PlainBinary, options: BinaryOptions): OpCases {
  const build = node(op);
  const { dtypes, domains = [anywhere, anywhere], smooth = true, points } = options;
  return {
    dtypes,
    cases: (dtype) => {
      const [left, right] = points(dtype);
      return [
        ...pairs.map(([a, b]): Case => ({
          label: `${describeShape(a)} with ${describeShape(b)}`,
          operands: [drawn(a, dtype, domains[0]), drawn(b, dtype, domains[1])],
          build,
          smooth: smooth && isFloat(dtype),
        })),
        { label: 'extreme values', operands: [listed(left, dtype, [left.length, 1]), listed(right, dtype)], build, smooth: false }, // prettier-ignore
      ];
    },
  };
}

const small = [1e-20, 1e-10, 1e-7, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.8];
const aroundZero = [...small.map((x) => -x), ...small];

/** The list with itself, or integers at the ends of their range. */
const pointsOf = (dtype: DType): readonly [readonly number[], readonly number[]] => {
  const list = isFloat(dtype)
    ? extremes
    : dtype === 'int32'
      ? [0, 1, -1, 2, 7, -7, 46341, 2 ** 31 - 1, -(2 ** 31)]
      : [0, 1, 2, 7, 65537, 2 ** 31, 2 ** 32 - 1];
  return [list, list];
};

/** Division by zero and the overflow −2³¹ ÷ −1 have no value that engines agree on. */
const quotientPoints = (dtype: DType): readonly [readonly number[], readonly number[]] => {
  const [list] = pointsOf(dtype);
  return isFloat(dtype) ? [list, list] : [list, list.filter((x) => x !== 0 && x !== -1)];
};

/** Integer powers stay within the range: beyond it engines differ. */
const powerPoints = (dtype: DType): readonly [readonly number[], readonly number[]] =>
  isFloat(dtype)
    ? [
        [0, 1, -1, 2, -2, 0.5, 1e-30, 1e30, Infinity, NaN],
        [0, 1, 2, 3, -1, -2, 0.5, -0.5, Infinity],
      ]
    : [
        [0, 1, 2, 3, 5, 10],
        [0, 1, 2, 3, 5, 9],
      ];

const logitPoints = [0, 1e-30, 1, -1, 10, -10, 18.5, -18.5, 40, -40];

type PlainUnary = (typeof unaryFloatOps)[number] | 'not' | 'stopGradient';
type PlainBinary = (typeof arithmeticOps | typeof comparisonOps | typeof logicalOps | typeof floatBinaryOps)[number];

const plain =
  (op: PlainUnary) =>
  (x: Tensor): Tensor =>
    makeNode(op, [x], {});
const node =
  (op: PlainBinary) =>
  (a: Tensor, b: Tensor): Tensor =>
    makeNode(op, [a, b], {});

const arithmetic = (op: 'add' | 'sub' | 'mul' | 'maximum' | 'minimum'): OpCases =>
  binary(op, { dtypes: numberDTypes, points: pointsOf });
const comparison = (op: 'equal' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual'): OpCases =>
  binary(op, { dtypes: numberDTypes, points: pointsOf, smooth: false });
const logical = (op: 'and' | 'or'): OpCases =>
  binary(op, { dtypes: ['bool'], smooth: false, points: () => [[0, 1], [0, 1]] }); // prettier-ignore

/** Angles beyond some thousands are nobody's business. */
const angles = [0, -0, NaN, 1e-40, 1e-30, 1, -1, Math.PI / 2, Math.PI, -3, 20, -88, 800];

/** float → integer within the range of both; NaN and −0 to bool; integers wrap between int32 and uint32. */
function castValues(from: DType, to: DType): readonly number[] {
  if (to === 'bool') return isFloat(from) ? [0, -0, 0.3, -2, NaN, Infinity] : [0, 1, 7];
  if (from === 'bool') return [0, 1];
  if (isFloat(from))
    return isFloat(to) ? extremes : to === 'int32' ? [0, 0.9, -0.9, 2.5, -2.5, 1e9, -1e9] : [0, 0.9, 2.5, 1e9, 3e9];
  return from === 'int32' ? [0, 1, -1, 16777217, 2 ** 31 - 1, -(2 ** 31)] : [0, 1, 16777217, 2 ** 31, 2 ** 32 - 1];
}

const cast: OpCases = {
  dtypes: allDTypes,
  cases: (from) =>
    allDTypes.flatMap((to): Case[] => {
      const build = (x: Tensor): Tensor => makeNode('cast', [x], { dtype: to });
      const smooth = isFloat(from) && isFloat(to);
      return [
        { label: `values to ${to}`, operands: [listed(castValues(from, to), from)], build, smooth: false },
        {
          label: `[2,3] to ${to}`,
          operands: [drawn([2, 3], from, to === 'uint32' ? positive : anywhere)],
          build,
          smooth,
        },
        { label: `[0] to ${to}`, operands: [drawn([0], from)], build, smooth },
        {
          label: `[batch] to ${to}`,
          operands: [drawn([batch], from, to === 'uint32' ? positive : anywhere)],
          build,
          smooth,
        },
      ];
    }),
};

// prettier-ignore
const whereShapes: readonly (readonly [GraphShape, GraphShape, GraphShape])[] = [
  [[], [], []],
  [[2, 3], [2, 3], [2, 3]],
  [[2, 3], [], [3]],
  [[3], [2, 3], [2, 1]],
  [[], [2, 3], []],
  [[2, 1, 1], [3, 1], [2]],
  [[0], [1], []],
  [[batch, 1], [batch, 3], [3]],
  [[3], [], [batch, 1]],
];

const where: OpCases = {
  dtypes: allDTypes,
  cases: (dtype) => {
    const build = (condition: Tensor, a: Tensor, b: Tensor): Tensor => makeNode('where', [condition, a, b], {});
    const everything = dtype === 'bool' ? [0, 1] : pointsOf(dtype)[0];
    return [
      ...whereShapes.map(([condition, a, b]): Case => ({
        label: [condition, a, b].map(describeShape).join(', '),
        operands: [drawn(condition, 'bool'), drawn(a, dtype), drawn(b, dtype)],
        build,
        smooth: isFloat(dtype),
      })),
      {
        label: 'extreme values',
        operands: [listed([0, 1], 'bool', [2, 1]), listed(everything, dtype), listed([1], dtype)],
        build,
        smooth: false,
      },
    ];
  },
};

export const elementwiseCases = {
  neg: unary('neg'),
  abs: unary('abs', { domain: awayFromZero }),
  sign: unary('sign', { domain: awayFromZero }),
  exp: unary('exp'),
  log: unary('log', { domain: positive, points: [1 - 1e-6, 1 + 1e-6, 0.2, 100, 1e20] }),
  log1p: unary('log1p', { domain: positive, points: aroundZero }),
  expm1: unary('expm1', { points: aroundZero }),
  sqrt: unary('sqrt', { domain: positive }),
  sin: unary('sin', { extremePoints: angles }),
  cos: unary('cos', { extremePoints: angles }),
  tanh: unary('tanh', { points: aroundZero }),
  sigmoid: unary('sigmoid', { points: [-18.5, -10, 10, 18.5] }),
  softplus: unary('softplus', { points: [-18.5, -10, 10, 18.5] }),
  relu: unary('relu', { domain: awayFromZero }),
  // Each of its four formulas, the third also where float32 does not hold x.
  erf: unary('erf', { points: [...aroundZero, -2.2, -1.3, -1.1, 0.9, 1.2, 1.4, 1.7, 2.1, 2.6, 3.1] }),
  not: {
    dtypes: ['bool'],
    cases: () => shapes.map((shape): Case => ({ label: describeShape(shape), operands: [drawn(shape, 'bool')], build: plain('not'), smooth: false })), // prettier-ignore
  },
  cast,
  /** Times x, so that the gradient tells what is stopped. */
  stopGradient: {
    dtypes: numberDTypes,
    cases: (dtype) =>
      shapes.map((shape): Case => ({
        label: describeShape(shape),
        operands: [drawn(shape, dtype)],
        build: (x) => mul(makeNode('stopGradient', [x], {}), x),
        smooth: isFloat(dtype),
      })),
  },

  add: arithmetic('add'),
  sub: arithmetic('sub'),
  mul: arithmetic('mul'),
  div: binary('div', { dtypes: numberDTypes, domains: [anywhere, divisor], points: quotientPoints }),
  pow: binary('pow', { dtypes: numberDTypes, domains: [positive, anywhere], points: powerPoints }),
  maximum: arithmetic('maximum'),
  minimum: arithmetic('minimum'),
  equal: comparison('equal'),
  less: comparison('less'),
  lessEqual: comparison('lessEqual'),
  greater: comparison('greater'),
  greaterEqual: comparison('greaterEqual'),
  and: logical('and'),
  or: logical('or'),
  bernoulliLogProb: binary('bernoulliLogProb', { dtypes: floatDTypes, points: () => [[0, 1, 0.25], logitPoints] }),

  where,
} satisfies Partial<Record<OpName, OpCases>>;

/** At least 0.4 from 0, so that a small integer made of it (three times, rounded) is not 0 either. */
function divisor(x: number): number {
  return x < 0 ? x - 0.4 : x + 0.4;
}
