import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';

/** Whether a path, with no link in it, is a folder or something below it. */
export function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * What a name below a folder leads to, links followed: undefined where there is nothing, and where it leads out of the folder.
 *
 * @param folder with no link in its path
 * @param name with `/`, as a request may have it
 */
export function resolveBelow(folder: string, name: string): string | undefined {
  if (name.includes('\0') || isAbsolute(name) || /^[a-z]:/i.test(name)) return undefined;
  try {
    const path = realpathSync(join(folder, name));
    return isBelow(folder, path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A folder of the studio's own below RUNS, made where there is none. @throws where something else has its name, a link among it */
export function ownFolder(root: string, ...names: readonly string[]): string {
  let path = root;
  for (const name of names) {
    path = join(path, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) mkdirSync(path, { mode: 0o700 });
    else if (!stats.isDirectory()) throw new Error(`${path} is no folder, and the studio needs one there.`);
  }
  return path;
}
