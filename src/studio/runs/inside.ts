import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

// Reading below a folder whose contents somebody else may have made: no link is followed, at no step of the way, and nothing is opened
// that is no plain file (a pipe would hold whoever reads it).

/** A plain file below a folder, or undefined where there is none: no link, no pipe, no device. */
export interface InsideFile {
  readonly stats: Stats;
  /** As many of `length` bytes from `start` on as there are. */
  read(start: number, length: number): Buffer<ArrayBuffer>;
  close(): void;
}

/** @param root a folder, with no link in its own path. @param parts names below it, none of which is `..` or has a separator */
export function statInside(root: string, parts: readonly string[]): Stats | undefined {
  let path = root;
  for (const [at, name] of parts.entries()) {
    if (!isName(name)) return undefined;
    path = join(path, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (at === parts.length - 1) return stats?.isFile() || stats?.isDirectory() ? stats : undefined;
    if (!stats?.isDirectory()) return undefined;
  }
  return undefined;
}

/** @throws what the file system throws for a file that is there and cannot be read */
export function openInside(root: string, parts: readonly string[]): InsideFile | undefined {
  const found = statInside(root, parts);
  if (!found?.isFile()) return undefined;
  // Windows has neither flag.
  const flags = constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0) | ((constants.O_NONBLOCK as number | undefined) ?? 0); // prettier-ignore
  let file: number;
  try {
    file = openSync(join(root, ...parts), flags);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP')) return undefined;
    throw error;
  }
  const stats = fstatSync(file);
  if (!stats.isFile()) {
    closeSync(file);
    return undefined;
  }
  return {
    stats,
    read: (start, length) => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, length));
      let done = 0;
      for (let got = -1; done < length && got !== 0; done += got)
        got = readSync(file, bytes, done, length - done, start + done);
      return bytes.subarray(0, done);
    },
    close: () => {
      closeSync(file);
    },
  };
}

/** A small file's text; undefined where there is none, where it cannot be read, and where it is larger than `most` bytes. */
export function readInside(root: string, parts: readonly string[], most: number): string | undefined {
  try {
    const file = openInside(root, parts);
    if (!file) return undefined;
    try {
      return file.stats.size > most ? undefined : file.read(0, file.stats.size).toString('utf8');
    } finally {
      file.close();
    }
  } catch {
    return undefined;
  }
}

/** What is in a folder; nothing where it cannot be read. */
export function listInside(root: string, parts: readonly string[]): readonly { name: string; isFolder: boolean }[] {
  if (parts.length > 0 && !statInside(root, parts)?.isDirectory()) return [];
  try {
    const entries = readdirSync(join(root, ...parts), { withFileTypes: true });
    // A link is neither.
    return entries.flatMap((entry) =>
      entry.isDirectory() || entry.isFile() ? [{ name: entry.name, isFolder: entry.isDirectory() }] : [],
    );
  } catch {
    return [];
  }
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}
