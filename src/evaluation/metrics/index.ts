import { activeUnits } from './latent/active-units.ts';
import { klPerDimension } from './latent/kl-per-dimension.ts';
import type { Metric } from './metric.ts';

/** The table of metrics, in the order of help and documents. */
export const metrics: readonly Metric[] = [klPerDimension, activeUnits];

export { chosenMetrics, obstacleTo } from './choose.ts';
export type { ChosenMetric, MetricChoice } from './choose.ts';
export { columnMoments } from './columns.ts';
export { encodeExamples } from './encode.ts';
export type { Codes, MeasuredModel } from './encode.ts';
export { planMetrics } from './measure.ts';
export type { Measurements, MeasureOptions } from './measure.ts';
export { defineMetric } from './metric.ts';
export type {
  Metric,
  MetricContext,
  MetricExamples,
  MetricNeeds,
  MetricSubject,
  Quantity,
  Reading,
  Readings,
} from './metric.ts';
