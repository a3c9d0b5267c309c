export { loadSweep } from './merge.ts';
export type { LoadedSweep } from './merge.ts';
export { checkSweepSettings } from './sweep-json.ts';
export type { SearchSettings, SweepSettings } from './sweep-json.ts';
export type {
  GridSearch,
  HalvingSearch,
  RandomSearch,
  SearchStrategy,
  StrategyChoice,
  TpeSearch,
} from './strategy-options.ts';
export type { SweepObjective } from './objective.ts';
export { failureLines, rankingRows } from './card.ts';
export { sweepFile } from './kept-sweep.ts';
export type { BegunRecord, EndedRecord, RetriedRecord, Shard } from './kept-sweep.ts';
export type { SweepResult, TrialResult } from './result.ts';
export type { Axis, ChoiceAxis, Parameters, RangeAxis, Space, When } from './space.ts';
export type { Direction } from './strategies/strategy.ts';
export { sweep } from './sweep.ts';
export type {
  RunningOptions,
  SearchOptions,
  SweepEvent,
  SweepOptions,
  SweepProgress,
  TrialContext,
} from './sweep-options.ts';
