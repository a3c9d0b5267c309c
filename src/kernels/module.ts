import { kernelsWasmBase64 } from './wasm.generated.ts';

/** What the WebAssembly module exports; pointers are byte offsets into its memory. */
export interface KernelExports {
  readonly threefryGroups: (key0: number, key1: number, high: number, low: number, groups: number, out: number) => void;
  readonly normals32: WordsToValues;
  readonly normals64: WordsToValues;
  readonly uniforms32: WordsToValues;
  readonly uniforms64: WordsToValues;
  readonly adam: (
    parameters: number,
    gradients: number,
    firstMoments: number,
    secondMoments: number,
    length: number,
    scale: number,
    penalty: number,
    shrink: number,
    rate1: number,
    keep2: number,
    rate2: number,
    epsilon: number,
    step: number,
  ) => void;
  readonly sgd: (
    parameters: number,
    gradients: number,
    length: number,
    scale: number,
    penalty: number,
    rate: number,
  ) => void;
  readonly sgdMomentum: (
    parameters: number,
    gradients: number,
    velocities: number,
    length: number,
    scale: number,
    penalty: number,
    rate: number,
    momentum: number,
    nesterov: boolean,
  ) => void;
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
  readonly sumOfSquares: (x: number, length: number) => number;
  readonly fractions: (bytes: number, out: number, count: number) => void;
  readonly threshold: (x: number, limit: number, count: number) => void;
  readonly below: (x: number, uniforms: number, count: number) => void;
  readonly flushBelow: (limit: number, x: number, length: number) => void;
  readonly axpy: (factor: number, x: number, y: number, length: number) => void;
  readonly movingAverage: (keep: number, average: number, rate: number, x: number, length: number) => void;
}

type WordsToValues = (words: number, out: number, groups: number) => void;

let compiled: WebAssembly.Module | undefined;

/** An instance of the kernels over `memory`. The module is compiled once, on first use. */
export function instantiateKernels(memory: WebAssembly.Memory): KernelExports {
  compiled ??= new WebAssembly.Module(decodeBase64(kernelsWasmBase64));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as KernelExports;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
