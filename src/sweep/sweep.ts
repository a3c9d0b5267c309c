import { DataError, ValueError, checkOptions, checkValue, counted, noticesTo, rule } from '../core/index.ts';
import { localData } from '#local-data';
import { usableCores } from '../engine/index.ts';
import { MemoryStore } from '../io/index.ts';
import { storeAt } from '../api/keeping/place.ts';
import type { RunPlace } from '../api/index.ts';
import { runJobs } from './job-queue.ts';
import type { Outcome, RunJob } from './job-queue.ts';
import { writeCard, writePicture } from './card.ts';
import { Clock } from './clock.ts';
import { KeptSweep, runOf } from './kept-sweep.ts';
import type { BegunRecord, EndedRecord, RetriedRecord, Shard } from './kept-sweep.ts';
import { objectiveMetric } from './objective.ts';
import { rankedTrials } from './result.ts';
import type { SweepResult, TrialResult } from './result.ts';
import { checkSweepSettings, dimensionsOfSettings, sweepSettingsRules } from './sweep-json.ts';
import type { SearchSettings, SweepSettings } from './sweep-json.ts';
import { dimensionsOf } from './space.ts';
import type { Dimension } from './space.ts';
import { strategyFor, strategyOf } from './strategy-options.ts';
import { openJobs } from './strategies/strategy.ts';
import type { Direction, Strategy } from './strategies/strategy.ts';
import { searchOptionRules, shardRules, sweepRules } from './sweep-options.ts';
import type { RunningOptions, SearchOptions, SweepEvent, SweepOptions } from './sweep-options.ts';
import { runInProcess } from './start-trial.ts';
import { checkTrainable } from './untrainable.ts';

/**
 * Tries out what a space has: trains a model for each point, in processes, and ranks them by a metric; or calls a function of one's own.
 * What a folder holds of it goes on after any end, a kill included, with the same trials.
 *
 * @throws ValueError for settings that do not fit; DataError where somebody else works on the sweep, or the folder holds another one;
 *   RootsigmaError where more trials fail than may
 */
export async function sweep(options: SweepOptions | SearchOptions): Promise<SweepResult> {
  return 'trial' in options ? searchOver(options) : sweepOver(options);
}

/** All that the two forms differ in. */
interface Plan {
  readonly settings: SearchSettings;
  readonly dimensions: readonly Dimension[];
  readonly metric: string;
  readonly direction: Direction | undefined;
  readonly workers: number;
  /** Looks at what the strategy will try, before anything is kept. @throws ValueError */
  readonly check?: ((strategy: Strategy) => void) | undefined;
  readonly run: (report: (event: SweepEvent) => void) => RunJob;
  readonly runsAreKept: boolean;
}

async function sweepOver(options: SweepOptions): Promise<SweepResult> {
  checkOptions('sweep', options, sweepRules);
  if ((options.out as string | undefined) === undefined)
    throw new ValueError("sweep: 'out' is missing, the folder of the sweep.");
  const { out, onNotice } = options;
  const ofSettings = Object.entries(options).filter(([name]) => Object.hasOwn(sweepSettingsRules, name));
  const settings = checkSweepSettings(Object.fromEntries(ofSettings), 'sweep');
  const threads = settings.threads ?? 1;
  const cores = usableCores();
  const workers = settings.workers ?? Math.max(1, Math.floor(cores / threads));
  const notice = noticesTo(onNotice);
  if (workers * threads > cores) {
    notice(`${counted(workers, 'worker')} of ${counted(threads, 'thread')} each share ${counted(cores, 'core')}: fewer are as fast.`); // prettier-ignore
  }
  for (const line of densityNotices(settings)) notice(line);
  const noticed = new Set<string>();
  const { name, direction } = objectiveMetric(settings.objective ?? 'validation.elbo', 'sweep: objective');
  (await localData()).checkSource(settings.data);
  const dimensions = dimensionsOfSettings(settings, 'sweep');
  return follow(options, {
    settings,
    dimensions,
    check: (strategy) => {
      const untrainable = checkTrainable(settings, { dimensions, strategy });
      if (untrainable !== undefined) notice(untrainable);
    },
    metric: name,
    direction,
    workers,
    runsAreKept: true,
    run: (report) => (job, stop) =>
      runInProcess(
        { settings, job, out: `${out}/${runOf(job.trial)}`, threads },
        {
          signal: stop,
          onNotice: (line) => {
            if (!noticed.has(line)) notice(`trial ${job.trial}: ${line}`);
            noticed.add(line);
          },
          onEpoch: (epoch, epochs) => {
            report({ event: 'epoch', trial: job.trial, epoch, epochs });
          },
        },
      ),
  });
}

