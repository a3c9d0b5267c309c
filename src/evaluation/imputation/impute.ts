import { NdArray, NumericalError, takeTurns } from '../../core/index.ts';
import { PartedRuns, mapInOrder, withoutRanks } from '../../engine/index.ts';
import type { NamedArrays, ParallelProgram } from '../../engine/index.ts';
import { input, keyWords } from '../../graph/index.ts';
import { has, requireCapabilities } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import { foldIn, normal, uniform } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import type { ModelParts } from '../anomaly/draws.ts';
import { compileMove, ofConditions } from './chain-programs.ts';
import type { ChainState, Move, MoveNoise, Moved, PartLayout } from './chain-programs.ts';

/** Moves of each kind that a chain makes, unless told otherwise. */
export const defaultSweeps = 50;

export interface ImputeOptions extends ModelParts {
  /** Examples as the encoder takes them, gaps as training had them (zeros, and flags where there are such), [n, inputSize]. */
  readonly rows: NdArray<'float32'>;
  /** What each is given, [n, conditionSize], of a model with a condition: then draws are of p(x_missing | x_observed, c). */
  readonly conditions?: NdArray<'float32'> | undefined;
  readonly layout: PartLayout;
  /** 1 where a part is missing, [n, parts]. */
  readonly missing: Uint8Array;
  /** Chains an example, each of which gives one draw. */
  readonly draws: number;
  /** Moves of each kind before it is taken; see `Move`. */
  readonly sweeps: number;
  readonly key: Key;
  /** z ~ p(z|c), [count, latent], c [count, conditionSize] where the model takes one; not parted among ranks. */
  readonly drawPrior: (count: number, key: Key, condition?: NdArray<'float32'>) => Promise<NdArray<'float32'>>;
  readonly onProgress?: ((chainsDone: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Imputed {
  /** x_missing ~ p(x_missing | x_observed) in its place, the others as they were and no flag of a gap set, [draws, n, inputSize]. */
  readonly draws: NdArray<'float32'>;
  /** E[x_missing | x_observed] there, over draws and the later half of their chains, [n, inputSize]. */
  readonly mean: NdArray<'float32'>;
  /** Share of the proposals that were taken, in the later half, by kind of move. */
  readonly accepted: Readonly<Partial<Record<Move, number>>>;
}

/** Chains that go through a program at once. */
const chunkRows = 1024;

/**
 * Draws x_missing ~ p(x_missing | x_observed) by Markov chains on z, of which p(z | x_observed) is the limit whatever the encoder
 * gives: each sweep makes both moves (`Move`). The first fifth takes every `filled` proposal, so that chains leave a bad start.
 *
 * That a value is missing is evidence where the model knows of it (a flag in the example), as it was in training. The density of
 * q is asked for at any point; a posterior without one makes `given` moves only.
 *
 * @throws UnsupportedError for a posterior or prior without log densities; NumericalError where a chain is not finite
 */
export async function imputeRows(options: ImputeOptions): Promise<Imputed> {
  const { model, rows, layout, draws, signal } = options;
  // Ranks part the chains, whole chunks of them: within a chunk nobody else is asked.
  const { ranks } = options.engine;
  const alone: ImputeOptions = { ...options, engine: withoutRanks(options.engine) };
  const remedy = "Train a model with a posterior that has it, such as 'diagonal', and fill gaps with that.";
  requireCapabilities('impute', model.parts.posterior, ['logProbOfDraw'], remedy);
  requireCapabilities('impute', model.parts.prior, ['logProb']);
  const moves: readonly Move[] = has(model.parts.posterior, 'logProb') ? ['given', 'filled'] : ['given'];
  const [count = 0] = rows.shape;
  const chains = count * draws;
  const programs = new Map<Move, ParallelProgram>();
  const result = NdArray.zeros([draws, count, layout.inputSize], 'float32');
  const sums = new Float64Array(count * layout.inputSize);
  const taken: Record<Move, number> = { given: 0, filled: 0 };
  try {
    for (const move of moves) programs.set(move, await compileMove(alone, move, layout.parts.length));
    for (const program of programs.values()) program.expect((chains * options.sweeps) / (ranks?.size ?? 1));
    const width = (ranks?.size ?? 1) * Math.max(...[...programs.values()].map((program) => program.width));
    const starts = Array.from({ length: Math.ceil(chains / chunkRows) }, (_, chunk) => chunk * chunkRows);
    let done = 0;
    const ends = mapInOrder(starts, width, async (start, chunk) => {
      const of = { start, end: Math.min(chains, start + chunkRows), key: foldIn(options.key, chunk) };
      const compute = (): Promise<ChunkEnd> => runChains(alone, programs, of);
      const end = ranks ? await PartedRuns.of(ranks).take(chunkArrays, compute) : await compute();
      return { start, ...(end as ChunkEnd) };
    });
    for await (const { start, filled, missing, means, accepted } of ends) {
      signal?.throwIfAborted();
      const size = filled.shape[0] ?? 0;
      for (let k = 0; k < size; k++) {
        const [row, draw] = [Math.floor((start + k) / draws), (start + k) % draws];
        const { inputSize } = layout;
        const chain = filled.data.subarray(k * inputSize, (k + 1) * inputSize);
        result.data.set(chain, (draw * count + row) * inputSize);
        for (let i = 0; i < inputSize; i++) {
          const isMissing = missing.data[k * inputSize + i] === 1;
          if (isMissing) sums[row * inputSize + i]! += means.data[k * inputSize + i]! / draws;
          else sums[row * inputSize + i] = chain[i]!;
        }
      }
      moves.forEach((move, at) => (taken[move] += accepted.data[at]!));
      done += size;
      options.onProgress?.(done);
    }
  } finally {
    await Promise.all([...programs.values()].map((program) => program.dispose()));
  }
  return {
    draws: result,
    mean: new NdArray(Float32Array.from(sums), [count, layout.inputSize]),
    accepted: Object.fromEntries(moves.map((move) => [move, taken[move] / Math.max(1, chains)])),
  };
}

interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly key: Key;
}

/** What a chunk comes to, as arrays, which ranks can hand each other. */
type ChunkEnd = Readonly<{
  /** The examples with their draws, and where they were missing, [chains, inputSize] */
  filled: NdArray<'float32'>;
  missing: NdArray<'float32'>;
  /** E[x|z], mean over the later half of the moves, [chains, inputSize] */
  means: NdArray<'float64'>;
  /** Of each kind of move, the sum over chains of the share that was taken, [moves] */
  accepted: NdArray<'float64'>;
}>;

const chunkArrays: readonly (keyof ChunkEnd)[] = ['filled', 'missing', 'means', 'accepted'];

/** Of the moves, so many take every `filled` proposal. */
const freeShare = 0.2;

async function runChains(
  options: ImputeOptions,
  programs: ReadonlyMap<Move, ParallelProgram>,
  { start, end, key }: Chunk,
): Promise<ChunkEnd> {
  const { model, layout, sweeps, draws, drawPrior, signal } = options;
  const { inputSize } = layout;
  const size = end - start;
  const begun = beginChains(options, start, end);
  const { noiseSize } = ofConditions(model).encode(
    parameterInputs(model.parameters),
    input('asked', ['batch', inputSize]),
  );
  let state = begun;
  const means = new Float64Array(size * inputSize);
  const accepted: Record<Move, number> = { given: 0, filled: 0 };
  const later = Math.floor(sweeps / 2);
  let counted = 0;
  const make = async (move: Move, child: Key, isFree: boolean): Promise<Moved> => {
    const noise: MoveNoise = {
      epsilon: normal(foldIn(child, 0), [size, noiseSize]),
      logUniform: isFree
        ? new NdArray(new Float32Array(size).fill(-Infinity), [size])
        : new NdArray(Float32Array.from(uniform(foldIn(child, 1), [size]).data, Math.log), [size]),
      fresh: move === 'given' ? await drawPrior(size, foldIn(child, 2), begun.condition) : state.z,
      takesFresh: new NdArray(
        Float32Array.from(uniform(foldIn(child, 3), [size]).data, (value) => (value < 0.5 ? 1 : 0)),
        [size],
      ),
      key: keyWords(foldIn(child, 4)),
    };
    const asked = move === 'given' ? begun.asked : state.filled;
    const program = programs.get(move)!;
    return (await program.run(pick(program.inputs, { ...state, asked, ...noise }))) as unknown as Moved;
  };
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const [move] of programs) {
      signal?.throwIfAborted();
      const isFree = move === 'given' ? sweep === 0 : sweep < freeShare * sweeps;
      const moved = await make(move, foldIn(foldIn(key, sweep), move === 'given' ? 0 : 1), isFree);
      checkFinite(moved, start, draws);
      state = { ...state, z: moved.z, proposed: moved.proposed, filled: moved.filled };
      if (sweep < later) continue;
      counted++;
      for (let i = 0; i < means.length; i++) means[i]! += moved.mean.data[i]!;
      accepted[move] += moved.accepted.data.reduce((sum, value) => sum + value, 0) / (sweeps - later);
    }
    await takeTurns();
  }
  const shares = [...programs.keys()].map((move) => accepted[move]);
  return {
    filled: state.filled,
    missing: state.missing,
    means: new NdArray(
      means.map((sum) => sum / counted),
      [size, inputSize],
    ),
    accepted: new NdArray(Float64Array.from(shares), [shares.length]),
  };
}

