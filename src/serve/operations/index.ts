import type { Operation } from '../operation.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { explain } from './explain.ts';
import { impute } from './impute.ts';
import { reconstruct } from './reconstruct.ts';
import { sample } from './sample.ts';
import { score } from './score.ts';

/** What every run is asked for: one row a file. */
export const operations: readonly Operation[] = [encode, decode, sample, reconstruct, score, explain, impute];
