import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DataError, ValueError } from '../../core/index.ts';
import { alreadyLocked, partsOf } from '../stores/store.ts';
import type { Release, Store } from '../stores/store.ts';
import { readFileBytes, readFileText, writeFileAtomic } from './files.ts';
import { pathFault } from './write-fault.ts';

const lockName = '.lock';

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** A folder of this machine. All is done when a call returns, so that a process may end at any moment. */
export class FolderStore implements Store {
  readonly name: string;
  readonly path: string;

  constructor(path: string) {
    this.name = path;
    this.path = path;
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
    if (!statSync(path).isDirectory()) throw new ValueError(`${path}: is a file, a run needs a folder.`);
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .filter(({ name }) => name !== lockName)
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort();
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async replace(name: string, contents: Uint8Array | string): Promise<void> {
    writeFileAtomic(this.#pathOf(name), contents);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async append(name: string, contents: Uint8Array | string): Promise<void> {
    const path = this.#pathOf(name);
    this.#attempt(path, 'written', () => {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, contents);
    });
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async remove(name: string): Promise<void> {
    const path = this.#pathOf(name);
    this.#attempt(path, 'removed', () => {
      rmSync(path, { recursive: true, force: true });
    });
  }

  /** A file `.lock` that names the process; one whose process on this machine is gone counts for nothing. */
  // eslint-disable-next-line @typescript-eslint/require-await
  async lock(): Promise<Release> {
    const path = join(this.path, lockName);
    this.#attempt(path, 'written', () => {
      mkdirSync(this.path, { recursive: true });
    });
    const own: Owner = { pid: process.pid, host: hostname() };
    while (!createOnce(path, JSON.stringify(own))) {
      const owner = readOwner(path);
      if (owner === 'being written') throw alreadyLocked(this, 'another process');
      if (owner && !isGone(owner)) {
        throw alreadyLocked(this, `process ${owner.pid}${owner.host === own.host ? '' : ` on ${owner.host}`}`);
      }
      rmSync(path, { force: true });
    }
    const release = (): void => {
      process.off('exit', release);
      rmSync(path, { force: true });
    };
    process.on('exit', release);
    return () => {
      release();
      return Promise.resolve();
    };
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

  #attempt(path: string, what: string, action: () => void): void {
    try {
      action();
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

/** False when the file is there already: of two processes, one makes it. */
function createOnce(path: string, contents: string): boolean {
  try {
    writeFileSync(path, contents, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw pathFault(path, error);
  }
}

/** How long a process may take between making the file and writing its name into it. */
const writingMs = 2000;

/** Undefined for what a crash left, or where it is gone by now. */
function readOwner(path: string): Owner | 'being written' | undefined {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    const text = readFileText(path);
    if (text === '') return age < writingMs ? 'being written' : undefined;
    const { pid, host } = JSON.parse(text) as Partial<Owner>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}

/** A process of another machine may be alive. */
function isGone({ pid, host }: Owner): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
