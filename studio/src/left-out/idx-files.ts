import type * as real from '../../../src/data/idx-files.ts';
import { elsewhere } from './elsewhere.ts';

/** In the place of the IDX files of MNIST, which come several at once: the playground takes one file. */
export const hasIdxFiles: typeof real.hasIdxFiles = () => false;
export const idxFilesIn: typeof real.idxFilesIn = () => [];
export const idxSplits: typeof real.idxSplits = () => {
  throw elsewhere('IDX files are read', 'use New training.');
};
