import type { DType, FloatDType, NdArray } from '../core/index.ts';
import type { GraphShape } from './graph-shape.ts';

/** Ops without attributes. */
type None = Readonly<Record<string, never>>;

/** Over which axes a reduction goes, and whether they stay. */
export interface ReduceAttributes {
  /** Sorted, distinct, non-negative. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** What a random op draws: of which stream, from where, in which shape and type. */
export interface RandomAttributes {
  /** Words folded into the key, in order, before drawing (`split(key, n)[i]` is `foldIn(key, i)`). */
  readonly path: readonly number[];
  readonly shape: GraphShape;
  readonly dtype: FloatDType;
  /** Which element of the key's stream is the first. Default: 0. */
  readonly start?: number;
}

/** How a kernel steps over an image. Pairs are [rows, columns]. */
export interface ConvAttributes {
  readonly strides: readonly [number, number];
  /** Rows and columns of zeros around the image, in ONNX's order. */
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilations: readonly [number, number];
}

/**
 * Every op of the graph with its attributes. This table is the language: shape rules, gradients, the reference
 * interpreter and the ONNX lowering are each one exhaustive table over it, so a missing op is a type error there.
 */
export interface OpAttributes {
  // Leaves.
  input: { readonly name: string; readonly shape: GraphShape; readonly dtype: DType };
  constant: { readonly value: NdArray };
  /** The size that a symbolic dimension has at run time, as a float scalar. */
  dimension: { readonly name: string; readonly dtype: FloatDType };

  // Elementwise, one operand.
  neg: None;
  abs: None;
  sign: None;
  exp: None;
  log: None;
  log1p: None;
  expm1: None;
  sqrt: None;
  sin: None;
  cos: None;
  tanh: None;
  sigmoid: None;
  softplus: None;
  relu: None;
  erf: None;
  not: None;
  cast: { readonly dtype: DType };
  stopGradient: None;

  // Elementwise, two operands, broadcasting.
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  maximum: None;
  minimum: None;
  equal: None;
  less: None;
  lessEqual: None;
  greater: None;
  greaterEqual: None;
  and: None;
  or: None;
  /** bernoulliLogProb(x, logits): one op because its gradient x − σ(logits) is so much simpler than its parts'. */
  bernoulliLogProb: None;

  /** where(condition, a, b), broadcasting. */
  where: None;

  // Reductions.
  sum: ReduceAttributes;
  max: ReduceAttributes;
  min: ReduceAttributes;

  // Shape.
  reshape: { readonly shape: GraphShape };
  broadcastTo: { readonly shape: GraphShape };
  transpose: { readonly permutation: readonly number[] };
  /** Half-open range on each axis; on a symbolic axis only the whole of it (start 0, end = its name). */
  slice: { readonly starts: readonly number[]; readonly shape: GraphShape };
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  concat: { readonly axis: number };
  /** gather(x, indices): the index array's shape stands in for `axis`. */
  gather: { readonly axis: number };
  /** scatterAdd(updates, indices): the transpose of gather; `size` is the length of `axis` in the result. */
  scatterAdd: { readonly axis: number; readonly size: number };

  /** op(a) op(b) over the last two axes, batch axes broadcast. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };

  /*
   * Images [..., C, H, W], kernels [M, C, kH, kW] (one group), features [..., M, oH, oW]. Linear in each operand, and
   * each the transpose of another: y = conv2d(x, w), x̄ = convTranspose2d(ȳ, w), w̄ = conv2dWeightGradient(x, ȳ).
   */
  conv2d: ConvAttributes;
  /** `outputPadding` (less than the stride) chooses among the image sizes that give the same feature size. */
  convTranspose2d: ConvAttributes & { readonly outputPadding: readonly [number, number] };
  conv2dWeightGradient: ConvAttributes & { readonly kernel: readonly [number, number] };

  // Host ops: no ONNX kernel; engines run them between segments. Their first input is the key or the matrix.
  randomNormal: RandomAttributes;
  randomUniform: RandomAttributes;
  /** The symmetric positive semidefinite S with S S = Σ. */
  sqrtmh: None;
  /** lyapunov(s, c): the X with s X + X s = c, s symmetric positive semidefinite. */
  lyapunov: None;
  /** The lower triangular L, positive on the diagonal, with L Lᵀ = Σ. */
  cholesky: None;
  /** triangularSolve(t, b): the X with t X = b, or tᵀ X = b; the other triangle of t is not read. */
  triangularSolve: { readonly lower: boolean; readonly transpose: boolean };
}

/** The name of an op: a row of the table. */
export type OpName = keyof OpAttributes;

/** Elementwise ops of one tensor of floating-point numbers. */
export const unaryFloatOps = [
  'neg',
  'abs',
  'sign',
  'exp',
  'log',
  'log1p',
  'expm1',
  'sqrt',
  'sin',
  'cos',
  'tanh',
  'sigmoid',
  'softplus',
  'relu',
  'erf',
] as const satisfies readonly OpName[];

/** Elementwise ops of two tensors that keep the element type. */
export const arithmeticOps = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
] as const satisfies readonly OpName[];

/** Of floats only. */
export const floatBinaryOps = ['bernoulliLogProb'] as const satisfies readonly OpName[];

/** Elementwise ops of two tensors that give booleans. */
export const comparisonOps = [
  'equal',
  'less',
  'lessEqual',
  'greater',
  'greaterEqual',
] as const satisfies readonly OpName[];

/** Elementwise ops of two boolean tensors. */
export const logicalOps = ['and', 'or'] as const satisfies readonly OpName[];

/** Ops that reduce axes. */
export const reduceOps = ['sum', 'max', 'min'] as const satisfies readonly OpName[];

/** Ops without an ONNX kernel: a compiled program runs them on the host, between ONNX sessions. */
export const hostOps = [
  'randomNormal',
  'randomUniform',
  'sqrtmh',
  'lyapunov',
  'cholesky',
  'triangularSolve',
] as const satisfies readonly OpName[];

/** Ops that ONNX lacks: random numbers and decompositions, computed between sessions. */
export type HostOpName = (typeof hostOps)[number];

/** Expressions without operands. */
export type LeafOpName = 'input' | 'constant' | 'dimension';

/** What an ONNX model can hold besides its leaves. */
export type ComputeOpName = Exclude<OpName, HostOpName | LeafOpName>;

const hostOpNames: ReadonlySet<string> = new Set(hostOps);

/** Whether ONNX lacks an op, so that a host kernel computes it between sessions. */
export function isHostOp(op: OpName): op is HostOpName {
  return hostOpNames.has(op);
}
