import type { NdArray } from '../core/index.ts';
import type { Engine } from '../engine/index.ts';
import type { Vae } from '../models/index.ts';
import { ElboProgram, batchesInOrder } from '../objectives/index.ts';
import type { Examples } from '../objectives/index.ts';
import { foldIn, key as seedKey } from '../random/index.ts';
import { estimateNll } from './importance-sampling.ts';
import type { NllEstimate } from './importance-sampling.ts';
import { LatentStatistics } from './latent-statistics.ts';

/** How well a model fits examples: nats, sums over dimensions, means over examples. */
export interface Evaluation {
  readonly examples: number;
  /** E_q[log p(x|z)] − KL, with one draw of z an example. */
  readonly elbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly nll: NllEstimate;
  readonly activeUnits: number;
  readonly klPerDimension: readonly number[];
}

export interface EvaluationProgress {
  readonly stage: 'elbo' | 'nll';
  readonly done: number;
  readonly total: number;
}

export interface EvaluateOptions {
  readonly engine: Engine;
  readonly model: Vae;
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly examples: Examples;
  /** Draws of z an example for the NLL. */
  readonly samples: number;
  readonly seed: number;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { engine, model, parameters, examples, onProgress } = options;
  const total = examples.size;
  const statistics = new LatentStatistics(model.latent);
  let [reconstruction, kl] = [0, 0];
  const program = await ElboProgram.compile(engine, model, parameters);
  try {
    for (const { x, key, start } of batchesInOrder(examples, {
      key: foldIn(seedKey(options.seed), 0),
      batchSize: 256,
    })) {
      options.signal?.throwIfAborted();
      const values = await program.run(x, key);
      for (const value of values.reconstruction.data) reconstruction += value;
      for (const value of values.kl.data) kl += value;
      statistics.add(values);
      onProgress?.({ stage: 'elbo', done: start + (x.shape[0] ?? 0), total });
    }
  } finally {
    await program.dispose();
  }
  const nll = await estimateNll({
    ...options,
    key: foldIn(seedKey(options.seed), 1),
    onProgress:
      onProgress &&
      ((done) => {
        onProgress({ stage: 'nll', done, total });
      }),
  });
  return {
    examples: total,
    elbo: (reconstruction - kl) / total,
    reconstruction: reconstruction / total,
    kl: kl / total,
    nll,
    activeUnits: statistics.activeUnits,
    klPerDimension: statistics.klPerDimension,
  };
}
