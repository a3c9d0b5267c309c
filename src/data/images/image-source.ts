import type { JsonValue } from '../../io/index.ts';
import type { ResolveContext } from '../context.ts';
import type { Dataset } from '../dataset.ts';
import type { ImageFile } from './listing.ts';

/** Where the bytes of image files come from: folders of this machine (in Node), or files that the user of a page picked. */
export interface ImageSource {
  /** What was asked for: a folder's path or name. */
  readonly name: string;
  /** A file as messages name it. */
  readonly nameOf: (path: string) => string;
  /** A file's first `length` bytes, or all that it has. @throws DataError when it cannot be read */
  readonly readHead: (path: string, length: number) => Bytes | Promise<Bytes>;
  /** @throws DataError when it cannot be read */
  readonly read: (path: string) => Bytes | Promise<Bytes>;
  /** Keeps what is too large for memory; where there is none, as in pages, all is in memory. */
  readonly cache?: ImageCache;
}

type Bytes = Uint8Array<ArrayBuffer>;

export interface ImageCache {
  /**
   * What `write` appends and gives, or what it did the last time for the same files.
   *
   * @param identity all that the records depend on besides the files
   */
  keep<About extends JsonValue>(
    files: readonly ImageFile[],
    identity: readonly JsonValue[],
    context: ResolveContext,
    write: (append: (record: Uint8Array) => void) => Promise<About>,
  ): Promise<KeptImages<About>>;
}

export interface KeptImages<About> {
  /** Where they are. */
  readonly path: string;
  readonly about: About;
  /** The records as examples, a byte a number, read as they are asked for. */
  readonly dataset: (about: ImageFacts, size: number) => Dataset;
}

/** What there is to say of images besides their pixels. */
export type ImageFacts = Pick<Dataset, 'name' | 'kind' | 'sampleShape' | 'names' | 'labels' | 'classNames'>;
