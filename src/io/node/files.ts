import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError, codeOf } from '../../core/index.ts';
import { decodeText, messageOf } from '../bytes.ts';
import { parseJson } from '../json.ts';
import type { ByteSource } from '../zip.ts';
import { patiently, systemCalls, writeAll } from './file-calls.ts';
import type { FileCalls } from './file-calls.ts';
import { makeFolders } from './make-folders.ts';
import { pathFault } from './path-fault.ts';

/** A file's bytes. @throws DataError that names the file when it cannot be read */
export function readFileBytes(path: string): Uint8Array<ArrayBuffer> {
  try {
    const buffer = readFileSync(path);
    // Small files come as a view of Node's pool; those that are not are taken as they are.
    return buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
  } catch (error) {
    // Node reads files beyond 2 GiB in pieces only.
    if (codeOf(error) === 'ERR_FS_FILE_TOO_LARGE') return readFileRange(path, 0, fileSize(path));
    throw new DataError(`${path}: cannot be read (${messageOf(error)}).`);
  }
}

/** The most that one call reads. */
const readAtOnce = 2 ** 30;

/** A file's first `length` bytes, or all when it has fewer. @throws DataError that names the file when it cannot be read */
export function readFileHead(path: string, length: number): Uint8Array<ArrayBuffer> {
  return readFileRange(path, 0, length);
}

/** `length` bytes of a file from `start` on, or as many as there are. @throws DataError that names the file when it cannot be read */
function readFileRange(path: string, start: number, length: number): Uint8Array<ArrayBuffer> {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, fstatSync(file).size - start)));
      let done = 0;
      for (let got = -1; done < bytes.length && got !== 0; done += got)
        got = readSync(file, bytes, done, Math.min(readAtOnce, bytes.length - done), start + done);
      return bytes.subarray(0, done);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${messageOf(error)}).`);
  }
}

/** A file that is read piece by piece. @throws DataError that names the file when there is none */
export function fileSource(path: string): ByteSource {
  return { name: path, size: fileSize(path), read: (start, length) => readFileRange(path, start, length) };
}

/** A file's size in bytes. @throws DataError that names the file when there is none */
export function fileSize(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${messageOf(error)}).`);
  }
}

function readFileText(path: string): string {
  return decodeText(readFileBytes(path), path);
}

/** A JSON file's value. @throws DataError that names the file when it is missing or no JSON */
export function readFileJson(path: string): unknown {
  return parseJson(readFileText(path), { name: path });
}

export interface WriteOptions {
  /** What the file held before is kept beside it under this name. */
  readonly keepAs?: string | undefined;
  readonly calls?: FileCalls;
}

/** What a process that was killed while it wrote leaves behind: `.NAME.PID.RANDOM.tmp`. */
export const temporaryName = /^\..+\.(\d+)\.[0-9a-f]{8}\.tmp$/;

export function temporaryFor(name: string): string {
  return `.${name}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
}

/**
 * Writes a file as a whole or not at all: to a temporary file beside it, synced to disk, then renamed over it. Folders
 * on the way are created. With `keepAs` there is at every moment a whole file under the name, and none of both is lost.
 *
 * @throws WriteError that names the file when it cannot be written; the temporary file is removed
 */
export function writeFileAtomic(path: string, contents: Uint8Array | string, options: WriteOptions = {}): void {
  const { keepAs, calls = systemCalls } = options;
  const folder = dirname(path);
  const temporary = join(folder, temporaryFor(basename(path)));
  try {
    makeFolders(folder, calls);
    const file = calls.openSync(temporary, 'wx');
    try {
      writeAll(calls, file, typeof contents === 'string' ? new TextEncoder().encode(contents) : contents);
      calls.fsyncSync(file);
    } finally {
      calls.closeSync(file);
    }
    if (keepAs !== undefined && existsSync(path)) keep(path, join(folder, keepAs), calls);
    patiently(() => {
      calls.renameSync(temporary, path);
    });
    syncFolder(folder, calls);
  } catch (error) {
    removeQuietly(temporary, calls);
    throw pathFault(path, error);
  }
}

/** A second name for the file, in place of whatever had it. */
function keep(path: string, kept: string, calls: FileCalls): void {
  const temporary = join(dirname(kept), temporaryFor(basename(kept)));
  try {
    calls.linkSync(path, temporary);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    patiently(() => {
      calls.renameSync(path, kept);
    });
    return;
  }
  try {
    patiently(() => {
      calls.renameSync(temporary, kept);
    });
  } finally {
    // Renaming does nothing, and leaves it, where both are the same file already: an earlier try came to here.
    removeQuietly(temporary, calls);
  }
}

/** Whether it is the file system that knows no hard links: FAT, some network drives. */
export function hasNoLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(codeOf(error) ?? '');
}

/** So that the name lasts too. Not every system lets a folder be synced; there nothing more can be done. */
function syncFolder(folder: string, calls: FileCalls): void {
  if (process.platform === 'win32') return;
  try {
    const file = calls.openSync(folder, 'r');
    try {
      calls.fsyncSync(file);
    } finally {
      calls.closeSync(file);
    }
  } catch (error) {
    if (!['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'ENOTSUP', 'EBADF'].includes(codeOf(error) ?? '')) throw error;
  }
}

/** What is in the way of saying what went wrong. */
function removeQuietly(path: string, calls: FileCalls): void {
  try {
    calls.rmSync(path, { force: true });
  } catch {
    // The next start removes it.
  }
}

/** Whether two paths lead to the same file or folder. */
export function isSamePlace(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => (existsSync(path) ? realpathSync(path) : resolve(path)));
  return first === second;
}
