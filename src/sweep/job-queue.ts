import { DataError, RootsigmaError, counted } from '../core/index.ts';
import type { BegunRecord, EndedRecord, KeptSweep, RetriedRecord } from './kept-sweep.ts';
import { isSame } from './space.ts';
import type { Direction, Job, JobResult, Strategy } from './strategies/strategy.ts';

/** What a trial came to, or that it was asked to stop. */
export type Outcome =
  | { readonly status: 'done'; readonly value: number; readonly standardError?: number; readonly direction: Direction }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'interrupted' };

/** What does the work of a job. Never rejects for what a trial does wrong. */
export type RunJob = (job: Job, signal: AbortSignal) => Promise<Outcome>;

export interface JobQueueOptions {
  readonly workers: number;
  /** More trials than that may not fail. */
  readonly failures: number;
  /** How often a trial that failed is tried again before it counts as failed. */
  readonly retries: number;
  /** Whether a trial is done here, and not by another shard. */
  readonly isMine: (trial: number) => boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onRecord: (record: BegunRecord | RetriedRecord | EndedRecord) => Promise<void>;
  /** Tells the strategy which is better, as soon as a result has. */
  readonly onDirection: (direction: Direction) => void;
}

/** How it went. */
export interface JobQueueResult {
  readonly ended: ReadonlyMap<number, EndedRecord>;
  readonly reason: 'finished' | 'interrupted';
}

/**
 * Does the jobs of a strategy, `workers` at a time, in their order, and writes down what begins and ends. Those that had ended are not done
 * again; those that had begun are.
 *
 * @throws DataError where the log is not this sweep's; RootsigmaError where too many trials fail
 */
export async function runJobs(
  strategy: Strategy,
  log: KeptSweep,
  run: RunJob,
  options: JobQueueOptions,
): Promise<JobQueueResult> {
  const { workers, retries, isMine, onRecord, onDirection } = options;
  const ended = new Map(log.ended);
  for (const { direction } of ended.values()) if (direction) onDirection(direction);
  const results = new Map<number, JobResult>([...ended].map(([number, record]) => [number, resultOf(record)]));
  const stop = new AbortController();
  const abort = (): void => {
    stop.abort();
  };
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  const running = new Map<number, Promise<void>>();
  const faults: unknown[] = [];
  let next = 0;
  const ends = { interrupted: 0 };
  const end = async (job: Job, started: number): Promise<void> => {
    let outcome = await run(job, stop.signal);
    let attempts = 1;
    for (; outcome.status === 'failed' && attempts <= retries && !stop.signal.aborted; attempts++) {
      const record: RetriedRecord = { event: 'retried', ...entriesOf(job), attempts, error: outcome.error };
      await log.append(record);
      await onRecord(record);
      outcome = await run(job, stop.signal);
    }
    // A signal to the whole group of processes may reach a trial before it reaches the sweep.
    if (outcome.status === 'interrupted') {
      ends.interrupted++;
      stop.abort();
      return;
    }
    const record: EndedRecord = {
      event: 'ended',
      ...entriesOf(job),
      ...outcome,
      ...(attempts > 1 && { attempts }),
      seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
    };
    await log.append(record);
    ended.set(job.number, record);
    results.set(job.number, resultOf(record));
    if (record.direction) onDirection(record.direction);
    await onRecord(record);
  };
  const begin = async (job: Job): Promise<void> => {
    const record: BegunRecord = { event: 'begun', ...entriesOf(job) };
    await log.append(record);
    await onRecord(record);
    await end(job, performance.now());
  };
  /** Begins what there is room for; whether there is nothing more to come. */
  const fill = (): boolean => {
    for (; next < strategy.jobs; next++) {
      const number = next;
      if (running.size >= workers || stop.signal.aborted) return false;
      const job = strategy.job(number, results);
      if (job === 'later') return false;
      const before = ended.get(number);
      if (before && !(job && isSame(before.parameters, job.parameters))) throw otherSweep(log, before);
      if (!job || before || !isMine(job.trial)) continue;
      const task = begin(job)
        .catch((error: unknown) => {
          faults.push(error);
          stop.abort();
        })
        .finally(() => running.delete(number));
      running.set(number, task);
    }
    return true;
  };
  try {
    for (;;) {
      const tooMany = checkFailures(ended, options.failures);
      if (tooMany) {
        faults.push(tooMany);
        abort();
      }
      const isOver = fill();
      if (running.size === 0) {
        if (!isOver && !stop.signal.aborted) throw new Error('sweep: a job waits for results that nobody works for.');
        break;
      }
      await Promise.race(running.values());
    }
  } finally {
    stop.abort();
    await Promise.all(running.values());
    options.signal?.removeEventListener('abort', abort);
  }
  if (faults.length > 0) throw faults[0];
  return { ended, reason: ends.interrupted > 0 || next < strategy.jobs ? 'interrupted' : 'finished' };
}

function entriesOf({ number, trial, parameters, epochs }: Job): Omit<BegunRecord, 'event'> {
  return { job: number, trial, parameters, ...(epochs !== undefined && { epochs }) };
}

function resultOf({ trial, parameters, value }: EndedRecord): JobResult {
  return { trial, parameters, value };
}

function otherSweep({ store }: KeptSweep, { trial }: EndedRecord): DataError {
  return new DataError(
    `${store.name}: trial ${trial} of its log has other parameters than this sweep gives it: another version of rootsigma drew them, or the log was changed. Begin anew in another folder.`,
  );
}

function checkFailures(ended: ReadonlyMap<number, EndedRecord>, most: number): RootsigmaError | undefined {
  const failed = [...ended.values()].filter(({ status }) => status === 'failed');
  if (failed.length <= most) return undefined;
  const last = failed.at(-1);
  return new RootsigmaError(
    `sweep: ${counted(failed.length, 'trial')} failed, and ${most} may ('failures'). Trial ${last?.trial ?? 0}: ${last?.error ?? ''}`,
  );
}
