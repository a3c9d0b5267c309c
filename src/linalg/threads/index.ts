import { NdArray, checkOptions, rule, sizeOf } from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType, OptionRules } from '../../core/index.ts';
import { packArray, unpackArrays } from '../../core/messages/index.ts';
import type { PackedArray } from '../../core/messages/index.ts';
import type { EigenDecomposition } from '../eigh.ts';
import { spectrumRules } from '../spectrum-options.ts';
import type { SpectrumOptions } from '../spectrum-options.ts';
import { operations } from './operations.ts';
import type { BatchTask } from './operations.ts';
import { callThread, startThreads, threadsHere } from './workers.ts';

/** Threads of matrix functions on large batches. */
export interface ThreadOptions {
  /** How many threads compute, besides this one, which waits. Default: the logical cores that the process may use. */
  readonly threads?: number;
  /** The module that the threads run, where it does not lie beside this one: `batch-worker.js`, built. */
  readonly entry?: URL;
}

const threadRules: OptionRules<ThreadOptions> = { threads: rule.whole(1), entry: rule.object };

/** Parts of a batch for each thread: with several, one that has been held up gets fewer. */
const partsPerThread = 4;
/** Kernels take matrices in small groups, so parts are of so many. */
const group = 8;
/** n³ over all matrices from which on threads are worth the messages: one thread takes 10 ms for them. */
const leastWork = 2e6;

/**
 * `sqrtmh` of a large batch in threads of Node, with the same bits. This thread stays free meanwhile. Small batches, and all in
 * pages, which have no such threads, are computed at once on this one.
 *
 * @param a Σ, shape [...batch, n, n]
 * @throws what `sqrtmh` does, from the promise
 *
 * @example
 * import { sqrtmhAsync } from 'rootsigma/linalg/threads';
 * (await sqrtmhAsync([[2, 1], [1, 2]])).toNested() // [[1.366…, 0.366…], [0.366…, 1.366…]]
 */
export async function sqrtmhAsync(
  a: ArrayLikeInput,
  options: SpectrumOptions & ThreadOptions = {},
): Promise<NdArray<FloatDType>> {
  checkOptions('sqrtmhAsync', options, { ...spectrumRules, ...threadRules });
  const { threads, entry, ...rest } = options;
  const { root } = await inThreads('sqrtmh', a, rest, { ...(threads && { threads }), ...(entry && { entry }) });
  return root as NdArray<FloatDType>;
}

/** `cholesky` in threads: see `sqrtmhAsync`. */
export async function choleskyAsync(a: ArrayLikeInput, options: ThreadOptions = {}): Promise<NdArray<FloatDType>> {
  checkOptions('choleskyAsync', options, threadRules);
  const { factor } = await inThreads('cholesky', a, {}, options);
  return factor as NdArray<FloatDType>;
}

/** `eigh` in threads: see `sqrtmhAsync`. */
export async function eighAsync(a: ArrayLikeInput, options: ThreadOptions = {}): Promise<EigenDecomposition> {
  checkOptions('eighAsync', options, threadRules);
  return (await inThreads('eigh', a, {}, options)) as unknown as EigenDecomposition;
}

async function inThreads(
  operation: BatchTask['operation'],
  a: ArrayLikeInput,
  options: SpectrumOptions,
  { threads = threadsHere(), entry = new URL('./batch-worker.js', import.meta.url) }: ThreadOptions,
): Promise<Record<string, NdArray>> {
  const whole = a instanceof NdArray ? a : NdArray.from(a);
  const n = whole.shape.at(-1) ?? 0;
  const batchShape = whole.shape.slice(0, -2);
  const count = sizeOf(batchShape);
  const isSmall = count < 2 * group || count * n ** 3 < leastWork;
  if (threadsHere() === 0 || isSmall || whole.shape.at(-2) !== n) return operations[operation](whole, options);

  const matrixSize = n * n;
  const size = Math.ceil(count / (threads * partsPerThread) / group) * group;
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, part) => part * size);
  const started = startThreads(threads, entry);
  const results: Record<string, NdArray>[] = [];
  let next = 0;
  const work = async (thread: (typeof started)[number]): Promise<void> => {
    for (let part = next++; part < starts.length; part = next++) {
      const start = starts[part] ?? 0;
      const matrices = Math.min(size, count - start);
      const data = whole.data.slice(start * matrixSize, (start + matrices) * matrixSize);
      const packed = packArray(new NdArray(data, [matrices, n, n], whole.dtype));
      const task: BatchTask = { operation, matrices: packed, options };
      results[part] = unpackArrays((await callThread(thread, 'compute', task)) as Record<string, PackedArray>);
    }
  };
  try {
    await Promise.all(started.map(work));
  } catch {
    // The error of the whole batch names the matrix by its place there.
    next = starts.length;
    return operations[operation](whole, options);
  }
  return joinBatches(results, batchShape, count);
}

/** Parts along the first axis as one batch. */
function joinBatches(
  parts: readonly Readonly<Record<string, NdArray>>[],
  batchShape: readonly number[],
  count: number,
): Record<string, NdArray> {
  return Object.fromEntries(
    Object.entries(parts[0] ?? {}).map(([name, first]) => {
      const eventShape = first.shape.slice(1);
      const joined = NdArray.zeros([count, ...eventShape], first.dtype);
      let at = 0;
      for (const part of parts) {
        const { data } = part[name] ?? first;
        joined.data.set(data, at);
        at += data.length;
      }
      return [name, new NdArray(joined.data, [...batchShape, ...eventShape], first.dtype)];
    }),
  );
}
