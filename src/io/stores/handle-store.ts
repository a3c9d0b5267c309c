import { DataError, LockLostError, UnsupportedError, WriteError } from '../../core/index.ts';
import { messageOf } from '../bytes.ts';
import { alreadyLocked, besideOf, bytesOf, nameIn, partsOf } from './store.ts';
import type { Release, ReplaceOptions, Store } from './store.ts';

/** Has the name of the folder's lock, while somebody has it or after a page that ended with it. */
const lockFile = '.page-lock';

/** Runs what no two pages of this origin may do together. */
function alone<T>(action: () => Promise<T>): Promise<T> {
  return navigator.locks.request('rootsigma', action);
}

/**
 * A folder of the browser's own file system (OPFS), or one that the user chose in a dialog. `createWritable` writes beside
 * the file and takes its place when it is closed.
 */
export class HandleStore implements Store {
  readonly name: string;
  readonly #folder: FileSystemDirectoryHandle;
  #lost = false;

  constructor(folder: FileSystemDirectoryHandle, name: string = folder.name) {
    this.name = name;
    this.#folder = folder;
  }

  /** A folder of the browser's own file system, which outlives the page: made where there is none. */
  static async opfs(path: string): Promise<HandleStore> {
    const name = `opfs:${path}`;
    // Absent where the page is not secure, whatever its type says.
    const storage = (navigator as { readonly storage?: Partial<StorageManager> }).storage;
    if (!storage?.getDirectory) {
      throw new UnsupportedError(
        `${name}: this is no page with a file system of its own (it needs HTTPS or localhost).`,
      );
    }
    let folder = await storage.getDirectory();
    for (const part of partsOf({ name: 'opfs' }, path))
      folder = await folder.getDirectoryHandle(part, { create: true });
    return new HandleStore(folder, name);
  }

  /** Whether both are of one folder, whichever way they came to it. */
  isSame(other: HandleStore): Promise<boolean> {
    return this.#folder.isSameEntry(other.#folder);
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#attempt(name, 'read', async () => {
      const file = await this.#file(name, false);
      return file && new Uint8Array(await (await file.getFile()).arrayBuffer());
    });
  }

  async list(folder = ''): Promise<string[]> {
    return this.#attempt(folder, 'read', async () => {
      const handle = folder === '' ? this.#folder : await this.#inner(partsOf(this, folder), false);
      if (!handle) return [];
      const names: string[] = [];
      for await (const entry of handle.values()) {
        // What `createWritable` has under way, and the lock.
        if (entry.name.endsWith('.crswap') || entry.name === lockFile) continue;
        names.push(entry.kind === 'directory' ? `${entry.name}/` : entry.name);
      }
      return names.sort();
    });
  }

  async replace(name: string, contents: Uint8Array | string, { keepAs }: ReplaceOptions = {}): Promise<void> {
    const before = keepAs === undefined ? undefined : await this.read(name);
    if (keepAs !== undefined && before) await this.#write(besideOf(name, keepAs), before, false);
    await this.#write(name, contents, false);
  }

  async append(name: string, contents: Uint8Array | string): Promise<void> {
    await this.#write(name, contents, true);
  }

  async remove(name: string): Promise<void> {
    this.#checkLock(name);
    await this.#attempt(name, 'removed', async () => {
      const parts = partsOf(this, name);
      const last = parts.pop() ?? '';
      const folder = await this.#inner(parts, false);
      await absentAs(undefined, folder?.removeEntry(last, { recursive: true }));
    });
  }

  /**
   * By a name that lies in the folder itself while somebody has it, so that all handles of one folder meet, and those of others do not,
   * whatever folders are called. Other tabs have it too; the browser releases it when its page is gone.
   */
  async lock(): Promise<Release> {
    const release = await alone(async () => this.#request(await this.#lockName()));
    return () =>
      alone(async () => {
        await this.#attempt(lockFile, 'removed', () => absentAs(undefined, this.#folder.removeEntry(lockFile)));
        await release();
      });
  }

  /** What the folder's lock is called: as it says, or from now on. */
  async #lockName(): Promise<string> {
    const found = await this.read(lockFile);
    const known = found && new TextDecoder().decode(found);
    if (known !== undefined && known !== '') return known;
    const name = `rootsigma ${Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-')}`;
    await this.#put(lockFile, name, false);
    return name;
  }

  #request(name: string): Promise<Release> {
    let given = false;
    return new Promise((resolve, reject) => {
      const options = { ifAvailable: true };
      navigator.locks
        .request(name, options, (lock) => {
          if (!lock) throw alreadyLocked(this, 'another run, perhaps in another tab,');
          given = true;
          this.#lost = false;
          return new Promise<void>((release) => {
            resolve(() => {
              release();
              return Promise.resolve();
            });
          });
        })
        .catch((error: unknown) => {
          // Once it was given, this says that somebody stole it.
          if (given) this.#lost = true;
          reject(error instanceof Error ? error : new DataError(messageOf(error)));
        });
    });
  }

  #checkLock(name: string): void {
    if (!this.#lost) return;
    throw new LockLostError(`${nameIn(this, name)}: not written: the run's lock was taken by somebody else.`);
  }

  async #write(name: string, contents: Uint8Array | string, append: boolean): Promise<void> {
    this.#checkLock(name);
    await this.#put(name, contents, append);
  }

  async #put(name: string, contents: Uint8Array | string, append: boolean): Promise<void> {
    await this.#attempt(name, 'written', async () => {
      const file = await this.#file(name, true);
      const writable = await file?.createWritable({ keepExistingData: append });
      if (!file || !writable) return;
      try {
        const position = append ? (await file.getFile()).size : 0;
        await writable.write({ type: 'write', position, data: bytesOf(contents) });
        await writable.close();
      } catch (error) {
        await writable.abort().catch(() => undefined);
        throw error;
      }
    });
  }

  async #file(name: string, create: boolean): Promise<FileSystemFileHandle | undefined> {
    const parts = partsOf(this, name);
    const last = parts.pop() ?? '';
    const folder = await this.#inner(parts, create);
    return absentAs(undefined, folder?.getFileHandle(last, { create }));
  }

  async #inner(parts: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
    let folder: FileSystemDirectoryHandle | undefined = this.#folder;
    for (const part of parts) folder = await absentAs(undefined, folder?.getDirectoryHandle(part, { create }));
    return folder;
  }

  async #attempt<T>(name: string, what: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof DataError) throw error;
      const message = `${nameIn(this, name)}: cannot be ${what} (${messageOf(error)}).${remedyFor(error)}`;
      throw new (what === 'read' ? DataError : WriteError)(message, { cause: error });
    }
  }
}

/** What helps where the browser refuses to write. */
function remedyFor(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') return ' The browser gives this site no more space: remove old runs there.';
  return name === 'NotAllowedError' ? ' Ask for the permission to write there: handle.requestPermission.' : '';
}

/** A value for what is not there. */
async function absentAs<T>(value: T, result: Promise<T> | undefined): Promise<T> {
  try {
    return result === undefined ? value : await result;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return value;
    throw error;
  }
}
