import { KernelModule } from './module.ts';
import { matricesWasm } from './wasm.generated.ts';

/** Symmetric matrices in batches. */
export interface MatrixKernels {
  readonly eighScratch: (n: number) => number;
  readonly eighBatch: (a: number, n: number, count: number, values: number, vectors: number, scratch: number) => number;
  readonly spectralScratch: (n: number) => number;
  readonly divideByPairSumsBatch: (
    vectors: number,
    weights: number,
    n: number,
    count: number,
    e: number,
    scratch: number,
  ) => void;
  readonly positiveRootBatch: (
    a: number,
    values: number,
    vectors: number,
    n: number,
    count: number,
    floor: number,
    roots: number,
    scratch: number,
  ) => void;
  readonly choleskyScratch: (n: number) => number;
  readonly choleskyBatch: (
    a: number,
    n: number,
    count: number,
    tolerances: number,
    factors: number,
    scratch: number,
  ) => number;
}

export const matrixKernels = /* @__PURE__ */ new KernelModule<MatrixKernels>(matricesWasm);