/** Chains `start` to `end`, those of one example one after the other, with nothing in its gaps. */
function beginChains(
  { rows, conditions, layout, missing, model, draws }: ImputeOptions,
  start: number,
  end: number,
): ChainState {
  const { inputSize, parts } = layout;
  const { conditionSize = 0 } = model;
  const size = end - start;
  const zeros = (width: number): NdArray<'float32'> => NdArray.zeros([size, width], 'float32');
  const state = {
    asked: zeros(inputSize),
    filled: zeros(inputSize),
    missing: zeros(inputSize),
    flags: zeros(inputSize),
    missingParts: zeros(parts.length),
    unflagged: zeros(parts.length),
    z: zeros(model.latent),
    proposed: NdArray.zeros([size], 'float32'),
    ...(conditions && { condition: zeros(conditionSize) }),
  };
  for (let k = 0; k < size; k++) {
    const row = Math.floor((start + k) / draws);
    const [at, partAt] = [k * inputSize, k * parts.length];
    const example = rows.data.subarray(row * inputSize, (row + 1) * inputSize);
    state.asked.data.set(example, at);
    state.filled.data.set(example, at);
    state.condition?.data.set(
      conditions?.data.subarray(row * conditionSize, (row + 1) * conditionSize) ?? [],
      k * conditionSize,
    );
    for (const [index, { offset, width, flag }] of parts.entries()) {
      if (missing[row * parts.length + index] !== 1) continue;
      state.missingParts.data[partAt + index] = 1;
      state.missing.data.fill(1, at + offset, at + offset + width);
      state.filled.data.fill(0, at + offset, at + offset + width);
      if (flag === undefined) {
        state.unflagged.data[partAt + index] = 1;
      } else {
        state.flags.data[at + flag] = 1;
        state.filled.data[at + flag] = 0;
      }
    }
  }
  return state;
}

/** What a program asks for. */
function pick(names: readonly string[], all: ChainState & MoveNoise): NamedArrays {
  const values: Readonly<Record<string, NdArray>> = { ...all };
  return Object.fromEntries(names.flatMap((name) => (values[name] ? [[name, values[name]]] : [])));
}

function checkFinite({ z, filled }: Moved, start: number, draws: number): void {
  for (const { data, shape } of [z, filled]) {
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) continue;
    const example = Math.floor((start + Math.floor(wrong / (shape[1] ?? 1))) / draws);
    throw new NumericalError(`impute: a chain of example ${example} came to ${data[wrong]!}.`);
  }
}
