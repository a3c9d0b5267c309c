import { folderStore, localFiles, storeToRead } from '#file-system';
import { DataError, ValueError } from '../../core/index.ts';
import { HandleStore, MemoryStore, PickedStore, UrlStore, byteSourceOf, unzip } from '../../io/index.ts';
import type { Store } from '../../io/index.ts';

/** Where a run is written. */
export type RunPlace =
  /** A folder's path, in Node. */
  | string
  /** In a page: a folder of the browser's own file system, which outlives the page. */
  | { readonly opfs: string }
  /** In a page: a folder that the user chose in a dialog (`showDirectoryPicker`). */
  | FileSystemDirectoryHandle
  | Store;

/** Where a run is read from. A string is a folder's path in Node, in a page a URL. */
export type RunSource =
  | RunPlace
  | URL
  /** The files of a run's folder, as an `<input type="file" webkitdirectory>` or a drop gives them. */
  | Iterable<File>
  /** A run's folder as one ZIP, as `run.zip()` gives it. */
  | Blob;

/** @throws UnsupportedError for what there is not here: a path in a page, OPFS in Node */
export async function storeAt(place: RunPlace): Promise<Store> {
  if (typeof place === 'string') return folderStore(place);
  if ('opfs' in place) return HandleStore.opfs(place.opfs);
  if ('getFileHandle' in place) return new HandleStore(place);
  // What JavaScript passes may be anything.
  if (typeof (place as Partial<Store>).replace === 'function') return place;
  throw new ValueError("expected a path, { opfs: 'runs/x' }, a folder's handle or a store as the place of a run.");
}

/** @throws UnsupportedError as `storeAt` does; DataError for a ZIP that is damaged */
export async function storeFrom(source: RunSource): Promise<Store> {
  if (typeof source === 'string') return storeToRead(source);
  if (source instanceof URL) return source.protocol === 'file:' ? storeToRead(pathOf(source)) : new UrlStore(source);
  if (source instanceof Blob) return zipStore(source);
  if (Symbol.iterator in source) {
    const [first, ...others] = source;
    if (!first) throw new DataError('load: there is no file among those given.');
    const isZip = others.length === 0 && /\.zip$/i.test(first.name);
    return isZip ? zipStore(first) : new PickedStore([first, ...others]);
  }
  return storeAt(source);
}

/** Whether two stores are one place, however each is spelt: one folder, or one object. */
export async function isSamePlace(one: Store, other: Store): Promise<boolean> {
  if (one === other) return true;
  if (one instanceof HandleStore && other instanceof HandleStore) return one.isSame(other);
  if (one.path === undefined || other.path === undefined) return false;
  return (await localFiles()).isSamePlace(one.path, other.path);
}

async function zipStore(archive: Blob): Promise<Store> {
  const name = archive instanceof File ? archive.name : 'the ZIP';
  return new MemoryStore(unzip(byteSourceOf(new Uint8Array(await archive.arrayBuffer()), name)), name);
}

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname.replace(/^\/(?=[a-z]:)/i, ''));
}
