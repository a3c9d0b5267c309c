import { accessSync, chmodSync, constants, lstatSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from './files.ts';
import { kindOf, nearestAbove, pathFault } from './path-fault.ts';

/** What file systems take for one name, in bytes. */
const longestName = 255;
/** Links that a path may follow: Linux's own bound. */
const mostLinks = 40;

/**
 * Writes what a user asked for under a name of theirs: as `writeFileAtomic` does, and as a shell would, by what is there. A link
 * is followed, a file keeps its permissions, one that may not be written is left alone, a device or a pipe is written to.
 *
 * @throws WriteError that names the file when it cannot be written
 */
export function writeOutput(path: string, contents: Uint8Array | string): void {
  try {
    const target = checkedTarget(path);
    const kind = kindOf(target);
    if (kind === 'device') {
      writeFileSync(target, contents);
      return;
    }
    const mode = kind === 'file' ? statSync(target).mode & 0o7777 : undefined;
    writeFileAtomic(target, contents);
    if (mode !== undefined) keepMode(target, mode);
  } catch (error) {
    throw pathFault(path, error);
  }
}

/**
 * Whether a file can be written there, or with `isFolder` files in that folder, before there is something to write: tried with
 * a byte that is removed again, in the nearest folder that is there.
 *
 * @throws WriteError as `writeOutput` would
 */
export function checkWritable(path: string, { isFolder = false }: { readonly isFolder?: boolean } = {}): void {
  try {
    if (isFolder) {
      const kind = kindOf(path);
      if (kind === 'file' || kind === 'device') throw fault('ENOTDIR');
      tryFolder(kind === 'folder' ? path : nearestAbove(path));
      return;
    }
    const target = checkedTarget(path);
    if (kindOf(target) !== 'device') tryFolder(nearestAbove(target));
  } catch (error) {
    throw pathFault(path, error);
  }
}

/** Where a path's links lead, also to what is not there yet. @throws Error with a code where no file can be written */
function checkedTarget(path: string): string {
  let target = path;
  for (let followed = 0; isLink(target); followed++) {
    if (followed === mostLinks) throw fault('ELOOP');
    target = resolve(dirname(target), readlinkSync(target));
  }
  const kind = kindOf(target);
  if (kind === 'folder') throw fault('EISDIR');
  if (Buffer.byteLength(basename(target)) > longestName) throw fault('ENAMETOOLONG');
  // Over a file that may not be written, a rename would go without asking.
  if (kind !== 'nothing') accessSync(target, constants.W_OK);
  return target;
}

function tryFolder(folder: string): void {
  const trial = join(folder, `.trial.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    writeFileSync(trial, Uint8Array.of(0), { flag: 'wx', flush: true });
  } finally {
    rmSync(trial, { force: true });
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false; // What is not there is no link; writing says what is wrong.
  }
}

/** File systems without permissions refuse, and have nothing to keep. */
function keepMode(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {
    return;
  }
}

function fault(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
