import { KernelMemory } from './memory.ts';
import { KernelModule } from './module.ts';
import { onePassCholeskyWasm } from './wasm.generated.ts';

/** Factors of matrices in large batches, in one pass over each. */
interface FactorKernels {
  readonly factorBatch: (
    a: number,
    n: number,
    count: number,
    tolerances: number,
    spread: number,
    factors: number,
    scratch: number,
  ) => number;
  /** Bytes of scratch that it takes. */
  readonly factorScratch: (n: number) => number;
}

const factorKernels = /* @__PURE__ */ new KernelModule<FactorKernels>(onePassCholeskyWasm);

/** Bytes of matrices and factors worked on in one pass: with the scratch they share the second-level cache. */
const passBytes = 262_144;

type Floats = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

interface Workspace {
  readonly kernels: FactorKernels;
  readonly space: Float64Array<ArrayBuffer>;
}

let shared: Workspace | undefined;

/** A workspace of at least `length` float64 values, kept for the next call; it never shrinks. */
function workspace(length: number): Workspace {
  if (shared === undefined || shared.space.length < length) {
    const memory = new KernelMemory(8 * length, factorKernels);
    shared = { kernels: memory.kernels, space: memory.allocate('float64', length) };
  }
  return shared;
}

/**
 * Lower triangular L with L Lᵀ = A for `count` symmetric positive definite n × n matrices, stored one after another, where nothing
 * stands in the way; zeros above the diagonal.
 *
 * @param a [count, n, n]
 * @param factors [count, n, n], overwritten
 * @param checks.tolerances [n]: pivot i must exceed tolerances[i] · aᵢᵢ
 * @param checks.spread the largest variance of a matrix by its least, at most
 * @returns how many were factored: all, or those before the first that must be looked at (not finite, not symmetric to the bit, not
 *   positive definite, of extreme size or spread)
 */
export function factorBatch(
  a: Floats,
  n: number,
  count: number,
  { factors, ...checks }: { readonly factors: Floats; readonly tolerances: Float64Array; readonly spread: number },
): number {
  if (n === 0) return count;
  const size = n * n;
  const perPass = Math.max(1, Math.min(count, Math.floor(passBytes / 16 / size)));
  // The kernel reads a row and a vector beyond the last matrix.
  const lengths = [n, perPass * size, perPass * size + n + 8];
  const inputs = lengths.reduce((sum, length) => sum + aligned(length), 0);
  const scratchLength = workspace(0).kernels.factorScratch(n) / 8;
  const { kernels, space } = workspace(inputs + scratchLength);
  let next = 0;
  const [tolerances, output, input] = lengths.map((length) => space.subarray(next, (next += aligned(length))));
  if (!tolerances || !output || !input) return 0;
  const scratch = space.byteOffset + 8 * next;
  tolerances.set(checks.tolerances);
  for (let first = 0; first < count; first += perPass) {
    const matrices = Math.min(perPass, count - first);
    input.set(a.subarray(first * size, (first + matrices) * size));
    const [from, to] = [input.byteOffset, output.byteOffset];
    const done = kernels.factorBatch(from, n, matrices, tolerances.byteOffset, checks.spread, to, scratch);
    factors.set(output.subarray(0, done * size), first * size);
    if (done < matrices) return first + done;
  }
  return count;
}

/** Up to a cache line. */
function aligned(length: number): number {
  return (length + 7) & ~7;
}
