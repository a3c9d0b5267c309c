import type { EndedRecord } from './kept-sweep.ts';
import type { SweepProgress } from './sweep-options.ts';
import type { Strategy } from './strategies/strategy.ts';

/** Estimates the time left by what trials took that ended here. */
export class Clock {
  readonly #strategy: Strategy;
  readonly #jobs: readonly number[];
  readonly #before: number;
  readonly #known: ReadonlySet<number>;

  constructor(strategy: Strategy, isMine: (trial: number) => boolean, ended: ReadonlyMap<number, EndedRecord>) {
    this.#strategy = strategy;
    // Of shards each job is a trial.
    this.#jobs = Array.from({ length: strategy.jobs }, (_, job) => job).filter(
      (job) => strategy.jobs > strategy.trials || isMine(job),
    );
    this.#before = ended.size;
    this.#known = new Set(ended.keys());
  }

  progress(ended: ReadonlyMap<number, EndedRecord>, workers: number): Omit<SweepProgress, 'best'> {
    const here = [...ended.values()].filter(({ job }) => !this.#known.has(job) || this.#before === 0);
    const cost = (jobs: readonly number[]): number => jobs.reduce((sum, job) => sum + this.#strategy.cost(job), 0);
    const spent = here.reduce((sum, { seconds }) => sum + seconds, 0);
    const left = cost(this.#jobs.filter((job) => !ended.has(job)));
    const done = cost(here.map(({ job }) => job));
    return {
      done: ended.size,
      total: this.#jobs.length,
      secondsLeft: done === 0 ? NaN : (left * spent) / done / workers,
    };
  }
}
