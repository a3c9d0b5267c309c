import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DataError, LockLostError, ValueError, codeOf } from '../../core/index.ts';
import { alreadyLocked, bytesOf, nameIn, partsOf } from '../stores/store.ts';
import type { Release, ReplaceOptions, Store } from '../stores/store.ts';
import { patiently, systemCalls, uninterrupted, writeAll } from './file-calls.ts';
import type { FileCalls } from './file-calls.ts';
import { readFileBytes, temporaryName, writeFileAtomic } from './files.ts';
import { FolderLock, HeldError, lockName } from './folder-lock.ts';
import { makeFolders } from './make-folders.ts';
import { kindOf, nearestAbove, pathFault } from './path-fault.ts';

/** A folder of this machine. All is done when a call returns, so that a process may end at any moment. */
export class FolderStore implements Store {
  readonly name: string;
  readonly path: string;
  readonly #calls: FileCalls;
  #lock: FolderLock | undefined;
  /** Files that were appended to since they were last synced. */
  readonly #appended = new Set<string>();

  /** @param calls the system's own, but for tests */
  constructor(path: string, calls: FileCalls = systemCalls) {
    this.name = path;
    this.path = path;
    this.#calls = calls === systemCalls ? calls : uninterrupted(calls);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- an error is a rejection
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = this.#pathOf(name);
    return existsSync(path) ? readFileBytes(path) : undefined;
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async list(folder = ''): Promise<string[]> {
    const path = folder === '' ? this.path : this.#pathOf(folder);
    if (!existsSync(path)) return [];
    if (!statSync(path).isDirectory()) throw noFolder(path);
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .filter(({ name }) => name !== lockName && !name.startsWith(`${lockName}.`) && !temporaryName.test(name))
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort();
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async replace(name: string, contents: Uint8Array | string, { keepAs }: ReplaceOptions = {}): Promise<void> {
    const path = this.#pathToWrite(name);
    this.#syncAppended();
    writeFileAtomic(path, contents, { keepAs, calls: this.#calls });
  }

  /** What is appended lasts when a later `replace` does. Where it does not fit, the file stays as it was. */
  // eslint-disable-next-line @typescript-eslint/require-await
  async append(name: string, contents: Uint8Array | string): Promise<void> {
    const path = this.#pathToWrite(name);
    const calls = this.#calls;
    this.#attempt(path, 'written', () => {
      makeFolders(dirname(path), calls);
      const size = existsSync(path) ? statSync(path).size : 0;
      try {
        const file = calls.openSync(path, 'a');
        try {
          writeAll(calls, file, bytesOf(contents));
        } finally {
          calls.closeSync(file);
        }
      } catch (error) {
        cutQuietly(path, size, calls);
        throw error;
      }
    });
    this.#appended.add(path);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async remove(name: string): Promise<void> {
    const path = this.#pathToWrite(name);
    this.#attempt(path, 'removed', () => {
      patiently(() => {
        this.#calls.rmSync(path, { recursive: true, force: true });
      });
    });
  }

  /**
   * A file `.lock` that names the process, by which others know whether it is alive; one whose process is gone is taken over.
   * While it is held, each write looks first whether it still is.
   */
  async lock(): Promise<Release> {
    const made = this.#makeFolder();
    const lock = await this.#takeLock();
    this.#lock = lock;
    const release = (): void => {
      process.off('exit', release);
      if (this.#lock !== lock) return;
      this.#lock = undefined;
      lock.release();
      // A folder that was made for the lock and holds nothing else.
      if (made !== undefined) removeEmpty(this.path, made, this.#calls);
    };
    process.on('exit', release);
    this.#attempt(join(this.path, lockName), 'cleared', () => {
      lock.clean(this.#foldersWithin());
    });
    // eslint-disable-next-line @typescript-eslint/require-await -- an error is a rejection
    return async () => {
      this.#attempt(join(this.path, lockName), 'removed', release);
    };
  }

  /** The first folder that was not there before. @throws ValueError where there is a file, or above it */
  #makeFolder(): string | undefined {
    if (existsSync(this.path) && !statSync(this.path).isDirectory()) throw noFolder(this.path);
    const above = nearestAbove(this.path);
    if (kindOf(above) !== 'folder') {
      throw new ValueError(`${this.path}: cannot be made, as ${above} is a file. Name a path below a folder.`);
    }
    return this.#attempt(this.path, 'made', () => makeFolders(this.path, this.#calls));
  }

