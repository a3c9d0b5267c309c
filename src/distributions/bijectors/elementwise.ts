import { add, asTensor, exp, expm1, log, log1p, mul, neg, sigmoid, softplus, sub, tanh } from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import { BijectorBase } from './bijector.ts';

/** y = eˣ, all numbers to the positive ones. A `Normal` under it is log-normal. */
export class Exp extends BijectorBase {
  readonly name = 'Exp';
  override readonly isSurjective = false;

  forward(x: TensorLike): Tensor {
    return exp(x);
  }

  inverse(y: TensorLike): Tensor {
    return log(y);
  }

  forwardLogDetJacobian(x: TensorLike): Tensor {
    return asTensor(x);
  }
}

/** y = log(1 + eˣ), all numbers to the positive ones; close to x where x is large. */
export class Softplus extends BijectorBase {
  readonly name = 'Softplus';
  override readonly isSurjective = false;

  forward(x: TensorLike): Tensor {
    return softplus(x);
  }

  /** y + log(1 − e^−y) */
  inverse(y: TensorLike): Tensor {
    return add(y, log(neg(expm1(neg(y)))));
  }

  /** log sigmoid(x) */
  forwardLogDetJacobian(x: TensorLike): Tensor {
    return neg(softplus(neg(x)));
  }
}

/** y = 1 / (1 + e^−x), all numbers to (0, 1). A `Normal` under it is logit-normal. */
export class Sigmoid extends BijectorBase {
  readonly name = 'Sigmoid';
  override readonly isSurjective = false;

  forward(x: TensorLike): Tensor {
    return sigmoid(x);
  }

  inverse(y: TensorLike): Tensor {
    return sub(log(y), log1p(neg(y)));
  }

  /** log σ(x) + log σ(−x) */
  forwardLogDetJacobian(x: TensorLike): Tensor {
    return neg(add(softplus(x), softplus(neg(x))));
  }
}

/** y = tanh x, all numbers to (−1, 1). */
export class Tanh extends BijectorBase {
  readonly name = 'Tanh';
  override readonly isSurjective = false;

  forward(x: TensorLike): Tensor {
    return tanh(x);
  }

  inverse(y: TensorLike): Tensor {
    return mul(sub(log1p(y), log1p(neg(y))), 0.5);
  }

  /** log(1 − tanh² x) = 2 (log 2 − x − log(1 + e^−2x)), without cancellation. */
  forwardLogDetJacobian(x: TensorLike): Tensor {
    return mul(sub(sub(Math.LN2, x), softplus(mul(x, -2))), 2);
  }
}
