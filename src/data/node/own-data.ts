import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DataError } from '../../core/index.ts';
import type { DataConfig } from '../config.ts';
import { writeFileAtomic } from '../../io/node/index.ts';
import { listDatasets } from '../builtin.ts';
import { defaultCacheFolder } from './download.ts';
import { locateSource, placesOf } from './locate.ts';

// A run's configuration names its data, and a run may come from anywhere: to read what it names is to let a stranger choose
// files of this machine. So training notes in the cache what it was given, by a hash of all that the configuration says of
// the data, as it says it and with the full path, and only those are read again unasked. Nothing is added to the run; it
// may be moved, with its data or without.

/**
 * Notes that the user trained on these data here: their runs read them again without being told where they are.
 * @throws DataError when the cache cannot be written
 */
export function rememberData(data: DataConfig): void {
  if (isDrawn(data.source)) return;
  for (const source of [data.source, resolve(data.source)]) {
    const note = noteOf({ ...data, source });
    if (!existsSync(note)) writeFileAtomic(note, `${source}\n`);
  }
}

/**
 * Where a run's training data are, which nobody has named: `locateSource`, for data drawn by code, those in the run's own
 * folder, and those that the user trained on here. Nothing outside the folder is looked at, and nothing downloaded, before.
 *
 * @throws DataError for others, saying how to name them
 */
export function locateTrainingData(data: DataConfig, folder: string | undefined): string {
  const { source } = data;
  if (isDrawn(source)) return source;
  const inside = folder === undefined ? undefined : pathInside(folder, source);
  if (inside !== undefined) return inside;
  if (existsSync(noteOf(data))) return locateSource(source, folder);
  const own = placesOf(folder)
    .map((place) => resolve(place, source))
    .find((path) => existsSync(noteOf({ ...data, source: path })));
  if (own !== undefined && existsSync(own)) return own;
  if (isByCode(data)) {
    const what = data.kind === 'array' ? 'an array' : 'a table';
    throw new DataError(
      `${folder ?? 'the run'}: was trained on ${what} that code gave, and no file holds it. Give data again: the option data in code, --data with a file on the command line.`,
    );
  }
  const isDownload = listDatasets().some(({ name }) => name === source);
  throw new DataError(
    `${source}: the data that ${folder ?? 'the run'} was trained on ${isDownload ? 'would be read from an installed package or downloaded' : 'were not found in its folder'}, and nothing here shows that it was trained on this machine. ` +
      `What a run from elsewhere names is read only when you name it too: --data ${source} on the command line, the option data in code.`,
  );
}

/** Whether the data were handed over by code, so that their name leads nowhere. */
function isByCode({ kind, source }: DataConfig): boolean {
  return kind === 'array' || (kind === 'table' && source === 'table');
}

function isDrawn(source: string): boolean {
  return listDatasets().some(({ name, download }) => name === source && download === undefined);
}

function noteOf(data: DataConfig): string {
  const name = createHash('sha256').update(canonical(data)).digest('hex').slice(0, 32);
  return join(defaultCacheFolder(), 'own-data', name);
}

/** JSON with the keys in order, whoever wrote them. */
function canonical(data: DataConfig): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** A path in a folder, if it is there and neither it nor a link in it leads out. */
function pathInside(folder: string, source: string): string | undefined {
  const path = resolve(folder, source);
  // By its text first: a path that leads elsewhere is not touched.
  if (!isBelow(resolve(folder), path) || !existsSync(path)) return undefined;
  const root = realpathSync(folder);
  return leadsOut(path, root) ? undefined : path;
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function leadsOut(path: string, root: string): boolean {
  if (!existsSync(path) || !isBelow(root, realpathSync(path))) return true;
  return lstatSync(path).isDirectory() && readdirSync(path).some((name) => leadsOut(join(path, name), root));
}
