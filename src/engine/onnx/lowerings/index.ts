import type { ComputeOpName } from '../../../graph/index.ts';
import type { Lowering } from '../lowering.ts';
import { conv2d, conv2dWeightGradient, convTranspose2d } from './conv.ts';
import { cast, direct, divide, identity, throughWiderType } from './elementwise.ts';
import { erf } from './erf.ts';
import { gather, scatterAdd } from './indexing.ts';
import { add, matmul } from './matmul.ts';
import { extremum, sum } from './reductions.ts';
import { broadcastTo, concat, pad, reshape, slice, transpose } from './shaping.ts';
import { bernoulliLogProb, expm1, log1p, sigmoid, softplus } from './transcendental.ts';

/** How each op becomes ONNX nodes. */
export const lowerings: { readonly [Op in ComputeOpName]: Lowering<Op> } = {
  neg: direct('Neg'),
  abs: direct('Abs'),
  sign: direct('Sign'),
  exp: direct('Exp'),
  log: direct('Log'),
  log1p,
  expm1,
  sqrt: direct('Sqrt'),
  sin: direct('Sin'),
  cos: direct('Cos'),
  tanh: direct('Tanh'),
  sigmoid,
  softplus,
  relu: direct('Relu'),
  erf,
  not: direct('Not'),
  cast,
  stopGradient: identity,

  add,
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: divide,
  pow: direct('Pow'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  equal: direct('Equal'),
  less: direct('Less'),
  lessEqual: direct('LessOrEqual'),
  greater: direct('Greater'),
  greaterEqual: direct('GreaterOrEqual'),
  and: direct('And'),
  or: direct('Or'),
  bernoulliLogProb,
  where: throughWiderType('Where'),

  sum,
  max: extremum('ReduceMax'),
  min: extremum('ReduceMin'),

  reshape,
  broadcastTo,
  transpose,
  slice,
  pad,
  concat,
  gather,
  scatterAdd,

  matmul,
  conv2d,
  convTranspose2d,
  conv2dWeightGradient,
};
