import { latentClusters } from './classes/latent-clusters.ts';
import { linearProbe } from './classes/linear-probe.ts';
import { betaVaeScore } from './factors/beta-vae-score.ts';
import { dci } from './factors/disentanglement.ts';
import { factorVaeScore } from './factors/factor-vae-score.ts';
import { modularity } from './factors/modularity-explicitness.ts';
import { mig } from './factors/mutual-information-gap.ts';
import { sap } from './factors/separated-attribute.ts';
import { activeUnits } from './latent/active-units.ts';
import { aggregateGap } from './latent/aggregate-gap.ts';
import { amortizationGap } from './latent/amortization-gap.ts';
import { klPerDimension } from './latent/kl-per-dimension.ts';
import { mutualInformation } from './latent/mutual-information.ts';
import { totalCorrelation } from './latent/total-correlation.ts';
import type { Metric } from './metric.ts';
import { frechetDistance as frechetDistanceMetric } from './samples/frechet-distance.ts';
import { imageDiversity } from './samples/image-diversity.ts';
import { precisionRecall } from './samples/precision-recall.ts';
import { closestRecords } from './tables/closest-records.ts';

/** The table of metrics, in the order of help and documents. */
export const metrics: readonly Metric[] = [
  klPerDimension,
  activeUnits,
  mutualInformation,
  aggregateGap,
  totalCorrelation,
  amortizationGap,
  latentClusters,
  linearProbe,
  mig,
  sap,
  modularity,
  betaVaeScore,
  factorVaeScore,
  dci,
  frechetDistanceMetric,
  precisionRecall,
  imageDiversity,
  closestRecords,
];

export { chosenMetrics, obstacleTo } from './choose.ts';
export type { ChosenMetric, MetricChoice } from './choose.ts';
export { adjustedRandIndex, normalizedMutualInformation } from './classes/contingency.ts';
export { kMeans } from './classes/k-means.ts';
export type { KMeansOptions, KMeansResult } from './classes/k-means.ts';
export { columnMoments } from './columns.ts';
export { encodeExamples } from './encode.ts';
export type { Codes, MeasuredModel } from './encode.ts';
export { differenceAccuracy } from './factors/beta-vae-score.ts';
export type { ScoreOptions } from './factors/beta-vae-score.ts';
export { codeImportances, dciScores } from './factors/disentanglement.ts';
export { factorLevels } from './factors/factor-levels.ts';
export type { FactorCodes, FactorLevels } from './factors/factor-levels.ts';
export { majorityVoteAccuracy } from './factors/factor-vae-score.ts';
export type { BoostingOptions } from './factors/gradient-boosting.ts';
export { codeInformation } from './factors/information.ts';
export type { CodeInformation } from './factors/information.ts';
export { explicitness, modularityOf } from './factors/modularity-explicitness.ts';
export { mutualInformationGaps } from './factors/mutual-information-gap.ts';
export { codeAccuracies, topTwoGap } from './factors/separated-attribute.ts';
export { aggregateDensities } from './latent/aggregate.ts';
export type { AggregateDensities } from './latent/aggregate.ts';
export { fitPosteriors } from './latent/fit-posteriors.ts';
export type { FitOptions } from './latent/fit-posteriors.ts';
export { aggregateCovariance, gaussianTotalCorrelation } from './latent/total-correlation.ts';
export { firstMoments, frechetDistance } from './samples/moments-distance.ts';
export type { FirstMoments } from './samples/moments-distance.ts';
export { neighbourhoods } from './samples/neighbourhoods.ts';
export type { Neighbourhoods } from './samples/neighbourhoods.ts';
export { closestRows } from './tables/closest-records.ts';
export type { ClosestRows } from './tables/closest-records.ts';
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
