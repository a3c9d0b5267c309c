import { train } from '../api/index.ts';
import { RunFolder } from '../api/keeping/run-folder.ts';
import { storeAt } from '../api/keeping/place.ts';
import type { Store } from '../io/index.ts';
import type { EpochEvent } from '../training/index.ts';
import type { Outcome } from './job-queue.ts';
import { objectiveMetric } from './objective.ts';
import type { SweepSettings } from './sweep-json.ts';
import type { Job } from './strategies/strategy.ts';
import { optionsOf } from './trial-options.ts';

/** One job of a sweep, as it is handed to a process. */
export interface TrialTask {
  readonly settings: SweepSettings;
  readonly job: Job;
  /** The folder of its run. */
  readonly out: string;
  readonly threads: number;
}

export interface TrialHooks {
  readonly signal: AbortSignal;
  readonly onNotice: (line: string) => void;
  readonly onEpoch: (event: EpochEvent) => void;
}

/** Trains a trial, or goes on with what its folder holds, and measures it. Never rejects for what the trial does wrong. */
export async function runTrial(task: TrialTask, hooks: TrialHooks): Promise<Outcome> {
  const { settings, job, out } = task;
  const { signal, onNotice, onEpoch } = hooks;
  try {
    const store = await storeAt(out);
    await whenFree(store);
    const resume = (await store.read('config.json')) !== undefined;
    const metric = objectiveMetric(settings.objective ?? 'validation.elbo', 'objective');
    const end = { isWhole: false };
    const run = await train(settings.data, {
      ...optionsOf(settings, job),
      ...(settings.dataOptions && { dataOptions: settings.dataOptions }),
      threads: task.threads,
      out: store,
      resume,
      signal,
      onNotice,
      onEvent: (event) => {
        if (event.event === 'epoch') onEpoch(event);
        end.isWhole = event.event === 'done' && event.reason !== 'interrupted';
      },
    });
    try {
      if (!end.isWhole) return { status: 'interrupted' };
      const { training, validation } = await bestEpochOf(store);
      return { status: 'done', ...(await metric.measure({ run, training, validation }, signal)) };
    } finally {
      await run.dispose();
    }
  } catch (error) {
    if (signal.aborted) return { status: 'interrupted' };
    return { status: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}

/** How long a folder is waited for whose process is about to end: that of a sweep which was killed. */
const patienceMs = 60_000;

async function whenFree(store: Store): Promise<void> {
  for (const started = performance.now(); ;) {
    try {
      const release = await store.lock();
      await release();
      return;
    } catch (error) {
      if (performance.now() - started > patienceMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface Means {
  readonly training?: Readonly<Record<string, unknown>> | undefined;
  readonly validation?: Readonly<Record<string, unknown>> | undefined;
}

/** What the log says of the epoch whose parameters the run has: an earlier part of the training may have had it. */
async function bestEpochOf(store: Store): Promise<Means> {
  const folder = await RunFolder.open(store);
  const { records } = await folder.readMetrics();
  const best = records.findLast(({ event }) => event === 'done')?.bestEpoch;
  return records.findLast(({ event, epoch }) => event === 'epoch' && epoch === best) ?? {};
}
