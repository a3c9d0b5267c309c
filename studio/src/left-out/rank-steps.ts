import type * as real from '../../../src/training/replicas/rank-steps.ts';
import { elsewhere } from './elsewhere.ts';

/** In the place of the steps that ranks of an Open MPI job take together. */
export const RankSteps: Pick<typeof real.RankSteps, 'start'> = {
  start: () => Promise.reject(elsewhere('Ranks train together', 'use mpirun rootsigma train.')),
};
