import { ShapeError, formatShape } from '../core/index.ts';
import { asTensors, makeNode } from './build.ts';
import type { TensorLike } from './build.ts';
import { expandDims, reshape, squeeze } from './shaping.ts';
import { isOp } from './tensor.ts';
import type { Dimension, GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';

/** Which operands of `matmul` are transposed, without a copy. */
export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * op(a) op(b) over the last two axes, [..., n, k] × [..., k, m] → [..., n, m]; batch axes broadcast. Transposition is
 * a flag, not a copy.
 */
export function matmul(a: TensorLike, b: TensorLike, options: MatmulOptions = {}): Tensor {
  const [left, right] = asTensors('matmul', a, b) as [Tensor, Tensor];
  const [x, transposeA] = absorbTranspose(left, options.transposeA ?? false);
  const [y, transposeB] = absorbTranspose(right, options.transposeB ?? false);
  // One matrix for the whole batch: its rows make one tall matrix, and the product one GEMM.
  const rows = knownProduct(x.shape.slice(0, -1));
  if (x.rank > 2 && y.rank === 2 && !transposeA && rows !== undefined) {
    const flat = makeNode('matmul', [reshape(x, [rows, lastOf(x)]), y], { transposeA, transposeB });
    return reshape(flat, [...x.shape.slice(0, -1), lastOf(flat)]);
  }
  return makeNode('matmul', [x, y], { transposeA, transposeB });
}

/** A transpose of the last two axes becomes the flag. */
function absorbTranspose(x: Tensor, transposed: boolean): [Tensor, boolean] {
  if (!isOp(x, 'transpose') || !x.inputs[0]) return [x, transposed];
  const { permutation } = x.attributes;
  const last = x.rank - 1;
  const swapsLastTwo = permutation.every((axis, k) => axis === (k === last ? last - 1 : k === last - 1 ? last : k));
  return swapsLastTwo && x.rank >= 2 ? [x.inputs[0], !transposed] : [x, transposed];
}

function knownProduct(shape: GraphShape): number | undefined {
  let product = 1;
  for (const size of shape) {
    if (typeof size !== 'number') return undefined;
    product *= size;
  }
  return product;
}

function lastOf(x: Tensor): Dimension {
  const size = x.shape.at(-1);
  if (size === undefined) throw new ShapeError(`matmul: operands need two dimensions, got ${formatShape(x.shape)}.`);
  return size;
}

/** Matrix times vector over the last axes: [..., n, k] × [..., k] → [..., n]. */
export function matvec(matrix: TensorLike, vector: TensorLike, options: { readonly transpose?: boolean } = {}): Tensor {
  const [m, v] = asTensors('matvec', matrix, vector) as [Tensor, Tensor];
  const product = matmul(m, expandDims(v, -1), { transposeA: options.transpose ?? false });
  return squeeze(product, -1);
}
