import { NdArray, NumericalError, ValueError } from '../../core/index.ts';
import { batchesInOrder } from '../../objectives/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { key } from '../../random/index.ts';
import { LogMeanExp } from '../log-mean-exp.ts';
import type { Background } from './background.ts';
import { DrawProgram } from './draws.ts';
import type { DrawQuantity, ModelParts } from './draws.ts';

/**
 * Scores of how anomalous an example is, in nats, higher is more anomalous:
 *
 * - `reconstruction`: −log p(x|z) at the posterior's mean z = μ(x): the reconstruction error in the likelihood's own units
 *   (cross-entropy, scaled squares). It splits into pixels or columns.
 * - `reconstruction-probability`: −E_q[log p(x|z)], the mean over draws of z ~ q(z|x) (An and Cho 2015, §3 and algorithm 4,
 *   as a logarithm).
 * - `elbo`: −E_q[log p(x|z)] + KL(q(z|x) ‖ p(z)), the mean over draws: how badly the model codes x (Kingma and Welling
 *   2014, eq. 3).
 * - `nll`: −log p(x) by importance sampling (Burda, Grosse and Salakhutdinov 2016, eq. 8).
 * - `likelihood-ratio`: log p₀(x) − log p(x) with the background p₀ of `background.ts` (Ren et al. 2019, eq. 5; Serrà et al.
 *   2020, eq. 1, with p₀ for the compressor). A likelihood alone calls an example normal that is merely simple, such as a
 *   blank image; p₀ takes off what an example costs for being as light, dark or extreme as it is.
 */
export const anomalyMethods = [
  'reconstruction',
  'reconstruction-probability',
  'elbo',
  'nll',
  'likelihood-ratio',
] as const;
export type AnomalyMethod = (typeof anomalyMethods)[number];

export interface ScoreOptions extends ModelParts {
  readonly examples: Examples;
  readonly method: AnomalyMethod;
  /** Draws of z an example. Default: `defaultDraws[method]`. */
  readonly draws?: number | undefined;
  /** Of the draws. Default: 0. */
  readonly seed?: number | undefined;
  /** For `likelihood-ratio`. */
  readonly background?: Background | undefined;
  readonly onProgress?: ((examplesDone: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Draws of z that each method takes unless told otherwise. */
export const defaultDraws: Readonly<Record<AnomalyMethod, number>> = {
  reconstruction: 1,
  'reconstruction-probability': 16,
  elbo: 16,
  nll: 100,
  'likelihood-ratio': 100,
};

const quantities: Readonly<Record<AnomalyMethod, DrawQuantity>> = {
  reconstruction: 'reconstruction',
  'reconstruction-probability': 'reconstruction',
  elbo: 'elbo',
  nll: 'weight',
  'likelihood-ratio': 'weight',
};

/** Rows that one decoder pass takes: examples × draws. Small enough for the caches, large enough for a GEMM. */
const rowsPerRun = 1024;
const drawsPerRun = 64;

/**
 * One score for each example. All examples see the same draws of ε, so a score is a function of its example and the seed.
 *
 * @throws ValueError for a number of draws that is none, or `likelihood-ratio` without a background; NumericalError when a
 *   score is not finite, naming the example
 */
export async function scoreExamples(options: ScoreOptions): Promise<NdArray<'float64'>> {
  const { examples, method, background, seed = 0, draws = defaultDraws[method] } = options;
  if (!Number.isInteger(draws) || draws < 1) {
    throw new ValueError(`score: draws must be a whole number of at least 1, got ${draws}.`);
  }
  if (method === 'likelihood-ratio' && !background) {
    throw new ValueError("score: 'likelihood-ratio' needs a background, such as bernoulliBackground.");
  }
  const program = await DrawProgram.compile(options, quantities[method]);
  try {
    const noise = method === 'reconstruction' ? [program.noNoise] : program.noise(draws, { seed, size: drawsPerRun });
    const scores = NdArray.zeros([examples.size], 'float64');
    const batchSize = Math.max(1, Math.floor(rowsPerRun / Math.min(draws, drawsPerRun)));
    for (const { x, start } of batchesInOrder(examples, { key: key(seed), batchSize })) {
      options.signal?.throwIfAborted();
      const means = Array.from({ length: x.shape[0]! }, () => new LogMeanExp());
      for (const epsilon of noise) {
        const { data } = await program.run(x, epsilon);
        for (let k = 0; k < data.length; k++) means[k % means.length]!.add(data[k]!);
      }
      const baseline = method === 'likelihood-ratio' ? background : undefined;
      const size = examples.exampleSize;
      const reduce = quantities[method] === 'weight' ? 'value' : 'mean';
      means.forEach((mean, row) => {
        const code = baseline?.(x.data.subarray(row * size, (row + 1) * size)) ?? 0;
        const score = -mean[reduce] - code;
        if (!Number.isFinite(score)) throw notFinite(method, start + row, score);
        scores.data[start + row] = score;
      });
      options.onProgress?.(start + means.length);
      await new Promise((resume) => setTimeout(resume)); // The engine blocks its thread: let timers and signals in.
    }
    return scores;
  } finally {
    await program.dispose();
  }
}

function notFinite(method: AnomalyMethod, example: number, score: number): NumericalError {
  return new NumericalError(
    `score: the '${method}' score of example ${example} is ${score}. Is it scaled as the training data were?`,
  );
}
