import { NdArray } from '../../../core/index.ts';
import { ParallelProgram, mapInOrder } from '../../../engine/index.ts';
import { add, expandDims, input, keyInput, keyWords, logSumExp } from '../../../graph/index.ts';
import { parameterInputs } from '../../../nn/index.ts';
import { ofRows, rowInput } from '../../../objectives/index.ts';
import type { Examples } from '../../../objectives/index.ts';
import { foldIn, key as seedKey, permutation } from '../../../random/index.ts';
import type { Key } from '../../../random/index.ts';
import type { MeasuredModel } from '../encode.ts';

/**
 * What the aggregate posterior q(z) = 1/M Σⱼ q(z|xⱼ) of M examples is at one draw zᵢ ~ q(z|xᵢ) of each: log densities in
 * nats, one value an example. `Others` are of the mixture of the M − 1 other examples.
 */
export interface AggregateDensities {
  /** log q(zᵢ|xᵢ) */
  readonly own: Float64Array;
  /** log q(zᵢ) */
  readonly aggregate: Float64Array;
  readonly aggregateOfOthers: Float64Array;
  /** Σ_k log q(zᵢₖ), with the marginals of the aggregate; absent where single dimensions have no density */
  readonly marginals?: Float64Array;
  /** log p(zᵢ) */
  readonly prior: Float64Array;
}

/** Examples of a side that one run compares: 256 × 256 densities, and as many for each dimension. */
const block = 256;

/** Rows of examples, and a draw of each with what is known of it alone. */
interface Block {
  readonly x: NdArray;
  readonly z: NdArray;
  readonly own: NdArray;
  readonly prior: NdArray;
  readonly ownMarginals?: NdArray;
}

/**
 * The densities of `AggregateDensities`, for `count` of the examples, chosen by the key. All M² pairs are compared: the encoder
 * runs M²/256 times.
 */
export async function aggregateDensities(
  measured: MeasuredModel,
  examples: Examples,
  options: { readonly count: number; readonly key: Key; readonly onProgress?: (done: number, total: number) => void },
): Promise<AggregateDensities> {
  const { engine, parameters, signal } = measured;
  const { x, model } = ofRows(measured.model, rowInput(measured.model));
  const blocks = await drawBlocks(measured, examples, options);
  const count = blocks.reduce((total, { z }) => total + (z.shape[0] ?? 0), 0);
  const posterior = model.encode(parameterInputs(model.parameters), x);
  const each = expandDims(input('z', ['draws', model.latent]), 1); // [draws, 1, latent]
  const without = input('without', ['draws', 'batch']);
  const marginals = posterior.marginalLogProb?.(each);
  const outputs = {
    joint: logSumExp(add(posterior.logProb(each), without), 1),
    ...(marginals && { marginals: logSumExp(add(marginals, expandDims(without, -1)), 1) }),
  };
  const program = await ParallelProgram.compile(engine, { outputs, boundInputs: parameters });
  program.expect(count * blocks.length);
  const pairs = blocks.flatMap((draws, row) => blocks.map((batch, column) => ({ draws, batch, row, column })));
  const sums = blocks.map(({ z }) => ({ joint: logSums(z.shape[0] ?? 0), marginals: logSums(z.size) }));
  let done = 0;
  try {
    const results = mapInOrder(pairs, program.width, async ({ draws, batch, row, column }) => {
      signal?.throwIfAborted();
      const own = row === column;
      const feeds = { x: batch.x, z: draws.z, without: leavingOut(draws, batch, own) };
      return { row, found: await program.run(feeds) };
    });
    for await (const { row, found } of results) {
      addLogs(sums[row]!.joint, found.joint!.data);
      if (found.marginals) addLogs(sums[row]!.marginals, found.marginals.data);
      options.onProgress?.(++done, pairs.length);
    }
  } finally {
    await program.dispose();
  }
  const result = {
    ...{ own: new Float64Array(count), prior: new Float64Array(count), marginals: new Float64Array(count) },
    ...{ aggregate: new Float64Array(count), aggregateOfOthers: new Float64Array(count) },
  };
  const [logM, logOthers] = [Math.log(count), Math.log(count - 1)];
  let at = 0;
  blocks.forEach(({ own, prior, ownMarginals }, row) => {
    const { joint, marginals: ofDimensions } = sums[row]!;
    for (let i = 0; i < own.size; i++, at++) {
      result.own[at] = own.data[i]!;
      result.prior[at] = prior.data[i]!;
      result.aggregateOfOthers[at] = joint[i]! - logOthers;
      result.aggregate[at] = logAdd(joint[i]!, own.data[i]!) - logM;
      for (let k = 0; k < model.latent; k++) {
        const place = i * model.latent + k;
        result.marginals[at]! += logAdd(ofDimensions[place]!, ownMarginals?.data[place] ?? NaN) - logM;
      }
    }
  });
  const { marginals: sum, ...rest } = result;
  return marginals ? { ...rest, marginals: sum } : rest;
}

/** One draw of each chosen example. */
async function drawBlocks(
  { engine, model: of, parameters, signal }: MeasuredModel,
  examples: Examples,
  { count, key }: { readonly count: number; readonly key: Key },
): Promise<Block[]> {
  const chosen = Uint32Array.from(permutation(foldIn(key, 0), examples.size).data)
    .subarray(0, count)
    .sort();
  const { x: rows, model } = ofRows(of, rowInput(of));
  const tensors = parameterInputs(model.parameters);
  const posterior = model.encode(tensors, rows);
  const { value: z, logProb: own } = posterior.sampleAndLogProb(keyInput('key'));
  const ownMarginals = posterior.marginalLogProb?.(z);
  const outputs = { z, own, prior: model.prior(tensors).logProb(z), ...(ownMarginals && { ownMarginals }) };
  const program = await ParallelProgram.compile(engine, { outputs, boundInputs: parameters });
  const blocks: Block[] = [];
  try {
    for (let start = 0; start < chosen.length; start += block) {
      signal?.throwIfAborted();
      const indices = chosen.subarray(start, start + block);
      const x = NdArray.zeros([indices.length, examples.exampleSize], 'float32');
      examples.read(indices, x.data, seedKey(0));
      const drawn = await program.run({ x, key: keyWords(foldIn(foldIn(key, 1), start / block)) });
      blocks.push({ x, ...drawn } as unknown as Block);
    }
  } finally {
    await program.dispose();
  }
  return blocks;
}

/** Added to the log density of each pair: nothing, or what takes an example out of the mixture at its own draw. */
function leavingOut({ z }: Block, { x }: Block, own: boolean): NdArray<'float32'> {
  const [draws = 0, batch = 0] = [z.shape[0], x.shape[0]];
  const without = NdArray.zeros([draws, batch], 'float32');
  if (own) for (let i = 0; i < draws; i++) without.data[i * batch + i] = -1e30;
  return without;
}

const logSums = (size: number): Float64Array => new Float64Array(size).fill(-Infinity);

function addLogs(sums: Float64Array, logs: ArrayLike<number>): void {
  for (let i = 0; i < sums.length; i++) sums[i] = logAdd(sums[i]!, logs[i]!);
}

/** log(eᵃ + eᵇ) */
function logAdd(a: number, b: number): number {
  const largest = Math.max(a, b);
  return largest === -Infinity ? largest : largest + Math.log1p(Math.exp(Math.min(a, b) - largest));
}
