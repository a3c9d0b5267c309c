// Why VAEs get away with a diagonal Σ. In the linear-Gaussian model x = W z + noise everything is known: log p(x) in closed
// form, and the posterior, a Gaussian with the full covariance (I + WᵀW/s²)⁻¹.
//
// 1. W fixed: a full posterior closes the gap to log p(x); a diagonal one cannot, and stops where theory says.
// 2. W learned: both reach the best likelihood. The diagonal posterior pays for correlations, so training turns W's columns
//    orthogonal, which makes the true posterior diagonal (Lucas et al. 2019).
import { NdArray, createEngine } from 'rootsigma';
import { MultivariateNormal, StandardNormal, klDivergence } from 'rootsigma/gaussian';
import { constant, matmul } from 'rootsigma/graph';
import { inverse, logDet, matmul as product, transpose } from 'rootsigma/linalg';
import { gaussianLikelihood, posteriorFor } from 'rootsigma/models';
import type { PosteriorOptions, Vae } from 'rootsigma/models';
import { parameter } from 'rootsigma/nn';
import type { ParameterSpec } from 'rootsigma/nn';
import { key, normal } from 'rootsigma/random';
import { evaluate } from 'rootsigma/reference';
import { Trainer } from 'rootsigma/training';

const [inputSize, latent, count, stddev] = [6, 3, 200, 0.5];
const trueWeights = normal(key(1), [inputSize, latent], { dtype: 'float64' });
const clean = product(normal(key(2), [count, latent], { dtype: 'float64' }), transpose(trueWeights));
const noise = normal(key(3), [count, inputSize], { dtype: 'float64' });
const x = evaluate(constant(clean.data.map((value, k) => value + stddev * (noise.data[k] ?? NaN)))).reshape(
  clean.shape,
);

function linearGaussian(options: PosteriorOptions, learnWeights: boolean): Vae {
  const family = posteriorFor(options, { featureSize: inputSize, latent });
  const weights: ParameterSpec = { name: 'W', shape: [inputSize, latent], initializer: (k, shape) => normal(k, shape) };
  const model: Omit<Vae, 'apply'> = {
    inputSize,
    latent,
    parameters: [...family.parameters, ...(learnWeights ? [weights] : [])],
    parts: { posterior: family, prior: { kind: 'prior', name: 'standard-normal', capabilities: [] } },
    prior: () => StandardNormal.ofSize(latent, 'float32'),
    encode: (parameters, data) => family.apply(parameters, data),
    decode: (parameters, z) => {
      const w = learnWeights ? parameter(parameters, 'W') : constant(trueWeights, 'float32');
      return gaussianLikelihood(matmul(z, w, { transposeB: true }), stddev);
    },
  };
  return {
    ...model,
    apply: (parameters, data, { key: noiseKey }) => {
      const posterior = model.encode(parameters, data);
      const { value: z, logProb } = posterior.sampleAndLogProb(noiseKey);
      const prior = model.prior(parameters);
      const likelihood = model.decode(parameters, z);
      return { posterior, prior, latent: z, logProbOfDraw: logProb, decoded: z, likelihood };
    },
  };
}

async function report(name: string, options: PosteriorOptions, learnWeights: boolean): Promise<void> {
  const model = linearGaussian(options, learnWeights);
  const trainer = await Trainer.create({
    engine: await createEngine(),
    model,
    training: {
      size: count,
      exampleSize: inputSize,
      read: (indices, out) => {
        indices.forEach((index, k) => {
          out.set(x.data.subarray(index * inputSize, (index + 1) * inputSize), k * inputSize);
        });
      },
    },
    config: {
      epochs: 3000,
      batchSize: count,
      optimizer: { name: 'adam', learningRate: 0.03 },
      schedule: { name: 'cosine' },
      validation: 0,
      seed: 2,
    },
  });
  for await (const event of trainer.run()) if (event.event === 'done') break;
  const fitted = trainer.result();

  // The exact posterior under the decoder as it is, and log p(x).
  const w = fitted.W ?? trueWeights;
  const gram = product(transpose(w), w).data;
  const at = (i: number, j: number): number => (gram[i * latent + j] ?? NaN) / stddev ** 2;
  const size = [0, 1, 2];
  const covariance = inverse(size.map((i) => size.map((j) => at(i, j) + (i === j ? 1 : 0))));
  const gain = evaluate(constant(product(covariance, transpose(w)).data.map((value) => value / stddev ** 2)));
  const exact = MultivariateNormal.fromCovariance(
    product(x, transpose(gain.reshape([latent, inputSize]))),
    covariance.reshape([1, latent, latent]),
  );
  const parameters = Object.fromEntries(
    Object.entries(fitted).map(([id, value]) => [id, constant(NdArray.from(value, 'float64'))]),
  );
  const q = model.encode(parameters, constant(x));
  const kl = evaluate(klDivergence(q, exact)).data;
  const gap = Array.from(kl).reduce((total, value) => total + value, 0) / count;

  const cosines = [[0, 1], [0, 2], [1, 2]].map(([i = 0, j = 0]) => at(i, j) / Math.sqrt(at(i, i) * at(j, j))); // prettier-ignore
  // The best diagonal q has variances 1 / Λᵢᵢ, with Λ the posterior's precision: its gap is ½ (Σ log Λᵢᵢ − log det Λ).
  const logDiagonal = size.reduce((total, i) => total + Math.log(1 + at(i, i)), 0);
  const diagonalGap = (logDiagonal + logDet(covariance).item()) / 2;
  console.log(
    `${learnWeights ? 'W learned' : 'W fixed  '}  ${name.padEnd(10)} gap ${gap.toFixed(4)} nats (diagonal bound ${diagonalGap.toFixed(4)})  ` +
      `largest |cos| between columns of W ${Math.max(...cosines.map(Math.abs)).toFixed(3)}`,
  );
  await trainer.dispose();
}

for (const learnWeights of [false, true]) {
  await report('diagonal', { posterior: 'diagonal' }, learnWeights);
  await report('full', { posterior: 'full', root: 'symmetric' }, learnWeights);
}
