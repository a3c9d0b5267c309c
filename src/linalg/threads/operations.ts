import type { NdArray } from '../../core/index.ts';
import { factorInOnePass } from './one-pass-cholesky.ts';
import type { MakeArray } from './one-pass-cholesky.ts';
import { eigh } from '../eigh.ts';
import type { SpectrumOptions } from '../spectrum-options.ts';
import { sqrtmh } from '../sqrtmh.ts';
import type { SharedBatch } from './shared-batch.ts';

type Operation = (a: NdArray, options?: SpectrumOptions, make?: MakeArray) => Readonly<Record<string, NdArray>>;

/** What threads do with their part of a batch, [matrices, n, n] in and [matrices, …] out. */
export const operations: Readonly<Record<'sqrtmh' | 'cholesky' | 'eigh', Operation>> = {
  sqrtmh: (a, options) => ({ root: sqrtmh(a, options) }),
  cholesky: (a, _, make) => ({ factor: factorInOnePass(a, make) }),
  eigh: (a) => ({ ...eigh(a) }),
};

/** What is computed about as quickly as it is copied, and the one array that comes of it: the calling thread takes parts itself then. */
export const quickResults: Readonly<Partial<Record<BatchTask['operation'], string>>> = { cholesky: 'factor' };

export interface BatchTask {
  readonly operation: keyof typeof operations;
  readonly batch: SharedBatch;
  readonly options: SpectrumOptions;
}
