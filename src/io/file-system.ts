// The files of this machine, in Node. Pages have file-system.page.ts in its place: package.json, `imports`.
import type * as local from './node/index.ts';
import { UrlStore } from './stores/index.ts';
import type { Store } from './stores/index.ts';

type Files = typeof local;

/** What reads and writes this machine's files. */
export function localFiles(): Promise<Files> {
  return import('./node/index.ts');
}

/** A folder to write to. */
export async function folderStore(path: string): Promise<Store> {
  const { FolderStore } = await localFiles();
  return new FolderStore(path);
}

/** What a text leads to that may be the URL or the path of a folder. */
export function storeToRead(place: string): Promise<Store> {
  return /^https?:\/\//i.test(place) ? Promise.resolve(new UrlStore(new URL(place))) : folderStore(place);
}
