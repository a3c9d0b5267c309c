import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { decodeText, messageOf } from '../bytes.ts';
import type { ByteSource } from '../zip.ts';
import { pathFault } from './write-fault.ts';

/** A file's bytes. @throws DataError that names the file when it cannot be read */
export function readFileBytes(path: string): Uint8Array<ArrayBuffer> {
  try {
    const buffer = readFileSync(path);
    // Small files come as a view of Node's pool; those that are not are taken as they are.
    return buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${messageOf(error)}).`);
  }
}

/** A file's first `length` bytes, or all when it has fewer. @throws DataError that names the file when it cannot be read */
export function readFileHead(path: string, length: number): Uint8Array<ArrayBuffer> {
  return readFileRange(path, 0, length);
}

/** `length` bytes of a file from `start` on, or as many as there are. @throws DataError that names the file when it cannot be read */
export function readFileRange(path: string, start: number, length: number): Uint8Array<ArrayBuffer> {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, fstatSync(file).size - start)));
      let done = 0;
      for (let got = -1; done < bytes.length && got !== 0; done += got)
        got = readSync(file, bytes, done, bytes.length - done, start + done);
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

export function readFileText(path: string): string {
  return decodeText(readFileBytes(path), path);
}

/** A JSON file's value. @throws DataError that names the file when it is missing or no JSON */
export function readFileJson(path: string): unknown {
  const text = readFileText(path);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DataError(`${path}: not JSON (${messageOf(error)}).`);
  }
}

/**
 * Writes a file as a whole or not at all: to a temporary file beside it, synced to disk, then renamed over it. Folders
 * on the way are created.
 *
 * @throws WriteError that names the file when it cannot be written; the temporary file is removed
 */
export function writeFileAtomic(path: string, contents: Uint8Array | string): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    const file = openSync(temporary, 'wx');
    try {
      const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw pathFault(path, error);
  }
}
