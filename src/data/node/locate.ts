import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataError } from '../../core/index.ts';
import { listDatasets } from '../builtin.ts';

/**
 * Where the data of a run are, from wherever it is asked: a relative path is looked for in the run's folder and in those
 * above it (a run in `runs/x` was trained from two above), then in the current folder.
 *
 * @param source as the run's configuration says it
 * @param folder the run's, where it has one
 * @throws DataError when they are nowhere, saying where they were looked for
 */
export function locateSource(source: string, folder: string | undefined): string {
  if (listDatasets().some(({ name }) => name === source)) return source;
  const found = placesOf(folder)
    .map((place) => resolve(place, source))
    .find((path) => existsSync(path) && !isRun(path));
  if (found !== undefined) return found === resolve(source) ? source : found;
  throw new DataError(
    `${source}: the data that the run was trained on were not found` +
      `${folder === undefined ? '' : ` in or above ${folder}`}, nor from the current folder. ` +
      'Say where they are: the option data, --data on the command line.',
  );
}

/** The folders that a relative path may count from, in order. */
export function placesOf(folder: string | undefined): string[] {
  return [...(folder === undefined ? [] : andAbove(resolve(folder))), process.cwd()];
}

/** Runs are named after their data: above `runs/photos` lies a `photos` that is no data. */
function isRun(path: string): boolean {
  const has = (file: string): boolean => existsSync(join(path, file));
  return has('config.json') && (has('metrics.jsonl') || has('model.safetensors'));
}

/** A folder and all above it. */
function andAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...andAbove(parent)];
}
