import { formerDrawNames, noticesTo, underPresentNames } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { ParallelProgram, mapInOrder } from '../engine/index.ts';
import { klDivergence } from '../gaussian/index.ts';
import { centerOf, has } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import {
  LatentStatistics,
  batchesInOrder,
  hasClosedKl,
  isKlPerDimensionKnown,
  ofRows,
  rowInput,
} from '../objectives/index.ts';
import { foldIn, key as seedKey } from '../random/index.ts';
import { classAccuracy } from './class-accuracy.ts';
import { evaluateReconstruction } from './evaluate-reconstruction.ts';
import type { EvaluateOptions, Evaluation } from './evaluation-result.ts';
import { drawTerms, meanWithError, nllOf } from './importance-sampling.ts';

/**
 * ELBO in its two parts, importance-sampled NLL and KL per dimension: means over examples, in nats; of a model without a density the
 * reconstruction. `Evaluation` says what is in it.
 */
export async function evaluateModel(given: EvaluateOptions): Promise<Evaluation> {
  const options = underPresentNames('evaluateModel', given, formerDrawNames, { onNotice: noticesTo(undefined) });
  const { model, examples, draws, onProgress } = options;
  if (!has(model.parts.posterior, 'logProbOfDraw')) return evaluateReconstruction(options);
  const total = examples.size;
  const statistics = new LatentStatistics(model.latent);
  const closed: number[] = [];
  let done = 0;
  for await (const values of posteriorsOf(options)) {
    if (values.kl) closed.push(...values.kl.data);
    statistics.add(values);
    done += values.mean.shape[0] ?? 0;
    onProgress?.({ stage: 'elbo', done, total });
  }
  const terms = await drawTerms({
    ...options,
    key: foldIn(seedKey(options.seed), 1),
    onProgress:
      onProgress &&
      ((done) => {
        onProgress({ stage: 'nll', done, total });
      }),
  });
  const accuracy = await classAccuracy(options);
  const kls = closed.length > 0 ? closed : terms.kl;
  const [kl, reconstruction] = [meanWithError(kls).mean, meanWithError(terms.reconstruction).mean];
  return {
    examples: total,
    elbo: reconstruction - kl,
    elboStandardError: meanWithError(kls.map((value, index) => (terms.reconstruction[index] ?? NaN) - value))
      .standardError,
    reconstruction,
    kl,
    draws,
    samples: draws,
    nll: nllOf(terms, draws),
    latent: model.latent,
    activeUnits: statistics.activeUnits,
    ...(hasKlPerDimension(model) && { klPerDimension: statistics.klPerDimension }),
    ...(accuracy && { classAccuracy: accuracy }),
  };
}

interface PosteriorValues {
  /** KL(q(z|x) ‖ p(z)), [batch], where it has a closed form */
  readonly kl?: NdArray;
  /** Mean and variances of q(z|x), [batch, latent], or what stands for them (`centerOf`) */
  readonly mean: NdArray;
  readonly variance?: NdArray;
}

/** What does not depend on draws, batch by batch. */
async function* posteriorsOf(options: EvaluateOptions): AsyncGenerator<PosteriorValues> {
  const { engine, parameters, examples, seed, signal } = options;
  const { x, model } = ofRows(options.model, rowInput(options.model));
  const tensors = parameterInputs(model.parameters);
  const posterior = model.encode(tensors, x);
  const prior = model.prior(tensors);
  const { variance } = posterior;
  const outputs = {
    ...(hasClosedKl(posterior, prior) && { kl: klDivergence(posterior, prior) }),
    mean: centerOf(posterior),
    ...(variance && { variance }),
  };
  const program = await ParallelProgram.compile(engine, { outputs, boundInputs: parameters });
  program.expect(examples.size);
  try {
    const batches = batchesInOrder(examples, { key: foldIn(seedKey(seed), 0), batchSize: 256 });
    yield* mapInOrder(batches, program.width, async ({ x }) => {
      signal?.throwIfAborted();
      return (await program.run({ x })) as unknown as PosteriorValues;
    });
  } finally {
    await program.dispose();
  }
}

/** Whether the KL of single latent dimensions is known: of marginals in closed form to N(0, 1). */
export function hasKlPerDimension(model: Vae): boolean {
  const { x, model: given } = ofRows(model, rowInput(model));
  const tensors = parameterInputs(model.parameters);
  return isKlPerDimensionKnown(given.encode(tensors, x), given.prior(tensors));
}
