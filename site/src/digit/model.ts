import { NdArray } from 'rootsigma/core';
import { constant, input } from 'rootsigma/graph';
import { asGaussian, createVae } from 'rootsigma/models';
import { referenceEngine } from 'rootsigma/reference';
import { matrixOf } from '../covariance.ts';
import type { Covariance, Matrix, Point } from '../covariance.ts';
import { readSafetensors } from './safetensors.ts';
import type { StoredTensor } from './safetensors.ts';

export const side = 28;
const pixelCount = side * side;

/** q(z|x) of one image. */
export interface Posterior {
  readonly mean: Point;
  readonly covariance: Covariance;
  readonly root: Matrix;
}

/** The trained VAE that the page ships, run by the reference engine. */
export interface DigitModel {
  encode(pixels: Float32Array<ArrayBuffer>): Posterior;
  /** E[x|z] for each z, one image after another. */
  decode(points: readonly Point[]): Float32Array;
  /** Latent means of test digits, x and y in turn; digit i mod 10 stands at place i. */
  readonly map: ArrayLike<number>;
  /** Ten test digits, 0 to 9. */
  example(digit: number): Float32Array<ArrayBuffer>;
}

/** 8-bit rows times their scale. */
function dequantized(name: string, tensors: ReadonlyMap<string, StoredTensor>): NdArray<'float32'> {
  const { data, shape } = stored(name, tensors);
  const [, columns = data.length] = shape;
  const scales = tensors.get(`${name}.scale`)?.data;
  const values = Float32Array.from(data, (value, i) => value * (scales?.[Math.floor(i / columns)] ?? 1));
  return new NdArray(values, shape, 'float32');
}

function stored(name: string, tensors: ReadonlyMap<string, StoredTensor>): StoredTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`digit model: the file has no tensor '${name}'.`);
  return tensor;
}

export function openDigitModel(bytes: ArrayBuffer): DigitModel {
  const tensors = readSafetensors(bytes);
  const vae = createVae({
    posterior: 'full',
    root: 'symmetric',
    inputSize: pixelCount,
    latent: 2,
    hidden: [128, 64],
    activation: 'relu',
  });
  const parameters = Object.fromEntries(vae.parameters.map(({ name }) => [name, constant(dequantized(name, tensors))]));
  const posterior = asGaussian(vae.encode(parameters, input('x', [1, pixelCount])));
  const encoder = referenceEngine.compileSync({
    outputs: { mean: posterior.mean, covariance: posterior.covariance, root: posterior.root.matrix() },
  });
  const decoder = referenceEngine.compileSync({
    outputs: { image: vae.decode(parameters, input('z', ['batch', 2])).mean },
  });
  const examples = stored('examples', tensors).data;
  return {
    encode: (pixels) => {
      const { mean, covariance, root } = encoder.runSync({ x: new NdArray(pixels, [1, pixelCount], 'float32') });
      if (!mean || !covariance || !root) throw new Error('digit model: the encoder left something out.');
      const [x = NaN, y = NaN] = mean.data;
      const sigma = matrixOf(covariance);
      return { mean: { x, y }, covariance: { xx: sigma.a, xy: sigma.b, yy: sigma.d }, root: matrixOf(root) };
    },
    decode: (points) => {
      const z = Float32Array.from(points.flatMap(({ x, y }) => [x, y]));
      const { image } = decoder.runSync({ z: new NdArray(z, [points.length, 2], 'float32') });
      return Float32Array.from(image?.data ?? []);
    },
    map: stored('map', tensors).data,
    example: (digit) =>
      Float32Array.from(examples.slice(digit * pixelCount, (digit + 1) * pixelCount), (value) => value / 127),
  };
}
