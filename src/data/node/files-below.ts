import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { isAnyImageName, isPassedOver } from '../images/listing.ts';

/**
 * Paths of all files below `folder`, with `/`, leaving out hidden ones. Links to files and folders are followed, but into no folder
 * that they lie in; a link to nothing is a file that cannot be read, where its name is an image's.
 *
 * @throws DataError for a folder that cannot be read
 */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    const here = join(folder, path);
    const real = realpathSync(here);
    if (above.includes(real)) return;
    for (const entry of entriesOf(here)) {
      const { name } = entry;
      if (isPassedOver(name)) continue;
      const below = path === '' ? name : `${path}/${name}`;
      const kind = kindOf(entry, join(here, name));
      if (kind === 'folder') visit(below, [...above, real]);
      else if (kind === 'file') files.push(below);
    }
  };
  visit('', []);
  return files;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new DataError(`${folder}: cannot be read (${(error as Error).message}).`);
  }
}

/** Pipes, sockets and devices are nothing: reading them may never end. */
function kindOf(entry: Dirent, path: string): 'file' | 'folder' | undefined {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : undefined;
  const target = targetOf(path);
  if (!target) return isAnyImageName(basename(path)) ? 'file' : undefined;
  return target.isDirectory() ? 'folder' : target.isFile() ? 'file' : undefined;
}

/** What a link leads to; `undefined` for nothing, or round in circles. */
function targetOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
