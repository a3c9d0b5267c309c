import { NdArray, UnsupportedError } from '../../../core/index.ts';
import { ParallelProgram, mapInOrder } from '../../../engine/index.ts';
import { mean as meanOver } from '../../../graph/index.ts';
import { logDet } from '../../../linalg/index.ts';
import { parameterInputs } from '../../../nn/index.ts';
import { batchesInOrder, ofRows, rowInput } from '../../../objectives/index.ts';
import { key } from '../../../random/index.ts';
import { columnMoments } from '../columns.ts';
import { defineMetric } from '../metric.ts';
import type { MetricContext } from '../metric.ts';
import { aggregateCost, aggregateOptions, densitiesOf, meanDifference } from './mutual-information.ts';

export const totalCorrelation = defineMetric({
  name: 'total-correlation',
  summary: 'how much the latent dimensions tell of each other',
  quantities: {
    estimate: {
      what: 'of the aggregate posterior; below 0 by the noise of draws alone',
      range: [-Infinity, Infinity],
      better: 'smaller',
      unit: 'nats',
    },
    gaussian: {
      what: 'of the Gaussian that has its covariance: what linear dependence makes of it',
      range: [0, Infinity],
      better: 'smaller',
      unit: 'nats',
    },
  },
  formula: 'TC = KL(q(z) ‖ Πᵢ q(zᵢ)); of a Gaussian ½ (Σᵢ log Cᵢᵢ − log det C), C = E_x Σ(x) + Cov_x μ(x)',
  paper: 'Watanabe 1960; Chen et al. 2018, Isolating Sources of Disentanglement in Variational Autoencoders',
  remarks:
    'A mixture of M examples knows less of the joint density than of single dimensions: the estimate is too large while M is small, and comes to TC as M grows. `gaussian` is of all examples, and exact where the aggregate is Gaussian.',
  cost: `${aggregateCost}, shared with mutual-information; one pass of the encoder`,
  needs: { posterior: ['logProbOfDraw', 'logProb', 'marginalLogProb', 'root'] },
  options: aggregateOptions,
  async compute(context, options) {
    const { aggregate, marginals } = await densitiesOf(context, options);
    if (!marginals) {
      throw new UnsupportedError("metric 'total-correlation' needs log densities of single latent dimensions.");
    }
    return {
      estimate: meanDifference(aggregate, marginals),
      gaussian: gaussianTotalCorrelation(await aggregateCovariance(context)),
    };
  },
});

/** ½ (Σᵢ log Cᵢᵢ − log det C), nats: the total correlation of N(μ, C). @param covariance [n, n], positive definite */
export function gaussianTotalCorrelation(covariance: NdArray<'float64'>): number {
  const [n = 0] = covariance.shape;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(covariance.data[i * n + i]!);
  return 0.5 * (sum - logDet(covariance).item());
}

/** E_x Σ(x) + Cov_x μ(x), [latent, latent]: the covariance of the aggregate posterior of all examples. */
export async function aggregateCovariance(
  context: Pick<MetricContext, 'engine' | 'model' | 'parameters' | 'examples' | 'signal'>,
): Promise<NdArray<'float64'>> {
  const { engine, parameters, examples, signal } = context;
  const { x: rows, model } = ofRows(context.model, rowInput(context.model));
  const { latent } = model;
  const posterior = model.encode(parameterInputs(model.parameters), rows);
  const { mean, covariance } = posterior;
  if (!mean || !covariance)
    throw new UnsupportedError("metric 'total-correlation' needs the covariance of the posterior.");
  const total = NdArray.zeros([latent, latent], 'float64');
  const outputs = { mean, covariance: meanOver(covariance, 0) };
  const means = new Float64Array(examples.size * latent);
  let done = 0;
  const program = await ParallelProgram.compile(engine, { outputs, boundInputs: parameters });
  program.expect(examples.size);
  try {
    const batches = batchesInOrder(examples, { key: key(0), batchSize: 256 });
    for await (const { part, share } of mapInOrder(batches, program.width, async ({ x }) => {
      signal?.throwIfAborted();
      return { part: await program.run({ x }), share: (x.shape[0] ?? 0) / examples.size };
    })) {
      part.covariance!.data.forEach((value, k) => (total.data[k]! += share * value));
      means.set(part.mean!.data, done);
      done += part.mean!.size;
    }
  } finally {
    await program.dispose();
  }
  const { mean: center } = columnMoments(means, latent);
  for (let at = 0; at < means.length; at += latent) {
    for (let i = 0; i < latent; i++) {
      const offset = (means[at + i]! - center[i]!) / examples.size;
      for (let j = 0; j < latent; j++) total.data[i * latent + j]! += offset * (means[at + j]! - center[j]!);
    }
  }
  return total;
}