  /** @throws DataError that names who has it. Of two that take over a dead one's, the slower one waits to be told who. */
  async #takeLock(): Promise<FolderLock> {
    const path = join(this.path, lockName);
    for (let tries = 0; ; tries++) {
      try {
        return FolderLock.take(this.path, this.#calls);
      } catch (error) {
        const retry = tries < 200;
        if (error instanceof HeldError) {
          if (!error.isTakenOver || !retry) {
            throw alreadyLocked(this, error.who, `If you know that it is gone, remove ${path}.`);
          }
        } else if (codeOf(error) !== 'ENOENT' || !retry) {
          throw pathFault(path, error);
        }
        // Whoever made the folder for a lock has removed it again: it is made once more.
        this.#makeFolder();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  /** Where files are written: the folder and those in it. */
  #foldersWithin(): string[] {
    const inside = readdirSync(this.path, { withFileTypes: true });
    return ['', ...inside.filter((entry) => entry.isDirectory()).map(({ name }) => name)];
  }

  /** @throws LockLostError where this store had the lock and somebody else has it now */
  #pathToWrite(name: string): string {
    const loss = this.#lock?.loss;
    if (loss !== undefined) {
      throw new LockLostError(
        `${nameIn(this, name)}: not written, nor is anything more: this process no longer has the run's lock (${loss}).`,
      );
    }
    this.#lock?.beat();
    return this.#pathOf(name);
  }

  #syncAppended(): void {
    for (const path of this.#appended) {
      this.#attempt(path, 'written', () => {
        if (!existsSync(path)) return;
        const file = this.#calls.openSync(path, 'r+');
        try {
          this.#calls.fsyncSync(file);
        } finally {
          this.#calls.closeSync(file);
        }
      });
    }
    this.#appended.clear();
  }

  /** @throws DataError where a link in the folder leads out of it: a folder that came from elsewhere reads and writes no other */
  #pathOf(name: string): string {
    let path = this.path;
    for (const part of partsOf(this, name)) {
      path = join(path, part);
      const target = targetOf(path);
      if (target !== undefined && leavesFolder(realpathSync(this.path), target)) {
        throw new DataError(`${path}: is a link to ${target}, outside the folder. Put the file itself there.`);
      }
    }
    return path;
  }

  #attempt<T>(path: string, what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw pathFault(path, error, what);
    }
  }
}

/** Where a link leads; undefined for what is none. */
function targetOf(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink()) return undefined;
  } catch {
    return undefined; // What is not there is no link; reading or writing says what is wrong.
  }
  return existsSync(path) ? realpathSync(path) : resolve(realpathSync(dirname(path)), readlinkSync(path));
}

function leavesFolder(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function noFolder(path: string): ValueError {
  return new ValueError(`${path}: is a file, a run needs a folder.`);
}

/** What is left of a line that was not written whole, and in the way of saying why. */
function cutQuietly(path: string, size: number, calls: FileCalls): void {
  try {
    const file = calls.openSync(path, 'r+');
    try {
      calls.ftruncateSync(file, size);
    } finally {
      calls.closeSync(file);
    }
  } catch {
    // Whoever continues the run leaves a torn line out.
  }
}

/** Removes folders that are empty, from `path` up to `last`. */
function removeEmpty(path: string, last: string, calls: FileCalls): void {
  try {
    for (let folder = path; !leavesFolder(last, folder); folder = dirname(folder)) calls.rmdirSync(folder);
  } catch {
    // It is not empty, as it should be.
  }
}
