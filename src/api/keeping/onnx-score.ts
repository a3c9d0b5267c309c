import { UnsupportedError, version } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import { toOnnx } from '../../engine/index.ts';
import { constant, input, sub } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { klTerm } from '../../objectives/index.ts';
import { has } from '../../models/index.ts';
import type { PosteriorDistribution, PriorDistribution, Vae } from '../../models/index.ts';
import { conditioned, standardized } from './onnx-models.ts';
import type { OnnxOptions } from './onnx-models.ts';

export interface ScoreModel {
  readonly bytes: Uint8Array;
  /** `log_likelihood`, and where there are densities of z `kl` and `elbo`. */
  readonly outputs: readonly string[];
}

/**
 * How well a model explains examples, as ONNX: inputs `x` [batch, inputSize], `condition` where the model has one, and, unless the posterior has no noise, `epsilon`
 * [batch, noise]. Outputs, each [batch], in nats: `log_likelihood`, log p(x|z) at z = mean + root · epsilon, `kl` and `elbo`, the ELBO by this draw. With
 * zeros for epsilon, −log_likelihood is the score `reconstruction`; means of −elbo over draws from N(0, I) are the score `elbo`.
 *
 * Undefined where the model's density is made of what ONNX has not. A model without a density of z has `log_likelihood` alone.
 */
export function exportScore(
  trained: Vae,
  parameters: Readonly<Record<string, NdArray>>,
  { standardization }: Pick<OnnxOptions, 'standardization'> = {},
): ScoreModel | undefined {
  const constants = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, constant(value)]));
  const { model, conditions } = conditioned(trained);
  const given = input('x', ['batch', trained.inputSize]);
  const x = standardization ? standardized(given, standardization) : given;
  const posterior = model.encode(constants, x);
  const draw = posterior.fromNoise(input('epsilon', ['batch', posterior.noiseSize]));
  try {
    const logLikelihood = model.decode(constants, draw.value).logProb(x);
    const hasDensity = has(trained.parts.posterior, 'logProbOfDraw');
    const kl = hasDensity ? klOf(posterior, model.prior(constants), draw) : undefined;
    const outputs = { log_likelihood: logLikelihood, ...(kl && { kl, elbo: sub(logLikelihood, kl) }) };
    const bytes = toOnnx({
      name: 'score',
      inputs: ['x', ...conditions, ...(posterior.noiseSize > 0 ? ['epsilon'] : [])],
      outputs,
      metadata: { producer: `rootsigma ${version}`, latent: String(trained.latent) },
    });
    return { bytes, outputs: Object.keys(outputs) };
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

/** Undefined where posterior and prior have no densities to compare. */
function klOf(
  posterior: PosteriorDistribution,
  prior: PriorDistribution,
  { value, logProb }: { readonly value: Tensor; readonly logProb: Tensor },
): Tensor | undefined {
  try {
    return klTerm(posterior, prior, { latent: value, logProbOfDraw: logProb });
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}
