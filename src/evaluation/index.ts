export { evaluateModel, hasKlPerDimension } from './evaluate-model.ts';
export type { CodesFound, EvaluateOptions, Evaluation, EvaluationProgress } from './evaluation-result.ts';
export { imageQuality, structuralSimilarity } from './image-quality.ts';
export type { ImageQuality, ImageSize } from './image-quality.ts';
export { estimateNll, meanWithError } from './importance-sampling.ts';
export type { NllEstimate, NllOptions } from './importance-sampling.ts';
export { LatentStatistics, activeUnitThreshold } from '../objectives/index.ts';
export type { MetricChoice } from './metrics/choose.ts';
export type { ClassAccuracy } from './class-accuracy.ts';
export type { Measurements } from './metrics/measure.ts';
export type { Codes, MeasuredModel } from './metrics/encode.ts';
export type {
  Metric,
  MetricContext,
  MetricExamples,
  MetricNeeds,
  MetricSubject,
  Quantity,
  Reading,
  Readings,
} from './metrics/metric.ts';
export { LogMeanExp } from './log-mean-exp.ts';
export * from './anomaly/index.ts';
export type { LabeledCodes } from './labeled-codes.ts';
export { linearProbe } from './fit-linear-probe.ts';
export type { LinearProbe } from './fit-linear-probe.ts';
export { nearestNeighbourAccuracy } from './nearest-neighbours.ts';
export { principalAxes, project } from './principal-axes.ts';
export type { PrincipalAxes } from './principal-axes.ts';
export * from './tables/index.ts';
