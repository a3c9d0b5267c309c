import { NumericalError, formerDrawNames, noticesTo, takeTurns, underPresentNames } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { ParallelProgram, mapInOrder } from '../engine/index.ts';
import type { Engine } from '../engine/index.ts';
import { keyInput, keyWords } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import { batchesInOrder, logImportanceWeights, ofRows, rowInput } from '../objectives/index.ts';
import type { ExampleBatch, Examples } from '../objectives/index.ts';
import { foldIn } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { LogMeanExp } from './log-mean-exp.ts';

/** An importance-sampled estimate of −log p(x), in nats. */
export interface NllEstimate {
  /** Mean over examples. Its expectation is an upper bound on the truth that tightens as `draws` grows. */
  readonly value: number;
  /** Standard deviation of the examples' estimates / √examples: both the data's spread and the draws' noise. */
  readonly standardError: number;
  /** Mean over examples of (Σ w)² / Σ w²; near 1 the estimate leans on single draws and should not be trusted. */
  readonly effectiveSampleSize: number;
  /** Draws of z an example. */
  readonly draws: number;
  /** `draws`, under its former name. */
  readonly samples: number;
}

/** What `estimateNll` estimates −log p(x) of, with how many draws. */
export interface NllOptions {
  readonly engine: Engine;
  readonly model: Vae;
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly examples: Examples;
  /** Draws of z an example. */
  readonly draws: number;
  readonly key: Key;
  readonly onProgress?: ((examplesDone: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows that one decoder pass takes: examples × draws. Small enough for the caches, large enough for a GEMM. */
const rowsPerRun = 1024;

/** What draws of z ~ q(z|x) say of each example, nats. */
export interface DrawnTerms {
  /** −log (1/K) Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x) */
  readonly negativeLogProb: readonly number[];
  /** (1/K) Σₖ log p(x|zₖ) */
  readonly reconstruction: readonly number[];
  /** (1/K) Σₖ log q(zₖ|x) − log p(zₖ): the KL, estimated. */
  readonly kl: readonly number[];
  /** (Σ w)² / Σ w² */
  readonly effectiveSampleSize: readonly number[];
}

/**
 * −log p(x) ≈ −log (1/K) Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x), zₖ ~ q(z|x) (Burda, Grosse and Salakhutdinov 2016, eq. 8).
 *
 * @throws NumericalError when an example's estimate is not finite
 */
export async function estimateNll(options: NllOptions): Promise<NllEstimate> {
  const present = underPresentNames('estimateNll', options, formerDrawNames, { onNotice: noticesTo(undefined) });
  return nllOf(await drawTerms(present), present.draws);
}

/** The estimate over all examples. */
export function nllOf({ negativeLogProb, effectiveSampleSize }: DrawnTerms, draws: number): NllEstimate {
  const { mean, standardError } = meanWithError(negativeLogProb);
  return {
    value: mean,
    standardError,
    effectiveSampleSize: meanWithError(effectiveSampleSize).mean,
    draws,
    samples: draws,
  };
}

/** `DrawnTerms` of all examples. @throws NumericalError when an example's −log p(x) is not finite */
export async function drawTerms(options: NllOptions): Promise<DrawnTerms> {
  const { engine, model, parameters, examples, draws, key } = options;
  const drawsPerRun = Math.min(draws, 64);
  const batchSize = Math.max(1, Math.floor(rowsPerRun / drawsPerRun));
  const programs = await compileFor(engine, model, {
    parameters,
    draws,
    drawsPerRun,
    examples: examples.size,
  });
  const terms = {
    negativeLogProb: [] as number[],
    reconstruction: [] as number[],
    kl: [] as number[],
    effectiveSampleSize: [] as number[],
  };
  const termsOf = async (batch: ExampleBatch): Promise<BatchTerms> => {
    options.signal?.throwIfAborted();
    const count = batch.x.shape[0] ?? 0;
    const weights = Array.from({ length: count }, () => new LogMeanExp());
    const reconstructions = new Float64Array(count);
    const meanLogWeights = new Float64Array(count);
    // However many draws are asked for, so many runs are under way: what they give does not add up.
    const runs = mapInOrder(chunkSizes(draws, drawsPerRun), width, (some, chunk) =>
      programs.get(some)!.run({ x: batch.x, key: keyWords(foldIn(batch.key, chunk)) }),
    );
    for await (const { logWeights, logProb } of runs) {
      await takeTurns();
      options.signal?.throwIfAborted();
      logWeights?.data.forEach((value, index) => {
        weights[index % count]?.add(value);
        meanLogWeights[index % count]! += value / draws;
      });
      logProb?.data.forEach((value, index) => (reconstructions[index % count]! += value / draws));
    }
    return { batch, weights, reconstructions, meanLogWeights };
  };
  const width = Math.max(...[...programs.values()].map((program) => program.width));
  try {
    const batches = batchesInOrder(examples, { key, batchSize });
    for await (const { batch, weights, reconstructions, meanLogWeights } of mapInOrder(
      batches,
      batchesAtOnce(width, draws),
      termsOf,
    )) {
      for (const [index, weight] of weights.entries()) {
        if (!Number.isFinite(weight.value)) {
          throw new NumericalError(
            `estimateNll: log p(x) of example ${batch.start + index} came out as ${weight.value}.`,
          );
        }
        terms.negativeLogProb.push(-weight.value);
        terms.effectiveSampleSize.push(weight.effectiveSampleSize);
        const reconstruction = reconstructions[index] ?? NaN;
        terms.reconstruction.push(reconstruction);
        terms.kl.push(reconstruction - (meanLogWeights[index] ?? NaN));
      }
      options.onProgress?.(terms.negativeLogProb.length);
      await takeTurns();
    }
  } finally {
    await Promise.all([...programs.values()].map((program) => program.dispose()));
  }
  return terms;

  /** Batches whose runs keep the threads busy while one of them ends. */
  function batchesAtOnce(runs: number, draws: number): number {
    return runs === 1 ? 1 : 1 + Math.ceil(runs / Math.ceil(draws / drawsPerRun));
  }
}

interface BatchTerms {
  readonly batch: ExampleBatch;
  /** Of each example. */
  readonly weights: readonly LogMeanExp[];
  readonly reconstructions: Float64Array;
  readonly meanLogWeights: Float64Array;
}

/** `draws` in chunks of `size`, the last one short. */
function* chunkSizes(draws: number, size: number): Generator<number> {
  for (let from = 0; from < draws; from += size) yield Math.min(size, draws - from);
}

/** One program for each chunk size that occurs (one or two). */
async function compileFor(
  engine: Engine,
  of: Vae,
  options: {
    readonly parameters: Readonly<Record<string, NdArray>>;
    readonly draws: number;
    readonly drawsPerRun: number;
    readonly examples: number;
  },
) {
  const { parameters, draws, drawsPerRun, examples } = options;
  const short = draws % drawsPerRun;
  const chunks = new Map([[drawsPerRun, Math.floor(draws / drawsPerRun)], ...(short > 0 ? [[short, 1] as const] : [])]);
  const compiled = [...chunks].map(async ([count, times]) => {
    const { x, model } = ofRows(of, rowInput(of));
    const tensors = parameterInputs(model.parameters);
    const drawn = model.encode(tensors, x).sampleAndLogProb(keyInput('key'), [count]);
    const likelihood = model.decode(tensors, drawn.value);
    const logProb = likelihood.logProb(x);
    const logWeights = logImportanceWeights({
      prior: model.prior(tensors),
      latent: drawn.value,
      posteriorLogProb: drawn.logProb,
      likelihood: { logProb: () => logProb },
      x,
    });
    const spec = { outputs: { logWeights, logProb }, boundInputs: parameters };
    const program = await ParallelProgram.compile(engine, spec);
    program.expect(examples * times);
    return [count, program] as const;
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
