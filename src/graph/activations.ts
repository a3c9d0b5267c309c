import { asTensor } from './build.ts';
import type { TensorLike } from './build.ts';
import {
  add,
  div,
  erf,
  exp,
  expm1,
  greater,
  minimum,
  mul,
  relu,
  sigmoid,
  softplus,
  stopGradient,
  sub,
  tanh,
  where,
} from './elementwise.ts';
import { max, sum } from './reductions.ts';
import type { Tensor } from './tensor.ts';

/** x where x > 0, else slope·x. */
export function leakyRelu(x: TensorLike, slope = 0.01): Tensor {
  const tensor = asTensor(x);
  return where(greater(tensor, 0), tensor, mul(tensor, slope));
}

/** x where x > 0, else α(eˣ − 1). The exponent is capped at 0, so the branch not taken cannot overflow. */
export function elu(x: TensorLike, alpha = 1): Tensor {
  const tensor = asTensor(x);
  return where(greater(tensor, 0), tensor, mul(expm1(minimum(tensor, 0)), alpha));
}

/** x Φ(x), with Φ the standard normal distribution function (the exact form, not the tanh approximation). */
export function gelu(x: TensorLike): Tensor {
  const tensor = asTensor(x);
  return mul(mul(tensor, 0.5), add(erf(mul(tensor, Math.SQRT1_2)), 1));
}

/** x · sigmoid(x), also called swish. */
export function silu(x: TensorLike): Tensor {
  const tensor = asTensor(x);
  return mul(tensor, sigmoid(tensor));
}

/** eˣ / Σ eˣ along `axis`, shifted by the maximum so that it cannot overflow. */
export function softmax(x: TensorLike, axis = -1): Tensor {
  const tensor = asTensor(x);
  const shifted = exp(sub(tensor, stopGradient(max(tensor, axis, { keepDims: true }))));
  return div(shifted, sum(shifted, axis, { keepDims: true }));
}

/** Activations by the name that a configuration gives. */
export const activations = {
  relu,
  'leaky-relu': (x: TensorLike) => leakyRelu(x),
  elu: (x: TensorLike) => elu(x),
  gelu,
  silu,
  softplus,
  tanh,
  sigmoid,
} as const;
/** The name of an activation: a key of `activations`. */
export type ActivationName = keyof typeof activations;
