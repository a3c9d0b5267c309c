import { isSame } from './space.ts';
import type { Parameters } from './space.ts';
import type { EndedRecord } from './kept-sweep.ts';
import type { Direction } from './strategies/strategy.ts';

/** A trial, by the last that it came to. */
export interface TrialResult {
  /** Counted from 0. */
  readonly trial: number;
  readonly parameters: Parameters;
  readonly status: 'done' | 'failed';
  readonly value?: number;
  readonly standardError?: number;
  readonly error?: string;
  /** To which epoch it trained, where the strategy says so. */
  readonly epochs?: number;
  /** How often it was tried, where that is more than once. */
  readonly attempts?: number;
  readonly seconds: number;
  /** The folder of its run, where there is one. */
  readonly run?: string;
}

/** What a sweep came to: its trials, ranked. */
export interface SweepResult {
  readonly metric: string;
  /** Which is better; undefined until a trial has ended well. */
  readonly direction: Direction | undefined;
  /** The best first; those that failed last. With successive halving first those that went on longest. */
  readonly trials: readonly TrialResult[];
  readonly best: TrialResult | undefined;
  /** Why it ended. */
  readonly reason: 'finished' | 'interrupted';
  /** Trials that have not ended. */
  readonly open: number;
}

/** The trials of some logs, ranked. @param runOf the folder of a trial's run, where there is one */
export function rankedTrials(
  ended: Iterable<EndedRecord>,
  direction: Direction | undefined,
  runOf: (record: EndedRecord) => string | undefined,
): TrialResult[] {
  const trials = new Map<number, TrialResult>();
  for (const record of [...ended].sort((a, b) => a.job - b.job)) {
    const { trial, parameters, status, value, standardError, error, epochs, attempts, seconds } = record;
    const run = runOf(record);
    trials.set(trial, {
      trial,
      parameters,
      status,
      ...(value !== undefined && { value }),
      ...(standardError !== undefined && { standardError }),
      ...(error !== undefined && { error }),
      ...(epochs !== undefined && { epochs }),
      ...(attempts !== undefined && { attempts }),
      seconds: seconds + (trials.get(trial)?.seconds ?? 0),
      ...(run !== undefined && { run }),
    });
  }
  const sign = direction === 'max' ? -1 : 1;
  const place = ({ status, epochs = 0, value = NaN }: TrialResult): readonly number[] => [
    status === 'failed' ? 1 : 0,
    -epochs,
    Number.isNaN(value) ? Infinity : sign * value,
  ];
  return [...trials.values()].sort((a, b) => {
    const [first, second] = [place(a), place(b)];
    const at = first.findIndex((each, k) => each !== second[k]);
    return at < 0 ? a.trial - b.trial : Number(first[at]) < Number(second[at]) ? -1 : 1;
  });
}

/** The names of all parameters, those that vary first, each in the order in which trials name them. */
export function parameterNames(trials: readonly TrialResult[]): string[] {
  const names = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))];
  const varies = (name: string): boolean => !trials.every(({ parameters }) => isSame(parameters[name], trials[0]?.parameters[name])); // prettier-ignore
  return [...names.filter(varies), ...names.filter((name) => !varies(name))];
}

/** A parameter's value as a table has it: numbers in four digits, nothing where it does not count. */
export function parameterText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
