import { ShapeError, formatShape, sameShape } from '../core/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { mean, mul, neg, sub } from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import type { Likelihood, Vae, VaeOutput } from '../models/index.ts';
import { klTerm } from './kl.ts';
import type { PosteriorDraw } from './kl.ts';

/** `Vae.apply` gives all of it but x. */
export interface ElboInputs extends Partial<PosteriorDraw> {
  /** q(z|x) */
  readonly posterior: Distribution;
  /** p(z) */
  readonly prior: Distribution;
  /** p(x|z) at a z drawn from the posterior */
  readonly likelihood: Likelihood;
  readonly x: TensorLike;
}

/** The two parts of the ELBO, in nats, one value for each example. */
export interface ElboTerms {
  /** log p(x|z), summed over dimensions: a one-draw estimate of its expectation under q. */
  readonly reconstruction: Tensor;
  /** KL(q(z|x) ‖ p(z)): in closed form, or where there is none its estimate by the draw. */
  readonly kl: Tensor;
}

/**
 * The evidence lower bound E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)), in its two parts (Kingma and Welling 2014, eq. 3).
 *
 * @throws ShapeError when the parts do not come one an example
 */
export function elboTerms({ posterior, prior, likelihood, x, latent, logProbOfDraw }: ElboInputs): ElboTerms {
  const reconstruction = likelihood.logProb(x);
  const kl = klTerm(posterior, prior, latent && logProbOfDraw && { latent, logProbOfDraw });
  if (!sameShape(reconstruction.shape, kl.shape)) {
    throw new ShapeError(
      `elbo: reconstruction ${formatShape(reconstruction.shape)} and KL ${formatShape(kl.shape)} differ in shape. Is z one draw an example?`,
    );
  }
  return { reconstruction, kl };
}

/**
 * The terms of the ELBO, or of a model whose posterior has no density the reconstruction alone, at its one draw of z an example.
 *
 * @param x [rows, inputSize]
 */
export function knownTerms(model: Pick<Vae, 'parts'>, output: VaeOutput, x: Tensor): KnownTerms {
  return model.parts.posterior.capabilities.includes('logProbOfDraw')
    ? elboTerms({ ...output, x })
    : { reconstruction: output.likelihood.logProb(x) };
}

/** `ElboTerms` as far as a model has them. */
export type KnownTerms = Pick<ElboTerms, 'reconstruction'> & Partial<ElboTerms>;

/** Their means over the batch, as steps say them (`Losses.metrics`). */
export function meansOf({ reconstruction, kl }: KnownTerms): { readonly reconstruction: Tensor; readonly kl?: Tensor } {
  return { reconstruction: mean(reconstruction), ...(kl && { kl: mean(kl) }) };
}

/**
 * β KL − reconstruction, averaged over the batch: what training minimises. β = 1 is the negative ELBO, β > 1 the
 * β-VAE's objective (Higgins et al. 2017); a tensor lets a schedule feed it.
 */
export function negativeElbo(terms: ElboTerms, options: { readonly beta?: TensorLike } = {}): Tensor {
  const weightedKl = options.beta === undefined ? terms.kl : mul(terms.kl, options.beta);
  return neg(mean(sub(terms.reconstruction, weightedKl)));
}
