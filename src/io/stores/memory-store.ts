import { alreadyLocked, besideOf, bytesOf, partsOf } from './store.ts';
import type { Release, ReplaceOptions, Store } from './store.ts';

/** Files in memory. */
export class MemoryStore implements Store {
  readonly name: string;
  readonly #files: Map<string, Uint8Array<ArrayBuffer>>;
  #locked = false;

  constructor(files: Iterable<readonly [name: string, bytes: Uint8Array]> = [], name = 'memory') {
    this.name = name;
    this.#files = new Map();
    for (const [file, bytes] of files) this.#files.set(this.#checked(file), new Uint8Array(bytes));
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return Promise.resolve(this.#files.get(this.#checked(name))?.slice());
  }

  async list(folder = ''): Promise<string[]> {
    const prefix = folder === '' ? '' : `${this.#checked(folder)}/`;
    const inside = [...this.#files.keys()].filter((name) => name.startsWith(prefix));
    const entries = inside.map((name) => name.slice(prefix.length).replace(/\/.*/, '/'));
    return Promise.resolve([...new Set(entries)].sort());
  }

  async replace(name: string, contents: Uint8Array | string, { keepAs }: ReplaceOptions = {}): Promise<void> {
    const before = this.#files.get(this.#checked(name));
    if (keepAs !== undefined && before) this.#files.set(this.#checked(besideOf(name, keepAs)), before);
    this.#files.set(this.#checked(name), bytesOf(contents));
    return Promise.resolve();
  }

  async append(name: string, contents: Uint8Array | string): Promise<void> {
    const before = this.#files.get(this.#checked(name)) ?? new Uint8Array(0);
    const more = bytesOf(contents);
    const all = new Uint8Array(before.length + more.length);
    all.set(before);
    all.set(more, before.length);
    this.#files.set(this.#checked(name), all);
    return Promise.resolve();
  }

  async remove(name: string): Promise<void> {
    const file = this.#checked(name);
    for (const other of [...this.#files.keys()]) {
      if (other === file || other.startsWith(`${file}/`)) this.#files.delete(other);
    }
    return Promise.resolve();
  }

  lock(): Promise<Release> {
    if (this.#locked) return Promise.reject(alreadyLocked(this, 'another run'));
    this.#locked = true;
    return Promise.resolve(() => {
      this.#locked = false;
      return Promise.resolve();
    });
  }

  #checked(name: string): string {
    return partsOf(this, name).join('/');
  }
}
