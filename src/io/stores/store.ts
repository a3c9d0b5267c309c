import { DataError } from '../../core/index.ts';
import { decodeText } from '../bytes.ts';
import { parseJson } from '../json.ts';

/**
 * Where a run's files are kept: a folder of Node, one of the browser's own file system (OPFS) or of the user's, files that
 * the user picked, a URL, or memory. `testStore` (src/testing) holds every one of them to this contract.
 *
 * Names are relative, with `/` between folders: `model/encoder.onnx`. Folders come and go with what is in them.
 */
export interface Store {
  /** For messages: a path, a URL, `opfs:runs/x`. */
  readonly name: string;
  /** The folder of this machine, where it is one. */
  readonly path?: string;
  /** Whether nothing can be written there: every verb that would refuses. */
  readonly readOnly?: boolean;
  /** A file's bytes; undefined where there is none. @throws DataError when it cannot be read */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The names of what is in a folder, sorted; those of folders end with `/`. @throws UnsupportedError where nobody can tell */
  list(folder?: string): Promise<string[]>;
  /** Writes a file as a whole or not at all; when this settles, it lasts. @throws DataError when it cannot be written */
  replace(name: string, contents: Uint8Array | string, options?: ReplaceOptions): Promise<void>;
  /** Adds to the end of a file, which is made where there is none. */
  append(name: string, contents: Uint8Array | string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; nothing where there is none. */
  remove(name: string): Promise<void>;
  /**
   * Keeps others from writing here until it is released, or its owner is gone. Whoever lost it to another owner writes no
   * more: every verb that would throws LockLostError.
   * @throws DataError when somebody else has it
   */
  lock(): Promise<Release>;
}

/** How `Store.replace` writes: whether what was there before is kept. */
export interface ReplaceOptions {
  /**
   * A name beside the file, without folders, under which what it held before is kept, in place of what that name had. At every
   * moment one of both names has a whole file.
   */
  readonly keepAs?: string | undefined;
}

/** Gives a lock back. */
export type Release = () => Promise<void>;

/** What `lock` throws. @param owner who has it; @param hint what else there is to know */
export function alreadyLocked(store: Pick<Store, 'name'>, owner: string, hint?: string): DataError {
  const remedy = `Wait until it ends, or choose another place for this run.${hint === undefined ? '' : ` ${hint}`}`;
  return new DataError(`${store.name}: ${owner} is writing there. ${remedy}`);
}

/** A file's name with its store's, for messages. */
export function nameIn(store: Pick<Store, 'name'>, name: string): string {
  return `${store.name.replace(/\/$/, '')}/${name}`;
}

/** The name of a file in the same folder as `name`. */
export function besideOf(name: string, other: string): string {
  return name.replace(/[^/]*$/, other);
}

/** @throws DataError for a name that leads out of the store, or nowhere */
export function partsOf(store: Pick<Store, 'name'>, name: string): string[] {
  const parts = name.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\:\0]/.test(part))) {
    throw new DataError(`${store.name}: '${name}' is no name of a file in it.`);
  }
  return parts;
}

export function bytesOf(contents: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return typeof contents === 'string' ? new TextEncoder().encode(contents) : new Uint8Array(contents);
}

/** A file that must be there. @throws DataError that names it */
export async function readBytes(store: Store, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await store.read(name);
  if (bytes === undefined) throw new DataError(`${nameIn(store, name)}: there is no such file.`);
  return bytes;
}

/** The value of a JSON file; undefined where there is none. @throws DataError that names it when it is no JSON */
export async function readJson(store: Store, name: string): Promise<unknown> {
  const bytes = await store.read(name);
  if (bytes === undefined) return undefined;
  const where = nameIn(store, name);
  return parseJson(decodeText(bytes, where), { name: where });
}

/** Every file of a store by its name, sorted. */
export async function readAll(store: Store): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of await listAll(store)) files.set(name, await readBytes(store, name));
  return files;
}

async function listAll(store: Store, folder = ''): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await store.list(folder)) {
    const name = folder + entry;
    names.push(...(name.endsWith('/') ? await listAll(store, name) : [name]));
  }
  return names;
}
