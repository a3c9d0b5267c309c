import { rule } from '../core/index.ts';
import type { OnNotice, OptionRules } from '../core/index.ts';
import type { RunPlace } from '../api/index.ts';
import type { BegunRecord, EndedRecord, RetriedRecord, Shard } from './kept-sweep.ts';
import type { TrialResult } from './result.ts';
import { searchRules, sweepSettingsRules } from './sweep-json.ts';
import type { SearchSettings, SweepSettings } from './sweep-json.ts';
import type { Parameters } from './space.ts';
import type { Direction } from './strategies/strategy.ts';

/** What happens on the way. */
export type SweepEvent =
  | BegunRecord
  | RetriedRecord
  | { readonly event: 'epoch'; readonly trial: number; readonly epoch: number; readonly epochs: number }
  | (EndedRecord & SweepProgress);

/** How far a sweep is, after a trial has ended. */
export interface SweepProgress {
  /** Trials that have ended, or parts of them with successive halving, of so many. */
  readonly done: number;
  readonly total: number;
  /** Estimated by the time of those that have ended here. */
  readonly secondsLeft: number;
  readonly best: TrialResult | undefined;
}

/** How a sweep runs: resumed or not, which share of it, and who hears of it. */
export interface RunningOptions {
  /** Go on with the sweep that the folder holds; begin it where it holds nothing. */
  readonly resume?: boolean | undefined;
  /** Do every `count`-th trial alone, beginning with number `index` of 1 to `count`: of a grid or random search. */
  readonly shard?: Shard | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: SweepEvent) => void) | undefined;
  /** Gets what a person should know, one line each. Default: the console. */
  readonly onNotice?: OnNotice | undefined;
}

/** Of a sweep over trainings: each in a process of its own. */
export interface SweepOptions extends SweepSettings, RunningOptions {
  /** The folder of the sweep, in which its trials' runs are. */
  readonly out: string;
}

/** What a function of one's own gets beside the parameters. */
export interface TrialContext {
  readonly trial: number;
  /** To how many epochs, under successive halving. */
  readonly epochs: number | undefined;
  /** Where it got to before, under successive halving: undefined at first. */
  readonly epochsBefore: number | undefined;
  readonly signal: AbortSignal;
}

/** Of a sweep over a function of one's own, which runs in this process. */
export interface SearchOptions extends SearchSettings, RunningOptions {
  /** What is to be minimised or maximised. One that throws is noted as failed. */
  readonly trial: (parameters: Parameters, context: TrialContext) => number | Promise<number>;
  /** Default: min. */
  readonly direction?: Direction | undefined;
  /** What the value is called. Default: value. */
  readonly metric?: string | undefined;
  /** Where the log is kept, so that the sweep can be resumed. Default: nowhere. */
  readonly out?: RunPlace | undefined;
}

const runningRules: OptionRules<RunningOptions> = {
  resume: rule.flag,
  shard: rule.object,
  signal: rule.signal,
  onEvent: rule.callback,
  onNotice: rule.notice,
};
export const sweepRules: OptionRules<SweepOptions> = { ...sweepSettingsRules, ...runningRules, out: rule.text };
export const searchOptionRules: OptionRules<SearchOptions> = {
  ...searchRules,
  ...runningRules,
  trial: rule.callback,
  direction: rule.oneOf(['max', 'min']),
  metric: rule.text,
  out: rule.either(rule.text, rule.object),
};
export const shardRules: OptionRules<Shard> = { index: rule.whole(1), count: rule.whole(1, 1_000_000) };
