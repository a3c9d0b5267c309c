import { rule } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import { MultivariateNormal, ScaleTrilRoot, SymmetricRoot } from '../../gaussian/index.ts';
import { add, exp, expandDims, identityMatrix, mul, tanh } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { dense, zeros } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { gaussianCapabilities } from '../capabilities.ts';
import { softClamp } from '../soft-clamp.ts';
import { fillStrictlyLower, strictlyLowerSize } from './fill-triangular.ts';
import { definePosterior, logVarianceBounds } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

const rootRule = rule.oneOf(['symmetric', 'cholesky']);

/** Which Σ^{1/2} a full posterior emits: symmetric S, or the Cholesky factor L. */
export type FullRoot = NonNullable<typeof rootRule.type>;

export const full = definePosterior({
  name: 'full',
  summary: 'latent dimensions that depend on each other in any way',
  when: 'For the best ELBO, up to some hundred latent dimensions; memory grows with latent².',
  formula: 'Σ = S S with S symmetric, or Σ = L Lᵀ; z = μ + S ε or μ + L ε',
  options: {
    root: option(rootRule, { help: "which Σ^{1/2} a full posterior's head emits", default: 'symmetric' }),
  },
  capabilities: gaussianCapabilities,
  describe: ({ root }) => `full covariance, ${root} root`,
  build: ({ root }, sizes) => fullPosterior(root, sizes),
});

/**
 * A full Σ from a bounded triangular factor L = (I + tanh(N)/√n) diag(d), N strictly lower:
 *
 * - cholesky: Σ = L Lᵀ with d = σ
 * - symmetric: S = L Lᵀ is Σ^{1/2} itself, the symmetric positive definite root, with d = √σ, so Σ = S S
 *
 * Positive definite by construction, no decomposition anywhere: log det Σ is a sum of log-variances. N's layer starts at
 * zero, so training starts from the diagonal posterior; tanh and √n bound how far a row can tilt. Both matter: a plain
 * Cholesky head ends worse than the diagonal one (bench/README.md).
 */
function fullPosterior(root: FullRoot, { featureSize, latent }: PosteriorSizes): Posterior {
  const mean = dense('mean', [featureSize, latent]);
  const logVariance = dense('logVariance', [featureSize, latent]);
  const offDiagonal = dense('offDiagonal', [featureSize, strictlyLowerSize(latent)], {
    weightInitializer: zeros,
    biasInitializer: zeros,
  });
  const { soft, hard } = logVarianceBounds;
  const exponent = root === 'symmetric' ? 0.25 : 0.5;
  return {
    parameters: [mean, logVariance, ...(latent > 1 ? [offDiagonal] : [])].flatMap((layer) => layer.parameters),
    apply: (parameters, features) => {
      const logDiagonal = mul(softClamp(logVariance.apply(parameters, features), soft, hard), exponent);
      const below = latent > 1 ? offDiagonal.apply(parameters, features) : undefined;
      const factor = triangularFactor(logDiagonal, below, latent);
      const covarianceRoot =
        root === 'symmetric'
          ? SymmetricRoot.fromCholesky(factor, { logDiagonal })
          : ScaleTrilRoot.fromScaleTril(factor, { logDiagonal });
      return MultivariateNormal.fromRoot(mean.apply(parameters, features), covarianceRoot);
    },
  };
}

/** L = (I + tanh(N)/√n) diag(d) from log d [..., n] and the entries of N [..., n(n−1)/2] (none for n = 1). */
function triangularFactor(logDiagonal: Tensor, below: Tensor | undefined, n: number): Tensor {
  const identity = identityMatrix(n, logDiagonal.dtype as FloatDType);
  const unit = below ? add(identity, fillStrictlyLower(mul(tanh(below), 1 / Math.sqrt(n)), n)) : identity;
  return mul(unit, expandDims(exp(logDiagonal), -2));
}
