import { NumericalError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import type { Engine } from '../engine/index.ts';
import { input, keyInput, keyWords } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import { batchesInOrder, logImportanceWeights } from '../objectives/index.ts';
import type { Examples } from '../objectives/index.ts';
import { foldIn } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { LogMeanExp } from './log-mean-exp.ts';

/** An importance-sampled estimate of −log p(x), in nats. */
export interface NllEstimate {
  /** Mean over examples. Its expectation is an upper bound on the truth that tightens as `samples` grows. */
  readonly value: number;
  /** Standard deviation of the examples' estimates / √examples: both the data's spread and the draws' noise. */
  readonly standardError: number;
  /** Mean over examples of (Σ w)² / Σ w²; near 1 the estimate leans on single draws and should not be trusted. */
  readonly effectiveSampleSize: number;
  /** Draws of z an example. */
  readonly samples: number;
}

export interface NllOptions {
  readonly engine: Engine;
  readonly model: Vae;
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly examples: Examples;
  readonly samples: number;
  readonly key: Key;
  readonly onProgress?: ((examplesDone: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows that one decoder pass takes: examples × draws. Small enough for the caches, large enough for a GEMM. */
const rowsPerRun = 1024;

/**
 * −log p(x) ≈ −log (1/K) Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x), zₖ ~ q(z|x) (Burda, Grosse and Salakhutdinov 2016, eq. 8).
 *
 * @throws NumericalError when an example's estimate is not finite
 */
export async function estimateNll(options: NllOptions): Promise<NllEstimate> {
  const { engine, model, parameters, examples, samples, key } = options;
  const drawsPerRun = Math.min(samples, 64);
  const batchSize = Math.max(1, Math.floor(rowsPerRun / drawsPerRun));
  const programs = await compileFor(engine, model, { parameters, draws: chunkSizes(samples, drawsPerRun) });
  const estimates: number[] = [];
  let effectiveSampleSize = 0;
  try {
    for (const batch of batchesInOrder(examples, { key, batchSize })) {
      options.signal?.throwIfAborted();
      const totals = Array.from({ length: batch.x.shape[0] ?? 0 }, () => new LogMeanExp());
      let chunk = 0;
      for (const draws of chunkSizes(samples, drawsPerRun)) {
        const program = programs.get(draws);
        const { logWeights } = (await program?.run({ x: batch.x, key: keyWords(foldIn(batch.key, chunk++)) })) ?? {};
        logWeights?.data.forEach((value, index) => totals[index % totals.length]?.add(value));
      }
      for (const [index, total] of totals.entries()) {
        if (!Number.isFinite(total.value)) {
          throw new NumericalError(
            `estimateNll: log p(x) of example ${batch.start + index} came out as ${total.value}.`,
          );
        }
        estimates.push(-total.value);
        effectiveSampleSize += total.effectiveSampleSize;
      }
      options.onProgress?.(estimates.length);
      await new Promise((resume) => setTimeout(resume));
    }
  } finally {
    await Promise.all([...programs.values()].map((program) => program.dispose()));
  }
  const { mean, standardError } = meanWithError(estimates);
  return { value: mean, standardError, effectiveSampleSize: effectiveSampleSize / estimates.length, samples };
}

/** `samples` in chunks of `size`, the last one short. */
function chunkSizes(samples: number, size: number): number[] {
  return Array.from({ length: Math.ceil(samples / size) }, (_, chunk) => Math.min(size, samples - chunk * size));
}

/** One program for each chunk size that occurs (one or two). */
async function compileFor(
  engine: Engine,
  model: Vae,
  { parameters, draws }: { readonly parameters: Readonly<Record<string, NdArray>>; readonly draws: readonly number[] },
) {
  const compiled = [...new Set(draws)].map(async (count) => {
    const x = input('x', ['batch', model.inputSize]);
    const tensors = parameterInputs(model.parameters);
    const { value, logProb } = model.encode(tensors, x).sampleAndLogProb(keyInput('key'), [count]);
    const logWeights = logImportanceWeights({
      prior: model.prior,
      latent: value,
      posteriorLogProb: logProb,
      likelihood: model.decode(tensors, value),
      x,
    });
    return [count, await engine.compile({ outputs: { logWeights }, boundInputs: parameters })] as const;
  });
  return new Map(await Promise.all(compiled));
}

/** Sample mean and its standard error (0 for a single value). */
export function meanWithError(values: readonly number[]): { readonly mean: number; readonly standardError: number } {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  const variance = values.length > 1 ? squares / (values.length - 1) : 0;
  return { mean, standardError: Math.sqrt(variance / values.length) };
}
