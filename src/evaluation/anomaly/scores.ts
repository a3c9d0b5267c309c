import { NdArray, NumericalError, ValueError } from '../../core/index.ts';
import type { anomalyMethods } from '../../io/index.ts';
import { batchesInOrder } from '../../objectives/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { key } from '../../random/index.ts';
import { LogMeanExp } from '../log-mean-exp.ts';
import type { Background } from './background.ts';
import { DrawProgram } from './draws.ts';
import type { DrawQuantity, ModelParts } from './draws.ts';
import { typicalityOf, typicalityScore } from './typicality.ts';
import type { Typicality } from './typicality.ts';

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
 * - `typicality`: how far what p₀ and the ELBO say of it lie from what they say of training examples (`typicality.ts`): the
 *   statistics of a model taken for data of their own, as in Morningstar et al. 2021.
 */
export type AnomalyMethod = (typeof anomalyMethods)[number];

export interface ScoreOptions extends ModelParts {
  readonly examples: Examples;
  readonly method: AnomalyMethod;
  /** Draws of z an example. Default: `defaultDraws[method]`. */
  readonly draws?: number | undefined;
  /** Of the draws. Default: 0. */
  readonly seed?: number | undefined;
  /** For `likelihood-ratio` and `typicality`. */
  readonly background?: Background | undefined;
  /** For `typicality`. */
  readonly typicality?: Typicality | undefined;
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
  typicality: 16,
};

const quantities: Readonly<Record<AnomalyMethod, DrawQuantity>> = {
  reconstruction: 'reconstruction',
  'reconstruction-probability': 'reconstruction',
  elbo: 'elbo',
  nll: 'weight',
  'likelihood-ratio': 'weight',
  typicality: 'elbo',
};

/** Rows that one decoder pass takes: examples × draws. Small enough for the caches, large enough for a GEMM. */
const rowsPerRun = 1024;
const drawsPerRun = 64;

/**
 * One score for each example. All examples see the same draws of ε, so a score is a function of its example and the seed.
 *
 * @throws ValueError for a number of draws that is none, or a method without the background or typicality that it needs;
 *   NumericalError when a score is not finite, naming the example
 */
export async function scoreExamples(options: ScoreOptions): Promise<NdArray<'float64'>> {
  const scoreOf = scoreFunction(options);
  const scores = NdArray.zeros([options.examples.size], 'float64');
  await eachCost(options, (row, cost, x) => {
    const score = scoreOf(cost, x);
    if (!Number.isFinite(score)) throw notFinite(options.method, row, score);
    scores.data[row] = score;
  });
  return scores;
}

/** What `typicality` compares with, from usual examples. */
export async function fitTypicality(
  options: Omit<ScoreOptions, 'method' | 'typicality' | 'background'> & { readonly background: Background },
): Promise<Typicality> {
  const { size } = options.examples;
  if (size === 0) throw new ValueError('typicality: there are no examples to fit it to.');
  const [costs, backgrounds] = [new Float64Array(size), new Float64Array(size)];
  await eachCost({ ...options, method: 'typicality' }, (row, cost, x) => {
    costs[row] = cost;
    backgrounds[row] = options.background(x);
  });
  return typicalityOf(costs, backgrounds);
}

/** From what the model says of an example (a cost in nats) and the example to its score. */
function scoreFunction({ method, background, typicality }: ScoreOptions): (cost: number, x: Float32Array) => number {
  if (method !== 'likelihood-ratio' && method !== 'typicality') return (cost) => cost;
  if (!background) throw new ValueError(`score: '${method}' needs a background, such as bernoulliBackground.`);
  if (method === 'likelihood-ratio') return (cost, x) => cost - background(x);
  if (!typicality) throw new ValueError("score: 'typicality' needs what fitTypicality gives.");
  return (cost, x) => typicalityScore(typicality, cost, background(x));
}

/** Hands every example's cost on: minus its quantity's mean over the draws, or minus its log-mean-exp. */
async function eachCost(
  options: ScoreOptions,
  take: (row: number, cost: number, x: Float32Array) => void,
): Promise<void> {
  const { examples, method, seed = 0, draws = defaultDraws[method] } = options;
  if (!Number.isInteger(draws) || draws < 1) {
    throw new ValueError(`score: draws must be a whole number of at least 1, got ${draws}.`);
  }
  const program = await DrawProgram.compile(options, quantities[method]);
  try {
    const noise = method === 'reconstruction' ? [program.noNoise] : program.noise(draws, { seed, size: drawsPerRun });
    const batchSize = Math.max(1, Math.floor(rowsPerRun / Math.min(draws, drawsPerRun)));
    const size = examples.exampleSize;
    const reduce = quantities[method] === 'weight' ? 'value' : 'mean';
    for (const { x, start } of batchesInOrder(examples, { key: key(seed), batchSize })) {
      options.signal?.throwIfAborted();
      const means = Array.from({ length: x.shape[0]! }, () => new LogMeanExp());
      for (const epsilon of noise) {
        const { data } = await program.run(x, epsilon);
        for (let k = 0; k < data.length; k++) means[k % means.length]!.add(data[k]!);
      }
      means.forEach((mean, row) => {
        take(start + row, -mean[reduce], x.data.subarray(row * size, (row + 1) * size));
      });
      options.onProgress?.(start + means.length);
      await new Promise((resume) => setTimeout(resume)); // The engine blocks its thread: let timers and signals in.
    }
  } finally {
    await program.dispose();
  }
}

function notFinite(method: AnomalyMethod, example: number, score: number): NumericalError {
  return new NumericalError(
    `score: the '${method}' score of example ${example} is ${score}. Is it scaled as the training data were?`,
  );
}
