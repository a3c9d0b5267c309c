import type { Parameters } from '../space.ts';

/** What is to be done next: a trial, or with successive halving a part of one. */
export interface Job {
  /** Counted from 0, in the order in which jobs begin. */
  readonly number: number;
  /** Which trial it is of, counted from 0. */
  readonly trial: number;
  readonly parameters: Parameters;
  /** To which epoch it trains, where the strategy says so. */
  readonly epochs?: number | undefined;
  /** To which epoch the same trial was trained before, where it goes on from there. */
  readonly epochsBefore?: number | undefined;
}

/** What a job came to, as far as strategies look at it. */
export interface JobResult {
  readonly trial: number;
  readonly parameters: Parameters;
  /** Undefined where it failed. */
  readonly value: number | undefined;
}

/**
 * Which trials a sweep has. A pure function of seed and results, so that a sweep that was killed goes on with the same trials: what job k
 * is may depend on results that `job` names by 'later' until they are there, and on none that happen to be there earlier.
 */
export interface Strategy {
  readonly trials: number;
  /** Jobs in all, at most. */
  readonly jobs: number;
  /** About how long each takes, in any unit. */
  cost(number: number): number;
  /** Undefined where there is nothing to do under that number after all. */
  job(number: number, results: ReadonlyMap<number, JobResult>): Job | 'later' | undefined;
}

/** Whether larger values of a sweep's metric are better, or smaller ones. */
export type Direction = 'max' | 'min';

/** The better value first; what failed last, and of equals the earlier. */
export function byValue(direction: Direction): (a: JobResult, b: JobResult) => number {
  const loss = ({ value }: JobResult): number =>
    value === undefined || Number.isNaN(value) ? Infinity : direction === 'max' ? -value : value;
  return (a, b) => {
    const [first, second] = [loss(a), loss(b)];
    return first === second ? a.trial - b.trial : first < second ? -1 : 1;
  };
}

/** How many jobs there are still to do. */
export function openJobs(
  strategy: Strategy,
  ended: ReadonlyMap<number, Partial<JobResult> & Omit<JobResult, 'value'>>,
  isMine: (trial: number) => boolean = () => true,
): number {
  const results = new Map(
    [...ended].map(([number, { trial, parameters, value }]) => [number, { trial, parameters, value }]),
  );
  const numbers = Array.from({ length: strategy.jobs }, (_, number) => number);
  return numbers.filter((number) => {
    const job = strategy.job(number, results);
    return !ended.has(number) && job !== undefined && (job === 'later' || isMine(job.trial));
  }).length;
}
