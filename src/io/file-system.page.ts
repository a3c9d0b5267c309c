// A page has no files of a machine; Node has file-system.ts in its place.
import type * as local from './node/index.ts';
import { UnsupportedError } from '../core/index.ts';
import { UrlStore } from './stores/index.ts';
import type { Store } from './stores/index.ts';

type Files = typeof local;

/** @throws UnsupportedError */
export function localFiles(): Promise<Files> {
  return Promise.reject(
    new UnsupportedError('A page has no paths: give the bytes or the File itself, and take results as bytes.'),
  );
}

/** @throws UnsupportedError that says what a page has instead */
export function folderStore(path: string): Promise<Store> {
  return Promise.reject(
    new UnsupportedError(
      `${path}: a page has no folders by path. Use { opfs: '${path}' }, which the browser keeps, a folder that the user chose (showDirectoryPicker), or run.files().`,
    ),
  );
}

/** What a URL leads to, absolute or from the page. */
export function storeToRead(place: string): Promise<Store> {
  return Promise.resolve(new UrlStore(new URL(place, location.href)));
}
