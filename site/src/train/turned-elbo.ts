import { MultivariateNormal, MultivariateNormalDiag, SymmetricRoot, klDivergence } from 'rootsigma/gaussian';
import type { Gaussian } from 'rootsigma/gaussian';
import { div, matmul, mean, mul, slice, square, squeeze, stack, sub } from 'rootsigma/graph';
import type { Tensor } from 'rootsigma/graph';
import { asGaussian } from 'rootsigma/models';
import type { Vae } from 'rootsigma/models';
import type { Parameters } from 'rootsigma/nn';

export interface TurnedElboInputs {
  /** Examples, [batch, inputSize] */
  readonly x: Tensor;
  /** ε, [draws, batch, 2] */
  readonly noise: Tensor;
  /** The rotation R, [2, 2] */
  readonly turn: Tensor;
}

/**
 * The ELBO of a model of two latent dimensions after its latent space was turned, z' = R z: means over examples and draws, nats.
 *
 * - `elbo`: everything turns along. q' = N(R μ, R Σ Rᵀ), whose symmetric root is R Σ^{1/2} Rᵀ; the prior stays N(0, I); the
 *   decoder takes Rᵀ z'. The noise of a draw is R ε, so that the turned model's draws are the turned draws.
 * - `diagonalElbo`: the same with each q' replaced by the diagonal Gaussian nearest to it, the one of least KL(diagonal ‖ q'),
 *   whose variances are 1 ∕ Λᵢᵢ with Λ = (R Σ Rᵀ)⁻¹. If q' is the exact posterior, the difference is this KL.
 */
export function turnedElbo(
  model: Vae,
  parameters: Parameters,
  { x, noise, turn }: TurnedElboInputs,
): { readonly elbo: Tensor; readonly diagonalElbo: Tensor } {
  const { mean: location, covariance, root } = asGaussian(model.encode(parameters, x));
  const turned = (matrix: Tensor): Tensor => matmul(matmul(turn, matrix), turn, { transposeB: true });
  const turnedRows = (rows: Tensor): Tensor => matmul(rows, turn, { transposeB: true });
  const elboOf = (posterior: Gaussian): Tensor => {
    const z = posterior.unwhiten(turnedRows(noise)); // [draws, batch, 2]
    const likelihood = model.decode(parameters, matmul(z, turn));
    return sub(mean(likelihood.logProb(x)), mean(klDivergence(posterior, model.prior(parameters))));
  };
  const center = turnedRows(location);
  const s = SymmetricRoot.fromMatrix(turned(root.matrix()));
  return {
    elbo: elboOf(MultivariateNormal.fromRoot(center, s)),
    diagonalElbo: elboOf(MultivariateNormalDiag.fromVariance(center, nearestDiagonal(turned(covariance)))),
  };
}

/** 1 ∕ Λᵢᵢ for Λ = Σ⁻¹: for 2 × 2 matrices, det Σ over the other variance. [batch, 2, 2] → [batch, 2] */
function nearestDiagonal(covariance: Tensor): Tensor {
  const entry = (i: number, j: number): Tensor =>
    squeeze(squeeze(slice(covariance, { 1: [i, i + 1], 2: [j, j + 1] }), 2), 1);
  const determinant = sub(mul(entry(0, 0), entry(1, 1)), square(entry(0, 1)));
  return stack([div(determinant, entry(1, 1)), div(determinant, entry(0, 0))], 1);
}
