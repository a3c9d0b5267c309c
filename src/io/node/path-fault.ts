import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, writeFault } from '../../core/index.ts';
import type { WriteError } from '../../core/index.ts';

/** What a failed attempt to write to a path becomes: `writeFault`, with the part of the path that is to blame. */
export function pathFault(path: string, error: unknown, what?: string): WriteError {
  const cause = codeOf(error) === 'ENOENT' ? (refusalOf(nearestAbove(path)) ?? error) : error;
  return writeFault(path, cause, { part: placeOf(path, codeOf(cause)), ...(what !== undefined && { what }) });
}

/** Why a folder takes nothing: making folders on a read-only disk, Node says nothing, and what follows finds none. */
function refusalOf(folder: string): unknown {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Which part of a path it is, where that is not the path itself. */
function placeOf(path: string, code: string | undefined): string | undefined {
  const above = nearestAbove(path);
  if (code === 'ENOTDIR' || code === 'EEXIST') return [path, above].find((place) => kindOf(place) === 'file');
  if (code === 'EACCES' || code === 'EROFS') return `for the folder ${above}`;
  return undefined;
}

/** The nearest of a path's parents that is there. */
export function nearestAbove(path: string): string {
  let above = dirname(path);
  while (kindOf(above) === 'nothing' && above !== dirname(above)) above = dirname(above);
  return above;
}

/** What a path leads to, links followed. */
export function kindOf(path: string): 'file' | 'folder' | 'device' | 'nothing' {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'device';
  } catch {
    return 'nothing'; // Also where a parent is a file, or may not be looked into.
  }
}