/** What decides of which numbers the likelihood is a density. */
const densityAxes = ['likelihood', 'binarize', 'condition', 'model.likelihood.name', 'data.binarize'];

function densityNotices({ space, objective = 'validation.elbo' }: SweepSettings): string[] {
  const metric = typeof objective === 'string' ? objective : objective.metric;
  const axis = densityAxes.find((name) => Object.hasOwn(space, name));
  if (axis === undefined || !/(^|\.)(elbo|trimmedElbo|nll|reconstruction|criterion)$/.test(metric)) return [];
  return [
    `trials differ in '${axis}', and '${metric}' is then of other quantities, of which a larger one is not the better model: compare by a metric of the codes or samples.`,
  ];
}

async function searchOver(options: SearchOptions): Promise<SweepResult> {
  checkOptions('sweep', options, searchOptionRules);
  const { space, strategy, seed, workers, failures, retries, trial, direction = 'min', metric = 'value' } = options;
  const settings: SearchSettings = {
    space,
    ...(strategy !== undefined && { strategy }),
    ...(seed !== undefined && { seed }),
    ...(workers !== undefined && { workers }),
    ...(failures !== undefined && { failures }),
    ...(retries !== undefined && { retries }),
  };
  return follow(options, {
    settings,
    dimensions: dimensionsOf(space, 'sweep: space', () => undefined),
    metric,
    direction,
    workers: workers ?? 1,
    runsAreKept: false,
    run:
      () =>
      async (job, signal): Promise<Outcome> => {
        try {
          const { epochs, epochsBefore } = job;
          const value = await trial(job.parameters, { trial: job.trial, epochs, epochsBefore, signal });
          if (Number.isFinite(value)) return { status: 'done', value, direction };
          return { status: 'failed', error: `its value is ${String(value)}.` };
        } catch (error) {
          if (signal.aborted) return { status: 'interrupted' };
          return { status: 'failed', error: error instanceof Error ? error.message : String(error) };
        }
      },
  });
}

