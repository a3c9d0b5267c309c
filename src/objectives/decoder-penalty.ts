import type { FloatDType } from '../core/index.ts';
import { add, constant, grad, less, mul, randomUniform, square, sum, where } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { isLearned, parameter } from '../nn/index.ts';
import type { ObjectiveContext } from './objective.ts';

/**
 * ‖W‖² of all weights of the decoder, its biases and scales left out: what has two axes or more is a weight.
 *
 * A constant 0 where the decoder has none, or the model does not say which are the decoder's (`Vae.decoderParameters`).
 */
export function squaredWeights({ model, parameters, x }: Pick<ObjectiveContext, 'model' | 'parameters' | 'x'>): Tensor {
  const own = new Set(model.decoderParameters);
  const weights = model.parameters.filter((spec) => own.has(spec.name) && isLearned(spec) && spec.shape.length >= 2);
  const norms = weights.map(({ name }) => sum(square(parameter(parameters, name))));
  return norms.reduce((total, norm) => add(total, norm), constant(0, x.dtype));
}

/**
 * ‖∂E[x|z]/∂z‖²_F of each example's code, by projections: for v of independent signs E ‖Jᵀ v‖² = ‖J‖²_F (Hutchinson 1990), so that
 * one pass of the gradient stands for a row of the Jacobian for each pixel. Unbiased at any number of projections; it is
 * differentiated like everything else, which takes the decoder's second derivatives.
 *
 * @returns [rows]
 */
export function squaredJacobian(
  { output: { latent, likelihood }, key }: Pick<ObjectiveContext, 'output' | 'key'>,
  projections: number,
): Tensor {
  const { mean: decoded } = likelihood;
  const norms = Array.from({ length: projections }, (_, k) => {
    const uniform = randomUniform(key.foldIn(k), decoded.shape, latent.dtype as FloatDType);
    const signs = where(less(uniform, 0.5), constant(-1, latent.dtype), constant(1, latent.dtype));
    const [slope = latent] = grad(sum(mul(signs, decoded)), [latent]); // Jᵀ v of each row, [rows, latent]
    return sum(square(slope), -1);
  });
  return mul(
    norms.reduce((total, norm) => add(total, norm)),
    1 / projections,
  );
}
