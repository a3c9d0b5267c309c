export {
  CapabilityError,
  DTypeError,
  DataError,
  LinearAlgebraError,
  NdArray,
  NumericalError,
  RootsigmaError,
  ShapeError,
  UnsupportedError,
  ValueError,
  WriteError,
  broadcastShapes,
  bytesPerElement,
  dtypeOf,
  epsilonOf,
  formatShape,
  isFloat,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
  typedArray,
  typedArrayFrom,
  version,
} from '../core/index.ts';
export type {
  ArrayLikeInput,
  ArrayOf,
  DType,
  FloatDType,
  NestedArray,
  OnNotice,
  Shape,
  TypedArray,
} from '../core/index.ts';
export { listDatasets, datasetOf, examplesOf, makeDigits, takeFirst } from '../data/index.ts';
export type {
  ColumnDates,
  ColumnSchema,
  Dataset,
  DatasetDescription,
  DatasetOptions,
  DatasetSource,
  DatasetSplits,
  DateFormat,
  DecodeOptions,
  DigitsOptions,
  EncodedTable,
  ExampleNames,
  FactorColumn,
  FileInput,
  FilledCell,
  FoundDates,
  Labels,
  LeftCells,
  LoadProgress,
  RowFacts,
  ScaleRule,
  SchemaOverrides,
  SplitChoice,
  SplitName,
  Standardization,
  Support,
  Surprise,
  TableBlock,
  TableEncoder,
} from '../data/index.ts';
export { createEngine, engineNames } from '../engine/index.ts';
export type { Engine, EngineName, EngineOptions } from '../engine/index.ts';
export { imageQuality, linearProbe, nearestNeighbourAccuracy, principalAxes } from '../evaluation/index.ts';
export type {
  ClassAccuracy,
  CodesFound,
  Evaluation,
  EvaluationProgress,
  ImageQuality,
  LabeledCodes,
  LabeledCodes as LabelledCodes,
  Metric,
  MetricChoice,
  NllEstimate,
  Quantity,
  Reading,
  Readings,
} from '../evaluation/index.ts';
export { compareTables, downstreamAccuracy, sampleGaussianCopula, sampleIndependently } from '../evaluation/index.ts';
export type { ColumnKinds, DownstreamAccuracy, TableDistances } from '../evaluation/index.ts';
export { MemoryStore, tableOf } from '../io/index.ts';
export { anomalyMethods } from '../core/index.ts';
export type { AnomalyThreshold } from '../evaluation/index.ts';
export type {
  Cell,
  CsvDialect,
  FormatTableOptions,
  JsonValue,
  NumberForm,
  Release,
  ReplaceOptions,
  Store,
  Table,
  TableColumn,
  WrittenForm,
} from '../io/index.ts';
export type { ColumnKind } from '../data/index.ts';
export { presetNamed, presets } from '../config/index.ts';
export type { Preset, PresetOptions } from '../config/index.ts';
export type { ModelConfig, PartConfig, PartRow, PartTable, RunConfig } from '../config/index.ts';
export type {
  DoneEvent,
  ElboMeans,
  EpochEvent,
  NonFiniteEvent,
  StepEvent,
  TrainingEvent,
  ValidationMeans,
} from '../training/index.ts';
export { auroc, averagePrecision, precisionRecallCurve, rocCurve } from '../evaluation/index.ts';
export type { AnomalyLabels, PrecisionRecallCurve, RankingOptions, RocCurve } from '../evaluation/index.ts';
export type { AnomalyMethod } from '../core/index.ts';
export type { AnomalyOptions, FitThresholdOptions, ScoreOptions } from './run/anomalies.ts';
export { trainingDataOf } from './data/data.ts';
export type { DataInput, NestedExamples } from './data/data.ts';
export { exportOnnx } from './keeping/onnx-models.ts';
export type { OnnxModels, OnnxOptions } from './keeping/onnx-models.ts';
export type { ExportOptions } from './keeping/export-run.ts';
export * as gaussian from '../gaussian/index.ts';
export * as linalg from '../linalg/index.ts';
export type { Encoding } from './run/inference.ts';
export type { ImputeOptions } from './run/impute-options.ts';
export type { Imputation, ImputationFacts, TableImputation } from './run/imputing.ts';
export type { Move as ImputationMove } from '../evaluation/imputation/index.ts';
export type { InterpolateOptions, TraverseOptions } from './run/latent-paths.ts';
export { anomalyPicture, interpolationPicture, latentScatter, traversalPicture } from './pictures/index.ts';
export type {
  AnomalyPictureOptions,
  InterpolationPictureOptions,
  LatentScatterOptions,
  TraversalPictureOptions,
} from './pictures/index.ts';
export { Conditions, withColumnsOf } from './data/conditions.ts';
export type { DrawnConditions } from './data/conditions.ts';
export type { GivenRows } from './data/conditions.ts';
export type { Given, GivenRange } from './data/given-conditions.ts';
export type { Acceptance } from './run/filters.ts';
export { compareRuns } from './run/comparison.ts';
export type { CompareOptions, ComparedRun } from './run/comparison.ts';
export { htmlReport } from './report/report.ts';
export type { ReportOptions } from './report/report.ts';
export { trainingReport } from './report/training-report.ts';
export type { TrainingReportOptions } from './report/training-report.ts';
export { codeQuality, reconstructionQuality } from './run/quality.ts';
export type { CodeQuality, CodeQualityOptions, ReconstructionQualityOptions } from './run/quality.ts';
export { load } from './run/load.ts';
export type { LoadOptions } from './run/load.ts';
export type { Network, Networks, NetworksFactory, NetworkSizes } from '../models/index.ts';
export { optionNames } from './train/model-options.ts';
export type { ModelOptions } from './train/model-options.ts';
export { asShades } from './model/shades.ts';
export { comparison, isImageShape, sheet } from '../drawing/index.ts';
export type { SheetOptions } from '../drawing/index.ts';
export type { RunPlace, RunSource } from './keeping/place.ts';
export { Run } from './run/run.ts';
export type {
  EncodeOptions,
  ExamplesOptions,
  DecodeCodesOptions,
  GivenOptions,
  RunEvaluateOptions,
  RunEvaluation,
  RunParts,
  SampleOptions,
  SplitOptions,
  TestData,
} from './run/run-options.ts';
export type { RunFiles } from './run/run.ts';
export { Training, train } from './train/training.ts';
export { UnwrittenRunError } from './train/unwritten.ts';
export type { TrainOptions } from './train/train-options.ts';
