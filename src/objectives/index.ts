import { betaTc } from './beta-tc.ts';
import { elbo } from './elbo-objective.ts';
import { factorVae } from './factor-vae.ts';

/** The table of objectives. */
export const objectives = [elbo, betaTc, factorVae] as const;

export * from './criterion.ts';
export * from './elbo.ts';
export * from './elbo-objective.ts';
export * from './examples.ts';
export * from './importance.ts';
export * from './objective.ts';
export * from './rows.ts';
export * from './schedule.ts';
export * from './kl.ts';
