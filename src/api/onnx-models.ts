import type { NdArray } from '../core/index.ts';
import { version } from '../core/index.ts';
import { toOnnx } from '../engine/index.ts';
import { constant, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';

export interface OnnxModels {
  /**
   * Inputs `x` [batch, inputSize] and `epsilon` [batch, noise], draws from N(0, I). Outputs `mean` and `stddev`
   * [batch, latent] of q(z|x), its factor `root` [batch, latent, noise], and `z` = mean + root · epsilon.
   */
  readonly encoder: Uint8Array;
  /**
   * Input `z` [batch, latent]. Outputs `mean` [batch, inputSize], E[x|z], and the numbers that determine p(x|z): `logits` of a
   * Bernoulli likelihood, `stddev` of a Gaussian one, and so on.
   */
  readonly decoder: Uint8Array;
}

/** A trained model as two ONNX files for any batch size and any ONNX runtime: randomness comes in as an input. */
export function exportOnnx(model: Vae, parameters: Readonly<Record<string, NdArray>>): OnnxModels {
  const constants: Record<string, Tensor> = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, constant(value)]),
  );
  const metadata = { producer: `rootsigma ${version}`, latent: String(model.latent) };
  const posterior = model.encode(constants, input('x', ['batch', model.inputSize]));
  const epsilon = input('epsilon', ['batch', posterior.root.noiseSize]);
  const { mean, stddev } = posterior;
  const encoder = toOnnx({
    name: 'encoder',
    inputs: ['x', 'epsilon'],
    outputs: { mean, stddev, root: posterior.root.matrix(), z: posterior.unwhiten(epsilon) },
    metadata,
  });
  const likelihood = model.decode(constants, input('z', ['batch', model.latent]));
  const decoder = toOnnx({
    name: 'decoder',
    inputs: ['z'],
    outputs: { mean: likelihood.mean, ...likelihood.parameters },
    metadata,
  });
  return { encoder, decoder };
}
