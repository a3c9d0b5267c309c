import { NdArray, NumericalError, ValueError, takeTurns } from '../../core/index.ts';
import type { AnomalyMethod } from '../../core/index.ts';
import { mapInOrder } from '../../engine/index.ts';
import { batchesInOrder } from '../../objectives/index.ts';
import type { ExampleBatch, Examples } from '../../objectives/index.ts';
import { key } from '../../random/index.ts';
import { LogMeanExp } from '../log-mean-exp.ts';
import type { Background } from './background.ts';
import { balanceOf, balancedScore } from './balance.ts';
import type { Balance } from './balance.ts';
import { DrawProgram } from './draws.ts';
import type { DrawQuantity, ModelParts, Noise } from './draws.ts';
import { withProgram } from './kept-programs.ts';
import { typicalityOf, typicalityScore } from './typicality.ts';
import type { Typicality } from './typicality.ts';

/** By which method, with which draws `scoreExamples` scores. */
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
  /** For `balanced-elbo`. */
  readonly balance?: Balance | undefined;
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
  'balanced-elbo': 16,
};

const quantities: Readonly<Record<AnomalyMethod, readonly [DrawQuantity, ...DrawQuantity[]]>> = {
  reconstruction: ['reconstruction'],
  'reconstruction-probability': ['reconstruction'],
  elbo: ['elbo'],
  nll: ['weight'],
  'likelihood-ratio': ['weight'],
  typicality: ['elbo'],
  'balanced-elbo': ['reconstruction', 'kl'],
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
  await eachCost(options, (row, costs, x) => {
    const score = scoreOf(costs, x);
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
  await eachCost({ ...options, method: 'typicality' }, (row, [cost], x) => {
    costs[row] = cost;
    backgrounds[row] = options.background(x);
  });
  return typicalityOf(costs, backgrounds);
}

/** What `balanced-elbo` compares with, from usual examples. */
export async function fitBalance(options: Omit<ScoreOptions, 'method' | 'balance'>): Promise<Balance> {
  const { size } = options.examples;
  if (size === 0) throw new ValueError('balanced-elbo: there are no examples to fit it to.');
  const [reconstructions, kls] = [new Float64Array(size), new Float64Array(size)];
  await eachCost({ ...options, method: 'balanced-elbo' }, (row, [reconstruction, kl = 0]) => {
    reconstructions[row] = reconstruction;
    kls[row] = kl;
  });
  return balanceOf(reconstructions, kls);
}

/** What the model says of an example: the cost of each quantity that the method asks for, nats. */
type Costs = readonly [number, ...number[]];

/** From what the model says of an example and the example to its score. */
function scoreFunction({
  method,
  background,
  typicality,
  balance,
}: ScoreOptions): (costs: Costs, x: Float32Array) => number {
  if (method === 'balanced-elbo') {
    if (!balance) throw new ValueError("score: 'balanced-elbo' needs what fitBalance gives.");
    return ([reconstruction, kl = 0]) => balancedScore(balance, reconstruction, kl);
  }
  if (method !== 'likelihood-ratio' && method !== 'typicality') return ([cost]) => cost;
  if (!background) throw new ValueError(`score: '${method}' needs a background, such as bernoulliBackground.`);
  if (method === 'likelihood-ratio') return ([cost], x) => cost - background(x);
  if (!typicality) throw new ValueError("score: 'typicality' needs what fitTypicality gives.");
  return ([cost], x) => typicalityScore(typicality, cost, background(x));
}

/** Hands every example's costs on: minus each quantity's mean over the draws, or minus its log-mean-exp. */
async function eachCost(
  options: ScoreOptions,
  take: (row: number, costs: Costs, x: Float32Array) => void,
): Promise<void> {
  const { examples, method, seed = 0, draws = defaultDraws[method] } = options;
  if (!Number.isInteger(draws) || draws < 1) {
    throw new ValueError(`score: draws must be a whole number of at least 1, got ${draws}.`);
  }
  const asked = quantities[method];
  await withProgram(
    options.programs,
    `draws ${asked.join()}`,
    () => DrawProgram.compile(options, asked),
    async (program) => {
      // prettier-ignore
      const none: Noise = { chunks: 1, at: () => program.noNoise };
      const noise = method === 'reconstruction' ? none : program.noise(draws, { seed, size: drawsPerRun });
      const batchSize = Math.max(1, Math.floor(rowsPerRun / Math.min(draws, drawsPerRun)));
      const size = examples.exampleSize;
      const reduce = asked[0] === 'weight' ? 'value' : 'mean';
      const meansOf = async ({ x, start }: ExampleBatch) => {
        options.signal?.throwIfAborted();
        const count = x.shape[0]!;
        const means = asked.map(() => Array.from({ length: count }, () => new LogMeanExp()));
        // However many draws are asked for, so many runs are under way.
        const chunks = countUp(noise.chunks);
        for await (const values of mapInOrder(chunks, runs, (chunk) => program.run(x, noise.at(chunk)))) {
          await takeTurns();
          options.signal?.throwIfAborted();
          values.forEach(({ data }, quantity) => {
            for (let k = 0; k < data.length; k++) means[quantity]![k % count]!.add(data[k]!);
          });
        }
        return { x, start, means, count };
      };
      // So that runs of the next batch are there while the last ones of a batch end.
      const runs = program.expect(examples.size * draws);
      const width = runs === 1 ? 1 : 1 + Math.ceil(runs / noise.chunks);
      const batches = batchesInOrder(examples, { key: key(seed), batchSize });
      for await (const { x, start, means, count } of mapInOrder(batches, width, meansOf)) {
        for (let row = 0; row < count; row++) {
          const [first, ...others] = means.map((of) => -of[row]![reduce]);
          take(start + row, [first!, ...others], x.data.subarray(row * size, row * size + options.model.inputSize));
        }
        options.onProgress?.(start + count);
        await new Promise((resume) => setTimeout(resume)); // The engine blocks its thread: let timers and signals in.
      }
    },
  );
}

function* countUp(to: number): Generator<number> {
  for (let k = 0; k < to; k++) yield k;
}

function notFinite(method: AnomalyMethod, example: number, score: number): NumericalError {
  return new NumericalError(
    `score: the '${method}' score of example ${example} is ${score}. Is it scaled as the training data were?`,
  );
}
