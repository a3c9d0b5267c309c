import { NdArray, checkOptions, rule, version } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import type { Standardization } from '../../data/index.ts';
import { toOnnx } from '../../engine/index.ts';
import type { CovarianceRoot } from '../../gaussian/index.ts';
import { add, constant, div, input, mul, newtonSchulzSqrt, rootResidual, softmax, sub } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { codeIndices, requireCapabilities } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import type { Likelihood, PosteriorDistribution, PriorDistribution, Vae } from '../../models/index.ts';

/** A trained model as ONNX bytes: encoder, decoder and prior. */
export interface OnnxModels {
  /**
   * Of a model with a condition all three take it as the input `condition` [batch, conditionSize]; the prior where it looks at it.
   *
   * Inputs `x` [batch, inputSize] and `epsilon` [batch, noise], draws from N(0, I), unless the posterior has no noise. Outputs `mean` and `stddev`
   * [batch, latent] of q(z|x), its factor `root` [batch, latent, noise], and `z` = mean + root · epsilon. A posterior that is no
   * Gaussian gives of these what it has in closed form, and always `z`.
   */
  readonly encoder: Uint8Array;
  /**
   * Input `z` [batch, latent]. Outputs `mean` [batch, inputSize], E[x|z], and the numbers that determine p(x|z): `logits` of a
   * Bernoulli likelihood, `stddev` of a Gaussian one, and so on.
   */
  readonly decoder: Uint8Array;
  /**
   * Input `epsilon` [batch, noise], draws from N(0, I). Output `z` [batch, latent], a draw from the prior, for the decoder. Absent
   * where the prior's draws are no function of noise.
   */
  readonly prior?: Uint8Array;
  /** Of a model that infers labels: input `x` [batch, inputSize], outputs `logits` and `probabilities` [batch, classes] of q(y|x). */
  readonly classifier?: Uint8Array;
}

/** What the exported encoder gives besides its family's own factor. */
export interface OnnxOptions {
  /**
   * `symmetric`: the encoder gives Σ^{1/2} too, whatever factor its family has, as three more outputs: `covariance` and
   * `symmetric_root` [batch, latent, latent], the S ⪰ 0 with S S = Σ, and `symmetric_root_residual` [batch],
   * ‖S S − Σ‖_F / ‖Σ‖_F. Where the factor is not symmetric itself, S is found by 20 Newton–Schulz iterations, which cost
   * about as much as a small encoder. Default: the family's factor alone.
   */
  readonly root?: 'symmetric' | undefined;
  /** The run's, so that x and the mean are in the data's own units (`run.standardization`). */
  readonly standardization?: Standardization | undefined;
}

export const onnxOptionRules: OptionRules<OnnxOptions> = {
  root: rule.oneOf(['symmetric']),
  standardization: rule.object,
};

/** A trained model as ONNX files for any batch size and any ONNX runtime that knows their opset (17): randomness comes in as an input. */
export function exportOnnx(
  trained: Vae,
  parameters: Readonly<Record<string, NdArray>>,
  options: OnnxOptions = {},
): OnnxModels {
  checkOptions('exportOnnx', options, onnxOptionRules);
  const constants: Record<string, Tensor> = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, constant(value)]),
  );
  const metadata = { producer: `rootsigma ${version}`, latent: String(trained.latent) };
  const { standardization } = options;
  const x = input('x', ['batch', trained.inputSize]);
  const { model, conditions } = conditioned(trained);
  const seen = standardization ? standardized(x, standardization) : x;
  const posterior = model.encode(constants, seen);
  if (options.root !== undefined) {
    const remedy = 'Leave root out: the encoder then gives z, and of the moments what there is.';
    requireCapabilities(`export: root '${options.root}'`, model.parts.posterior, ['root'], remedy);
  }
  const encoder = toOnnx({
    name: 'encoder',
    inputs: ['x', ...conditions, ...(posterior.noiseSize > 0 ? ['epsilon'] : [])],
    outputs: encoderOutputs(posterior, options),
    metadata,
  });
  const likelihood = model.decode(constants, input('z', ['batch', model.latent]));
  const decoder = toOnnx({
    name: 'decoder',
    inputs: ['z', ...conditions],
    outputs: standardization
      ? outputsInUnits(likelihood, standardization)
      : { mean: likelihood.mean, ...likelihood.parameters },
    metadata,
  });
  const prior = priorModel(model.prior(constants), metadata, conditions);
  const logits = trained.classifier?.apply(constants, seen);
  const outputs = logits && { logits, probabilities: softmax(logits) };
  const classifier = outputs && toOnnx({ name: 'classifier', inputs: ['x'], outputs, metadata });
  return { encoder, decoder, ...(prior && { prior }), ...(classifier && { classifier }) };
}

