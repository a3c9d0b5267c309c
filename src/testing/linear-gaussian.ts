import { ValueError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { MultivariateNormal, MultivariateNormalDiag, StandardNormal } from '../gaussian/index.ts';
import { add, constant, matmul } from '../graph/index.ts';
import { gaussianCapabilities, gaussianLikelihood } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import type { Examples } from '../objectives/index.ts';

/** A model with nothing to learn, whose aggregate posterior and whose true posterior are known in closed form. */
export interface LinearGaussian {
  /** q(z|x) = N(A x + b, L Lᵀ), or with variances N(A x + b, diag) */
  readonly map: readonly (readonly number[])[];
  readonly bias?: readonly number[];
  readonly scaleTril?: readonly (readonly number[])[];
  readonly variances?: readonly number[];
  /** p(x|z) = N(W z, stddev² I), z ~ N(0, I) */
  readonly weight: readonly (readonly number[])[];
  readonly stddev: number;
}

export function linearGaussianVae(given: LinearGaussian): Vae {
  const { map, weight, stddev, scaleTril, variances = [] } = given;
  const latent = map.length;
  const inputSize = weight.length;
  const tensor = (values: readonly unknown[]) => constant(values as never, 'float32');
  const bias = tensor(given.bias ?? map.map(() => 0));
  const model: Omit<Vae, 'apply'> = {
    inputSize,
    latent,
    parameters: [],
    conditionSize: 0,
    given: () => {
      throw new ValueError('the model takes no condition');
    },
    parts: {
      posterior: { kind: 'posterior', name: 'linear', capabilities: gaussianCapabilities },
      prior: { kind: 'prior', name: 'standard-normal', capabilities: gaussianCapabilities },
    },
    prior: () => StandardNormal.ofSize(latent, 'float32'),
    encode: (_, x) => {
      const mean = add(matmul(x, tensor(map), { transposeB: true }), bias);
      if (scaleTril) return MultivariateNormal.fromScaleTril(mean, tensor(scaleTril));
      return MultivariateNormalDiag.fromLogVariance(mean, tensor(variances.map(Math.log)));
    },
    decode: (_, z) => gaussianLikelihood(matmul(z, tensor(weight), { transposeB: true }), stddev),
  };
  return {
    ...model,
    apply: (parameters, x, { key }) => {
      const posterior = model.encode(parameters, x);
      const { value: z, logProb } = posterior.sampleAndLogProb(key);
      const prior = model.prior(parameters);
      return { posterior, prior, latent: z, logProbOfDraw: logProb, likelihood: model.decode(parameters, z) };
    },
  };
}

/** Rows [n, size] as examples. */
export function examplesIn({ data, shape: [size = 0, exampleSize = 0] }: NdArray): Examples {
  return {
    size,
    exampleSize,
    read: (indices, out) => {
      indices.forEach((index, k) => {
        out.set(Array.from(data.subarray(index * exampleSize, (index + 1) * exampleSize)), k * exampleSize);
      });
    },
  };
}
