import { autoencoder } from './autoencoder.ts';
import { betaTc } from './beta-tc.ts';
import { capacity } from './capacity.ts';
import { ciwae } from './ciwae.ts';
import { dip } from './dip.ts';
import { elbo } from './elbo-objective.ts';
import { factorVae } from './factor-vae.ts';
import { freeBits } from './free-bits.ts';
import { info } from './info.ts';
import { iwae } from './iwae.ts';
import { m2 } from './m2.ts';
import { miwae } from './miwae.ts';
import { piwae } from './piwae.ts';
import { rae } from './rae.ts';
import { renyi } from './renyi.ts';
import { vq } from './vq.ts';
import { wae } from './wae.ts';

/** The table of objectives. */
export const objectives = [
  elbo,
  capacity,
  freeBits,
  betaTc,
  factorVae,
  iwae,
  miwae,
  ciwae,
  piwae,
  renyi,
  dip,
  info,
  wae,
  autoencoder,
  rae,
  vq,
  m2,
] as const;

export * from './criterion.ts';
export * from './draws.ts';
export * from './elbo-terms.ts';
export * from './elbo-objective.ts';
export * from './examples.ts';
export * from './importance-weights.ts';
export * from './objective.ts';
export * from './rows.ts';
export {
  contradictionOf,
  countsAllSteps,
  describeScheduled,
  fullValue,
  missedIn,
  scalarAt,
  scheduleNames,
  scheduleRules,
  scheduled,
} from './schedule.ts';
export type { Schedule, ScheduleName, Scheduled } from './schedule.ts';
export { squaredJacobian, squaredWeights } from './decoder-penalty.ts';
export * from './kl.ts';
export * from './kl-per-dimension.ts';
export * from './latent-statistics.ts';
