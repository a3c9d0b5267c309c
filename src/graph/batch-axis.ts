import type { OpName } from './op-table.ts';
import { isOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './traverse.ts';

/**
 * How a value depends on the examples of a batch: not at all (`unbatched`); slice by slice along an axis, slice i on example i
 * alone (the axis); or on several examples at once (`coupled`). Where the axis is longer than the batch, each example has as many
 * slices in a row, its draws say.
 */
export type BatchAxis = 'unbatched' | 'coupled' | number;

/** What an op's rule sees of an operand: its expression, and its axis of examples, where it has one. */
interface Operand {
  readonly tensor: Tensor;
  readonly axis: number | undefined;
}

/** The axis of examples of the result, or `coupled` where the op mixes them. At least one operand has such an axis. */
type Rule<Op extends OpName> = (
  node: Tensor<Op>,
  operands: readonly [Operand, Operand, ...Operand[]],
  rows: number,
) => number | 'coupled';

/**
 * The axis of examples of each expression that the outputs need.
 *
 * @param batch the input whose first axis the examples are. Random numbers whose first axis is as long belong to them.
 */
export function batchAxes(outputs: Iterable<Tensor>, batch: string): Map<Tensor, BatchAxis> {
  const order = topologicalOrder(outputs);
  const x = order.find((node) => isOp(node, 'input') && node.attributes.name === batch);
  const rows = x?.shape[0];
  const axes = new Map<Tensor, BatchAxis>();
  for (const node of order)
    axes.set(node, typeof rows === 'number' ? axisOf(node, { batch, rows, axes }) : 'unbatched');
  return axes;
}

function axisOf(
  node: Tensor,
  {
    batch,
    rows,
    axes,
  }: { readonly batch: string; readonly rows: number; readonly axes: ReadonlyMap<Tensor, BatchAxis> },
): BatchAxis {
  if (isOp(node, 'input')) return node.attributes.name === batch ? 0 : 'unbatched';
  if (isOp(node, 'randomNormal') || isOp(node, 'randomUniform')) return node.shape[0] === rows ? 0 : 'unbatched';
  const known = node.inputs.map((input) => axes.get(input) ?? 'unbatched');
  if (known.includes('coupled')) return 'coupled';
  if (!known.some((axis) => typeof axis === 'number')) return 'unbatched';
  const operands = node.inputs.map((tensor, k) => {
    const axis = known[k];
    return { tensor, axis: typeof axis === 'number' ? axis : undefined };
  });
  const rule = rowRules[node.op] as Rule<OpName>;
  return rule(node, operands as unknown as [Operand, Operand], rows);
}

/** Axes counted from the last one, which is 1: broadcasting aligns there. */
const fromLast = ({ tensor, axis }: Operand): number | undefined =>
  axis === undefined ? undefined : tensor.rank - axis;

/** All operands that have examples have them at the same place, counted from the last axis. */
const aligned: Rule<OpName> = (node, operands) => {
  const places = new Set(operands.flatMap((operand) => fromLast(operand) ?? []));
  const [place] = places;
  return places.size === 1 && place !== undefined ? node.rank - place : 'coupled';
};

/** As `aligned`, and not along the last two axes, which are a matrix's. */
const alignedMatrices: Rule<OpName> = (node, operands, rows) =>
  operands.some((operand) => (fromLast(operand) ?? Infinity) <= 2) ? 'coupled' : aligned(node, operands, rows);

const reduced: Rule<'sum' | 'max' | 'min'> = ({ attributes: { axes, keepDims } }, [{ axis = 0 }]) => {
  if (axes.includes(axis)) return 'coupled';
  return keepDims ? axis : axis - axes.filter((other) => other < axis).length;
};

/** An image's examples lie before its channels; a kernel belongs to all. */
const convolved: Rule<'conv2d' | 'convTranspose2d'> = (_, [image, kernel]) =>
  kernel.axis === undefined && image.axis !== undefined && image.axis < image.tensor.rank - 3 ? image.axis : 'coupled';

const couples = (): 'coupled' => 'coupled';

function productAxis({ tensor, axis }: Operand, transposed: boolean): number | 'contracted' | undefined {
  if (axis === undefined) return undefined;
  const place = tensor.rank - axis;
  if (place > 2) return place;
  return (place === 2) !== transposed ? 2 : 'contracted';
}

const rowRules: { readonly [Op in OpName]: Rule<Op> } = {
  // These have no operands with examples.
  input: couples,
  constant: couples,
  dimension: couples,
  randomNormal: couples,
  randomUniform: couples,

  neg: aligned,
  abs: aligned,
  sign: aligned,
  exp: aligned,
  log: aligned,
  log1p: aligned,
  expm1: aligned,
  sqrt: aligned,
  sin: aligned,
  cos: aligned,
  tanh: aligned,
  sigmoid: aligned,
  softplus: aligned,
  relu: aligned,
  erf: aligned,
  not: aligned,
  cast: aligned,
  stopGradient: aligned,
  add: aligned,
  sub: aligned,
  mul: aligned,
  div: aligned,
  pow: aligned,
  maximum: aligned,
  minimum: aligned,
  equal: aligned,
  less: aligned,
  lessEqual: aligned,
  greater: aligned,
  greaterEqual: aligned,
  and: aligned,
  or: aligned,
  bernoulliLogProb: aligned,
  where: aligned,
  broadcastTo: aligned,

  sum: reduced,
  max: reduced,
  min: reduced,

  // The axis stays where as many numbers lie before it as did; what lies behind it may become part of it.
  reshape: ({ shape }, [{ tensor, axis = 0 }], rows) => {
    const before = (sizes: readonly unknown[]): number =>
      sizes.reduce<number>((product, size) => product * Number(size), 1);
    const found = shape.findIndex(
      (size, k) => Number(size) % rows === 0 && before(shape.slice(0, k)) === before(tensor.shape.slice(0, axis)),
    );
    return found < 0 ? 'coupled' : found;
  },
  transpose: ({ attributes: { permutation } }, [{ axis = 0 }]) => permutation.indexOf(axis),
  slice: ({ attributes: { starts, shape } }, [{ tensor, axis = 0 }]) =>
    starts[axis] === 0 && shape[axis] === tensor.shape[axis] ? axis : 'coupled',
  pad: ({ attributes: { before, after } }, [{ axis = 0 }]) =>
    before[axis] === 0 && after[axis] === 0 ? axis : 'coupled',
  concat: ({ attributes }, operands) => {
    const places = new Set(operands.flatMap(({ axis }) => axis ?? []));
    const [axis] = places;
    return places.size === 1 && axis !== undefined && axis !== attributes.axis ? axis : 'coupled';
  },
  gather: ({ attributes: { axis } }, [x, indices]) => {
    if (x.axis !== undefined && indices.axis !== undefined) return 'coupled';
    if (indices.axis !== undefined) return axis + indices.axis;
    if (x.axis === undefined || x.axis === axis) return 'coupled';
    return x.axis < axis ? x.axis : x.axis + indices.tensor.rank - 1;
  },
  scatterAdd: ({ attributes: { axis } }, [updates, indices]) => {
    if (updates.axis === undefined || indices.axis !== undefined) return 'coupled';
    if (updates.axis < axis) return updates.axis;
    const tail = axis + indices.tensor.rank;
    return updates.axis < tail ? 'coupled' : updates.axis - indices.tensor.rank + 1;
  },

  // A row of a product is the row of its left factor times the right one.
  matmul: (node, [a, b]) => {
    const { transposeA, transposeB } = node.attributes;
    const left = productAxis(a, transposeA);
    // The columns of the right factor are the product's; its rows are summed over.
    const right = productAxis(b, !transposeB);
    if (left === 'contracted' || right === 'contracted') return 'coupled';
    if (left !== undefined && right !== undefined) return left === right && left > 2 ? node.rank - left : 'coupled';
    if (left !== undefined) return node.rank - left;
    return right === undefined || right === 2 ? node.rank - 1 : node.rank - right;
  },

  conv2d: convolved,
  convTranspose2d: convolved,
  conv2dWeightGradient: couples,

  sqrtmh: alignedMatrices,
  lyapunov: alignedMatrices,
  cholesky: alignedMatrices,
  triangularSolve: alignedMatrices,
};
