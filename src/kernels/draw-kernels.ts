import { KernelModule } from './module.ts';
import { drawsWasm } from './wasm.generated.ts';

/** Random words, normals, uniforms and Bernoulli draws. */
export interface DrawKernels {
  readonly threefryGroups: (key0: number, key1: number, high: number, low: number, groups: number, out: number) => void;
  readonly normals32: WordsToValues;
  readonly normals64: WordsToValues;
  readonly uniforms32: WordsToValues;
  readonly uniforms64: WordsToValues;
  readonly below: (x: number, uniforms: number, count: number) => void;
}

export const drawKernels = /* @__PURE__ */ new KernelModule<DrawKernels>(drawsWasm);

type WordsToValues = (words: number, out: number, groups: number) => void;
