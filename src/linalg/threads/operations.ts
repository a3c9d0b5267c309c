import type { NdArray } from '../../core/index.ts';
import type { PackedArray } from '../../core/messages/index.ts';
import { cholesky } from '../cholesky.ts';
import { eigh } from '../eigh.ts';
import type { SpectrumOptions } from '../spectrum-options.ts';
import { sqrtmh } from '../sqrtmh.ts';

type Operation = (a: NdArray, options?: SpectrumOptions) => Readonly<Record<string, NdArray>>;

/** What threads do with their part of a batch, [matrices, n, n] in and [matrices, …] out. */
export const operations = {
  sqrtmh: (a, options) => ({ root: sqrtmh(a, options) }),
  cholesky: (a) => ({ factor: cholesky(a) }),
  eigh: (a) => ({ ...eigh(a) }),
} satisfies Record<string, Operation>;

export interface BatchTask {
  readonly operation: keyof typeof operations;
  readonly matrices: PackedArray;
  readonly options: SpectrumOptions;
}
