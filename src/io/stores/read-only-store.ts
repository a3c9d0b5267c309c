import { DataError, UnsupportedError } from '../../core/index.ts';
import { messageOf } from '../bytes.ts';
import { MemoryStore } from './memory-store.ts';
import { nameIn, partsOf } from './store.ts';
import type { Release, Store } from './store.ts';

/** A store that can be read. @throws DataError for whatever would write */
abstract class ReadOnlyStore implements Store {
  readonly name: string;
  readonly readOnly = true;

  constructor(name: string) {
    this.name = name;
  }

  abstract read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  abstract list(folder?: string): Promise<string[]>;

  replace(name: string): Promise<void> {
    return this.#refuse(name);
  }

  append(name: string): Promise<void> {
    return this.#refuse(name);
  }

  remove(name: string): Promise<void> {
    return this.#refuse(name);
  }

  lock(): Promise<Release> {
    return this.#refuse();
  }

  #refuse(name?: string): Promise<never> {
    const what = name === undefined ? this.name : nameIn(this, name);
    return Promise.reject(
      new DataError(
        `${what}: can be read only. Save the run elsewhere: a folder, { opfs: 'runs/x' } in a page, or run.files().`,
      ),
    );
  }
}

/**
 * Files that a user picked, dropped or got: a folder's, whose common first folder is left out, or some of them.
 * They are read as they are asked for.
 */
export class PickedStore extends ReadOnlyStore {
  readonly #files: ReadonlyMap<string, Blob>;
  readonly #names: MemoryStore;

  constructor(files: readonly File[], name = 'the files picked') {
    super(name);
    const paths = files.map((file) => file.webkitRelativePath || file.name);
    const [first = ''] = paths[0]?.split('/') ?? [];
    const shared = paths.every((path) => path.startsWith(`${first}/`));
    this.#files = new Map(files.map((file, k) => [(paths[k] ?? '').slice(shared ? first.length + 1 : 0), file]));
    this.#names = new MemoryStore([...this.#files.keys()].map((path) => [path, new Uint8Array(0)]));
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const file = this.#files.get(partsOf(this, name).join('/'));
    try {
      return file && new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      throw new DataError(`${nameIn(this, name)}: cannot be read (${messageOf(error)}).`);
    }
  }

  list(folder?: string): Promise<string[]> {
    return this.#names.list(folder);
  }
}

/** Another store, of which nothing is written: that of a run which another process keeps. */
export class ReadOnlyView extends ReadOnlyStore {
  declare readonly path?: string;
  readonly #store: Store;

  constructor(store: Store) {
    super(store.name);
    this.#store = store;
    if (store.path !== undefined) this.path = store.path;
  }

  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#store.read(name);
  }

  list(folder?: string): Promise<string[]> {
    return this.#store.list(folder);
  }
}

/** Files below a URL. What is there, nobody can list. */
export class UrlStore extends ReadOnlyStore {
  readonly #base: URL;

  /** @param url of the folder, with or without `/` at its end */
  constructor(url: URL) {
    super(url.href);
    this.#base = new URL(url);
    if (!url.pathname.endsWith('/')) this.#base.pathname += '/';
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = partsOf(this, name).map(encodeURIComponent).join('/');
    const url = new URL(path, this.#base);
    url.search = this.#base.search;
    let response: Response;
    try {
      response = await fetch(url);
    } catch (error) {
      throw new DataError(`${url.href}: cannot be fetched (${messageOf(error)}).`);
    }
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok)
      throw new DataError(`${url.href}: cannot be fetched (${response.status} ${response.statusText}).`);
    return new Uint8Array(await response.arrayBuffer());
  }

  list(): Promise<string[]> {
    return Promise.reject(new UnsupportedError(`${this.name}: what lies below a URL cannot be listed.`));
  }
}
