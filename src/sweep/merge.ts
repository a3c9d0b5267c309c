import { DataError, ValueError, checkValue, rule } from '../core/index.ts';
import { storeFrom } from '../api/keeping/place.ts';
import { KeptSweep, differenceOf, runOf } from './kept-sweep.ts';
import { sweepPicture } from './picture.ts';
import { rankedTrials } from './result.ts';
import type { SweepResult } from './result.ts';
import { dimensionsOfSettings } from './sweep-json.ts';
import type { SweepSettings } from './sweep-json.ts';
import { dimensionsOf } from './space.ts';
import { strategyFor } from './strategy-options.ts';
import { openJobs } from './strategies/strategy.ts';

/** What folders have of a sweep, together. */
export interface LoadedSweep extends SweepResult {
  /** As parallel coordinates, a PNG; undefined where no trial has ended well. */
  readonly picture: Uint8Array | undefined;
}

/**
 * The trials of a sweep by the folder that has it, or by those of its shards, ranked; also while it runs.
 *
 * @throws DataError for a folder that holds no sweep; ValueError for folders of different sweeps, or with the same trial twice
 */
export async function loadSweep(folders: string | readonly string[]): Promise<LoadedSweep> {
  const names = typeof folders === 'string' ? [folders] : folders;
  checkValue('loadSweep: folders', names, rule.listOf(rule.text, 'folders', 1));
  const sweeps: KeptSweep[] = [];
  for (const name of names) sweeps.push(...(await sweepsIn(name)));
  const [first, ...others] = sweeps;
  if (!first) throw new DataError('loadSweep: no folder is named.');
  for (const other of others) checkSame(first, other);
  const records = sweeps.flatMap(({ ended, store }) => [...ended.values()].map((record) => ({ record, store })));
  const owners = new Map<number, string>();
  for (const { record, store } of records) {
    const owner = owners.get(record.job);
    if (owner !== undefined) {
      throw new ValueError(`loadSweep: ${owner} and ${store.name} both have trial ${record.trial}: of one sweep each trial is done once.`); // prettier-ignore
    }
    owners.set(record.job, store.name);
  }
  const { metric, settings } = first.kept;
  const direction = records.find(({ record }) => record.direction !== undefined)?.record.direction;
  const trials = rankedTrials(records.map(({ record }) => record), direction, (record) => {
    // A function's trials have no run.
    const store = owners.get(record.job);
    return store === undefined || !('data' in settings) ? undefined : `${store}/${runOf(record.trial)}`;
  }); // prettier-ignore
  const dimensions =
    'data' in settings
      ? dimensionsOfSettings(settings as SweepSettings, 'sweep')
      : dimensionsOf(settings.space, 'sweep: space', () => undefined);
  const best = trials.find(({ status }) => status === 'done');
  const strategy = strategyFor(dimensions, { settings, lag: first.kept.lag, direction: () => direction });
  const open = openJobs(strategy, new Map(records.map(({ record }) => [record.job, record])));
  const result: SweepResult = {
    metric,
    direction,
    trials,
    best,
    open,
    reason: open === 0 ? 'finished' : 'interrupted',
  };
  return { ...result, picture: best && sweepPicture(result, dimensions) };
}

/** The sweep in a folder, or those in the folders within it. */
async function sweepsIn(name: string): Promise<KeptSweep[]> {
  const store = await storeFrom(name);
  const found = await KeptSweep.read(store);
  if (found) return [found];
  const inner = (await store.list()).filter((each) => each.endsWith('/'));
  const within = await Promise.all(inner.map(async (each) => KeptSweep.read(await storeFrom(`${name.replace(/\/$/, '')}/${each.slice(0, -1)}`)))); // prettier-ignore
  const sweeps = within.filter((each) => each !== undefined);
  if (sweeps.length === 0)
    throw new DataError(`${name}: holds no sweep (no sweep.json that a sweep wrote), nor does a folder in it.`);
  return sweeps;
}

function checkSame(first: KeptSweep, other: KeptSweep): void {
  const difference = differenceOf(first.kept.settings, other.kept.settings);
  if (difference === undefined) return;
  throw new ValueError(
    `loadSweep: ${first.store.name} and ${other.store.name} are of different sweeps: ${difference}.`,
  );
}