/** Whether there is a prior.onnx. */
export function drawsFromNoise(model: Vae): boolean {
  const prior = priorOf(model);
  return prior.noiseSize !== undefined && 'fromNoise' in prior;
}

/** A model's prior, under conditions that are an input. */
export function priorOf(model: Vae): PriorDistribution {
  return underConditions(model).prior(parameterInputs(model.parameters));
}

/** A model under conditions that are an input, and that input's name; itself, where it takes none. */
export function conditioned(trained: Vae): { readonly model: Vae; readonly conditions: readonly string[] } {
  const model = underConditions(trained);
  return { model, conditions: model === trained ? [] : ['condition'] };
}

/** The model of conditions that are the input `condition`; itself, where it takes none. */
function underConditions(model: Vae): Vae {
  const { conditionSize = 0 } = model;
  return conditionSize > 0 && model.given ? model.given(input('condition', ['batch', conditionSize])) : model;
}

function priorModel(
  prior: PriorDistribution,
  metadata: Readonly<Record<string, string>>,
  conditions: readonly string[],
): Uint8Array | undefined {
  if (prior.noiseSize === undefined) return undefined;
  const z = prior.fromNoise?.(input('epsilon', ['batch', prior.noiseSize])).value;
  return (
    z &&
    toOnnx({
      name: 'prior',
      inputs: prior.batchShape.length > 0 ? [...conditions, 'epsilon'] : ['epsilon'],
      outputs: { z },
      metadata,
    })
  );
}

/** What the posterior knows of itself, and a draw. */
function encoderOutputs(posterior: PosteriorDistribution, options: OnnxOptions): Record<string, Tensor> {
  const { mean, stddev, root } = posterior;
  return {
    ...(mean && { mean }),
    ...(stddev && { stddev }),
    ...(root && { root: root.matrix() }),
    ...(posterior.codes && { codes: codeIndices(posterior.codes.assignment) }),
    z: posterior.fromNoise(input('epsilon', ['batch', posterior.noiseSize])).value,
    ...(options.root === 'symmetric' && root && symmetricRootOf(root)),
  };
}

/** The centre as two float32 numbers, so that x − centre has the digits that x has, in a graph of float32 alone. */
export function standardized(x: Tensor, { center, scale }: Standardization): Tensor {
  const high = Float32Array.from(center);
  const low = center.map((value, i) => value - (high[i] ?? NaN));
  return div(sub(sub(x, vector(high)), vector(low)), vector(scale));
}

/** Mean and spread of x, by those of y = (x − centre) / scale. */
function outputsInUnits(likelihood: Likelihood, { center, scale }: Standardization): Record<string, Tensor> {
  const spread = Object.entries(likelihood.parameters).map(
    ([name, value]) => [name, mul(value, vector(scale))] as const,
  );
  return { mean: add(mul(likelihood.mean, vector(scale)), vector(center)), ...Object.fromEntries(spread) };
}

function vector(values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Tensor {
  return constant(new NdArray(Float32Array.from(values), [values.length]));
}

/** Kinds whose factor is Σ^{1/2} itself. */
const symmetricKinds: readonly CovarianceRoot['kind'][] = ['scaledIdentity', 'diagonal', 'symmetric'];

function symmetricRootOf(factor: CovarianceRoot): Record<string, Tensor> {
  const covariance = factor.covariance();
  const own = symmetricKinds.includes(factor.kind) ? factor.matrix() : undefined;
  const { root, residual } = own
    ? { root: own, residual: rootResidual(own, covariance) }
    : newtonSchulzSqrt(covariance);
  return { covariance, symmetric_root: root, symmetric_root_residual: residual };
}
