import {
  NdArray,
  bytesPerElement,
  checkOptions,
  isFloat,
  nextTurn,
  rule,
  sizeOf,
  typedArrayFrom,
} from '../../core/index.ts';
import type { ArrayLikeInput, ArrayOf, DType, FloatDType, OptionRules } from '../../core/index.ts';
import type { EigenDecomposition } from '../eigh.ts';
import { spectrumRules } from '../spectrum-options.ts';
import type { SpectrumOptions } from '../spectrum-options.ts';
import type { MakeArray } from './one-pass-cholesky.ts';
import { operations, quickResults } from './operations.ts';
import type { BatchTask } from './operations.ts';
import { sharedBytes, viewOf } from './shared-batch.ts';
import type { SharedArray } from './shared-batch.ts';
import { callThread, startThreads, threadsHere, withShared } from './workers.ts';

/** Threads of matrix functions on large batches. */
export interface ThreadOptions {
  /** How many threads compute. Default: the logical cores that the process may use. */
  readonly threads?: number;
  /** The module that the threads run, where it does not lie beside this one: `batch-worker.js`, built. */
  readonly entry?: URL;
}

const threadRules: OptionRules<ThreadOptions> = { threads: rule.whole(1), entry: rule.object };

/**
 * Parts of a batch for each thread: with several, one that has been held up gets fewer, and threads end nearly together. What is computed
 * quickly comes in fewer, as each is a message there and one back.
 */
const partsPerThread = { quick: 4, slow: 16 } as const;
/** Kernels take matrices two at a time, so parts are of so many. */
const group = 2;
/** Bytes of a part at most: what is copied for a thread should still be in a cache when it comes to it. */
const mostBytes = 2 ** 21;
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

/**
 * `cholesky` in threads: see `sqrtmhAsync`. A factor takes no longer than it takes to copy a matrix to another thread and its factor back,
 * so this thread is one of those that compute; timers and messages have their turn every millisecond or so.
 */
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
  const whole = floatsOf(a instanceof NdArray ? a : NdArray.from(a));
  const n = whole.shape.at(-1) ?? 0;
  const batchShape = whole.shape.slice(0, -2);
  const count = sizeOf(batchShape);
  const isSmall = count < 2 * group || count * n ** 3 < leastWork;
  const { dtype } = whole;
  if (threadsHere() === 0 || isSmall || whole.shape.at(-2) !== n) return operations[operation](whole, options);

  const matrixSize = n * n;
  const most = Math.floor(mostBytes / bytesPerElement[dtype] / matrixSize);
  const quickResult = quickResults[operation];
  const rounds = partsPerThread[quickResult === undefined ? 'slow' : 'quick'];
  const starts = partsOf(count, { threads, rounds, most });
  const started = startThreads(quickResult === undefined ? threads : threads - 1, entry);
  const joined = new JoinedParts(batchShape, count);
  const largest = Math.max(...starts.map((start, k) => (starts[k + 1] ?? count) - start));
  let next = 0;
  const work = async (thread: (typeof started)[number]): Promise<void> => {
    await withShared(thread, sharedBytes([largest, n, n], dtype), async (memory) => {
      for (let part = next++; part < starts.length; part = next++) {
        const [start = 0, end = count] = starts.slice(part, part + 2);
        const matrices: SharedArray = { start: 0, shape: [end - start, n, n], dtype };
        viewOf(memory, matrices).set(whole.data.subarray(start * matrixSize, end * matrixSize));
        const task: BatchTask = { operation, batch: { memory, matrices }, options };
        const made = (await callThread(thread, 'compute', task)) as Record<string, SharedArray>;
        for (const [name, array] of Object.entries(made)) {
          joined.set(name, start, new NdArray(viewOf(memory, array), array.shape, array.dtype));
        }
      }
    });
  };
  const workHere = async (result: string): Promise<void> => {
    for (let part = next++; part < starts.length; part = next++) {
      const [start = 0, end = count] = starts.slice(part, part + 2);
      const own = whole.data.subarray(start * matrixSize, end * matrixSize);
      const matrices = new NdArray(own, [end - start, n, n], dtype);
      const made = operations[operation](matrices, options, joined.roomFor(result, start));
      for (const [name, array] of Object.entries(made)) joined.set(name, start, array);
      await nextTurn();
    }
  };
  try {
    // Two parts at a time for each: while one is computed, this thread copies the other.
    await Promise.all([
      ...[...started, ...started].map(work),
      ...(quickResult === undefined ? [] : [workHere(quickResult)]),
    ]);
  } catch {
    // The error of the whole batch names the matrix by its place there.
    next = starts.length;
    return operations[operation](whole, options);
  }
  return joined.arrays;
}

/** Where parts of a batch start: as many for each thread, of nearly the same size, which is a multiple of the kernels' groups. */
function partsOf(
  count: number,
  { threads, rounds, most }: { readonly threads: number; readonly rounds: number; readonly most: number },
): number[] {
  const groups = Math.ceil(count / group);
  const least = Math.ceil(count / (Math.max(group, most) * threads));
  const parts = Math.min(groups, Math.max(rounds, least) * threads);
  return Array.from({ length: parts }, (_, k) => Math.floor((k * groups) / parts) * group);
}

/** Whole numbers count as float64. */
function floatsOf(a: NdArray): NdArray<FloatDType> {
  return isFloat(a.dtype) ? (a as NdArray<FloatDType>) : new NdArray(typedArrayFrom('float64', a.data), a.shape);
}

/** Arrays of a batch, which come in parts along the first axis. */
class JoinedParts {
  readonly arrays: Record<string, NdArray> = {};
  readonly #batchShape: readonly number[];
  readonly #count: number;

  constructor(batchShape: readonly number[], count: number) {
    this.#batchShape = batchShape;
    this.#count = count;
  }

  /** Where the array of that name can be written at once, of the matrices from `start` on. */
  roomFor(name: string, start: number): MakeArray {
    return (shape, dtype) =>
      new NdArray(this.#place(name, start, { shape, dtype }) as ArrayOf[typeof dtype], shape, dtype);
  }

  /** Takes in what was made of the matrices from `start` on, where it does not stand there already. */
  set(name: string, start: number, part: NdArray): void {
    const place = this.#place(name, start, part);
    if (place.buffer !== part.data.buffer) place.set(part.data);
  }

  #place(name: string, start: number, { shape, dtype }: Pick<NdArray, 'shape' | 'dtype'>): ArrayOf[DType] {
    const [, ...eventShape] = shape;
    // Shape [...batch, …], whose first axes are one here.
    const whole = (this.arrays[name] ??= NdArray.zeros([...this.#batchShape, ...eventShape], dtype));
    const from = start * (whole.size / this.#count);
    return whole.data.subarray(from, from + sizeOf(shape));
  }
}
