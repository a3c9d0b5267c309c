import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, linkSync, lstatSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import { codeOf } from '../../core/index.ts';
import { HttpError } from '../../server/index.ts';
import { dataFile, filesIn, misnamed } from './data-files.ts';
import { ownFolder, resolveBelow } from './inside-folder.ts';

export interface UploadLimits {
  /** Bytes of one upload. */
  readonly most: number;
  /** Bytes of all that are kept. */
  readonly mostOfAll: number;
}

/** The folder of uploads below RUNS. */
export const uploadsFolder = '.uploads';

/** Uploads at once. */
const mostAtOnce = 4;
const headBytes = 4096;
const temporary = /^\.upload-[\da-f]{16}\.tmp$/;

/** Files that pages send, kept below RUNS under names of letters, digits, dots and hyphens. */
export class Uploads {
  readonly #root: string;
  readonly #limits: UploadLimits;
  #underWay = 0;
  /** Bytes of those that are under way. */
  #coming = 0;

  /** @param root RUNS, with no link in its path */
  constructor(root: string, limits: UploadLimits) {
    this.#root = root;
    this.#limits = limits;
    // What a process that was killed has left.
    const folder = this.#existing();
    if (folder === undefined) return;
    for (const name of readdirSync(folder)) if (temporary.test(name)) rmSync(join(folder, name), { force: true });
  }

  /** Their names. */
  list(): string[] {
    const folder = this.#existing();
    return folder === undefined ? [] : filesIn(folder);
  }

  /** Where one of them is. */
  pathOf(name: string): string | undefined {
    const folder = this.#existing();
    return folder !== undefined && this.list().includes(name) ? resolveBelow(folder, name) : undefined;
  }

  /** Removes one of them. @throws HttpError 404 where there is none of that name */
  remove(name: string): void {
    const folder = this.#existing();
    if (folder === undefined || !this.list().includes(name))
      throw new HttpError(404, 'there is no upload of that name.');
    rmSync(join(folder, name), { force: true });
  }

  /**
   * Takes a file as it comes.
   *
   * @param given the name that it has where it comes from: what of it is no name here is left out
   * @returns the name that it has now
   * @throws HttpError 400, 409, 413, 415, 503 or 507 for what is not taken: then nothing of it is left
   */
  async take(given: string, body: AsyncIterable<Uint8Array>, said: number | undefined): Promise<string> {
    const name = uploadName(given);
    const { most } = this.#limits;
    if (said !== undefined && said > most) throw tooLarge(most);
    if (this.#underWay >= mostAtOnce) throw new HttpError(503, `${mostAtOnce} files are sent already, which is the limit.`, { 'retry-after': '5' }); // prettier-ignore
    const folder = ownFolder(this.#root, uploadsFolder);
    const path = join(folder, `.upload-${randomBytes(8).toString('hex')}.tmp`);
    const file = openSync(path, 'wx', 0o600);
    this.#underWay++;
    let bytes = 0;
    try {
      try {
        const head = new Uint8Array(headBytes);
        for await (const piece of body) {
          if (bytes + piece.length > most) throw tooLarge(most);
          if (bytes < headBytes) head.set(piece.subarray(0, headBytes - bytes), bytes);
          this.#checkRoom(folder, piece.length);
          bytes += piece.length;
          this.#coming += piece.length;
          writeAll(file, piece);
        }
        if (bytes === 0) throw new HttpError(400, `${name} is empty.`);
        const should = misnamed(name, head.subarray(0, Math.min(bytes, headBytes)));
        if (should !== undefined) throw new HttpError(415, `${name} should be ${should} by its name, and is something else.`); // prettier-ignore
      } finally {
        closeSync(file);
      }
      return settle(path, folder, name);
    } catch (error) {
      if (error instanceof HttpError) throw error;
      if (codeOf(error) === 'ENOSPC') throw new HttpError(507, 'the disk is full.');
      if (codeOf(error)?.startsWith('E') === true) throw error;
      throw new HttpError(400, 'the file did not come to its end.');
    } finally {
      this.#underWay--;
      this.#coming -= bytes;
      rmSync(path, { force: true });
    }
  }

  #checkRoom(folder: string, more: number): void {
    const kept = filesIn(folder).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0); // prettier-ignore
    if (kept + this.#coming + more <= this.#limits.mostOfAll) return;
    throw new HttpError(507, `uploads take as much as they may (${this.#limits.mostOfAll} bytes): remove some of those in ${folder}.`, { connection: 'close' }); // prettier-ignore
  }

  #existing(): string | undefined {
    const folder = join(this.#root, uploadsFolder);
    return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? folder : undefined;
  }
}

/** @throws HttpError 415 for a kind of file that cannot be trained on */
function uploadName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const name = last.normalize('NFC').replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, ''); // prettier-ignore
  const [ending] = dataFile.exec(name) ?? [];
  if (ending === undefined || name === ending) {
    throw new HttpError(415, 'upload a table (.csv, .tsv, .parquet) or an array (.npy, .npz), packed (.gz) or not; folders of images are found where they lie, with --data.'); // prettier-ignore
  }
  return name.slice(0, -ending.length).slice(0, 80) + ending.toLowerCase();
}

/** Gives what was written its name, or that with a number where it is taken: never over another. */
function settle(path: string, folder: string, name: string): string {
  const [ending = ''] = dataFile.exec(name) ?? [];
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name.slice(0, -ending.length)}-${number}${ending}`;
    try {
      linkSync(path, join(folder, free));
      return free;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      // A file system without hard links.
      if (existsSync(join(folder, free))) continue;
      renameSync(path, join(folder, free));
      return free;
    }
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

function tooLarge(most: number): HttpError {
  return new HttpError(413, `the file is larger than ${most} bytes, which is the limit (--max-upload). A large file can be trained on where it lies, with --data.`, { connection: 'close' }); // prettier-ignore
}
