export * from './likelihoods.ts';
export * from './soft-clamp.ts';
