export { explainExamples } from './explain.ts';
export {
  bernoulliBackground,
  categoricalBackground,
  gaussianBackground,
  mixedBackground,
  poissonBackground,
} from './background.ts';
export type { Balance, Usual } from './balance.ts';
export type { Background, GaussianBackgroundPrior } from './background.ts';
export { KeptPrograms } from './kept-programs.ts';
export type { Compiled } from './kept-programs.ts';
export { auroc, averagePrecision, precisionRecallCurve, rocCurve } from './ranking.ts';
export type { AnomalyLabels, PrecisionRecallCurve, RankingOptions, RocCurve } from './ranking.ts';
export type { DrawQuantity, ModelParts } from './draws.ts';
export { defaultDraws, fitBalance, fitTypicality, scoreExamples } from './scores.ts';
export type { ScoreOptions } from './scores.ts';
export { parseThresholds, thresholdsSchemaVersion } from './kept-thresholds.ts';
export type { AnomalyThreshold, AnomalyThresholds } from './kept-thresholds.ts';
export { normalShare, thresholdOf } from './threshold.ts';
export type { ThresholdRule } from './threshold.ts';
export type { Typicality } from './typicality.ts';
