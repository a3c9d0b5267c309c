export { evaluateModel } from './evaluate.ts';
export type { EvaluateOptions, Evaluation, EvaluationProgress } from './evaluate.ts';
export { estimateNll, meanWithError } from './importance-sampling.ts';
export type { NllEstimate, NllOptions } from './importance-sampling.ts';
export { LatentStatistics, activeUnitThreshold } from './latent-statistics.ts';
export { LogMeanExp } from './log-mean-exp.ts';
export * from './anomaly/index.ts';