async function follow(
  options: RunningOptions & { readonly out?: RunPlace | undefined },
  plan: Plan,
): Promise<SweepResult> {
  const { out, resume = false, shard, signal, onEvent, onNotice } = options;
  const { settings, metric, dimensions } = plan;
  if (shard) checkShard(shard, settings);
  const store = out === undefined ? new MemoryStore() : await storeAt(out);
  const release = await store.lock();
  try {
    const found = await KeptSweep.read(store);
    if (found && !resume) {
      throw new DataError(
        `${store.name}: holds a sweep already. Go on with it (resume: true, --resume), remove it, or choose another folder.`,
      );
    }
    if (found) checkSameShard(found, shard);
    let { direction } = plan;
    const strategyOver = (lag: number): Strategy =>
      strategyFor(dimensions, { settings, lag, direction: () => direction });
    if (!found) plan.check?.(strategyOver(plan.workers));
    const kept = found
      ? await found.under(settings)
      : await KeptSweep.create(store, { settings, metric, ...(shard && { shard }), lag: plan.workers });
    const { lag } = kept.kept;
    if (lag < plan.workers && strategyOf(settings.strategy, 'sweep').name === 'tpe') {
      noticesTo(onNotice)(`the sweep began with ${counted(lag, 'worker')}, by which TPE goes: no more run now.`);
    }
    const strategy = strategyOver(lag);
    const isMine = (trial: number): boolean => !shard || trial % shard.count === shard.index - 1;
    const ended = new Map(kept.ended);
    const fewer = fewerNotice(settings, strategy);
    if (fewer !== undefined) noticesTo(onNotice)(fewer);
    const keepsBest = (settings as Partial<SweepSettings>).keep === 'best';
    const rank = (): TrialResult[] =>
      rankedTrials(ended.values(), direction, ({ trial }) => (plan.runsAreKept ? `${store.name}/${runOf(trial)}` : undefined)); // prettier-ignore
    const clock = new Clock(strategy, isMine, kept.ended);
    const result = (reason: SweepResult['reason'], open: number): SweepResult => {
      const ranked = rank();
      const best = ranked.find(({ status }) => status === 'done');
      const trials = keepsBest ? ranked.map((trial) => (trial === best ? trial : withoutRun(trial))) : ranked;
      return { metric, direction, trials, best, reason, open };
    };
    const onRecord = async (record: BegunRecord | RetriedRecord | EndedRecord): Promise<void> => {
      if (record.event !== 'ended') return onEvent?.(record);
      ended.set(record.job, record);
      const progress = clock.progress(ended, plan.workers);
      const soFar = result('interrupted', progress.total - progress.done);
      if (plan.runsAreKept) await writeCard(store, soFar, { shard });
      await prune(soFar);
      onEvent?.({ ...record, ...progress, best: soFar.best });
    };
    /** Removes the runs that nobody goes on with, where the best alone is to stay. */
    const prune = async ({ trials, best, reason }: SweepResult): Promise<void> => {
      const isHalving = strategyOf(settings.strategy, 'sweep').name === 'halving';
      if (!keepsBest || (isHalving && reason !== 'finished')) return;
      for (const { trial } of trials) if (trial !== best?.trial) await store.remove(runOf(trial));
    };
    const report = (event: SweepEvent): void => onEvent?.(event);
    const { reason } = await runJobs(strategy, kept, plan.run(report), {
      workers: strategyOf(settings.strategy, 'sweep').name === 'tpe' ? Math.min(lag, plan.workers) : plan.workers,
      retries: settings.retries ?? 0,
      failures: settings.failures ?? Math.max(3, Math.ceil(strategy.trials / 4)),
      isMine,
      signal,
      onRecord,
      onDirection: (known) => {
        direction ??= known;
      },
    });
    const whole = result(reason, openJobs(strategy, ended, isMine));
    if (plan.runsAreKept) {
      await prune(whole);
      await writePicture(store, whole, dimensions);
      await writeCard(store, whole, { shard });
    }
    return whole;
  } finally {
    await release();
  }
}

/** What is said where a space has fewer points than trials are asked for. */
function fewerNotice(settings: SearchSettings, { trials }: Strategy): string | undefined {
  const asked = strategyOf(settings.strategy, 'sweep');
  if (asked.name === 'grid' || asked.trials <= trials) return undefined;
  return `the space has ${counted(trials, 'point')}, fewer than the ${asked.trials} trials of strategy '${asked.name}': each is tried once.`;
}

/** Of a trial whose run is not kept. */
function withoutRun(trial: TrialResult): TrialResult {
  return Object.fromEntries(Object.entries(trial).filter(([name]) => name !== 'run')) as unknown as TrialResult;
}

function checkShard(shard: Shard, settings: SearchSettings): void {
  checkOptions('sweep: shard', shard, shardRules);
  checkValue('sweep: shard: index', shard.index, rule.whole(1, shard.count));
  const { name } = strategyOf(settings.strategy, 'sweep');
  if (name === 'grid' || name === 'random') return;
  throw new ValueError(
    `sweep: strategy '${name}' goes by the results of all trials, which shards do not see of each other: use 'grid' or 'random', or no shards.`,
  );
}

function checkSameShard({ kept, store }: KeptSweep, shard: Shard | undefined): void {
  const text = (of: Shard | undefined): string => (of ? `shard ${of.index} of ${of.count}` : 'no shard');
  if (text(kept.shard) === text(shard)) return;
  throw new ValueError(`${store.name}: holds ${text(kept.shard)} of a sweep, and ${text(shard)} is asked for: give each its own folder.`); // prettier-ignore
}
