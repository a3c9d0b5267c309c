import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DataError, sizeOf } from '../../core/index.ts';
import { resizeImage } from '../../io/index.ts';
import type { ResizeOptions } from '../../io/index.ts';
import { readImageFile } from '../../io/node/index.ts';
import { defaultMemoryLimit } from './context.ts';
import type { ResolveContext } from './context.ts';
import type { ImageFile } from './list-images.ts';
import { cachedRecords } from './record-cache.ts';
import { RecordFile } from './record-file.ts';

/** The share of files that may be unreadable: they are left out and named. More is an error. */
const unreadableShare = 0.01;
/** What images are brought to. */
export type ImageTarget = Required<ResizeOptions>;

/** Files that gave an error: a few are noted, more end the reading. */
export class Unreadable {
  readonly #folder: string;
  readonly #total: number;
  readonly #errors = new Map<string, string>();

  constructor(folder: string, total: number) {
    this.#folder = folder;
    this.#total = total;
  }

  has(path: string): boolean {
    return this.#errors.has(path);
  }

  reason(path: string): string {
    return this.#errors.get(path) ?? '';
  }

  /** @throws the error when it is no fault of the file's contents; DataError when too many files are unreadable */
  add(path: string, error: unknown): void {
    if (!(error instanceof DataError)) throw error;
    this.#errors.set(path, error.message);
    const allowed = Math.floor(unreadableShare * this.#total);
    if (this.#errors.size > allowed) {
      const [first] = this.#errors.values();
      throw new DataError(
        `${this.#folder}: ${allowed === 0 ? 'an image is unreadable' : `more than ${allowed} of ${this.#total} images are unreadable, the first`}: ` +
          `${first ?? ''} Repair or remove it.`,
      );
    }
  }

  notes(): string[] {
    const messages = [...this.#errors.values()];
    if (messages.length === 0) return [];
    const more = messages.length > 5 ? [`… and ${messages.length - 5} more.`] : [];
    const count = messages.length === 1 ? '1 unreadable image is' : `${messages.length} unreadable images are`;
    return [`${count} left out: ${[...messages.slice(0, 5), ...more].join(' ')}`];
  }
}

export interface PixelOptions {
  readonly target: ImageTarget;
  readonly background: number | undefined;
  readonly unreadable: Unreadable;
  readonly context: ResolveContext;
}

export interface Pixels {
  /** Those that could be read, in the order of their pixels. */
  readonly files: readonly ImageFile[];
  /** All of them, or where they are kept. */
  readonly pixels: Uint8Array | RecordFile;
  readonly cached?: string;
}

/** Decodes all images that can be read, into memory or, beyond the limit, into the cache. */
export async function readPixels(folder: string, all: readonly ImageFile[], options: PixelOptions): Promise<Pixels> {
  const { target, unreadable, context } = options;
  const recordBytes = sizeOf([target.height, target.width, target.channels]);
  const candidates = all.filter(({ path }) => !unreadable.has(path));
  const total = candidates.length * recordBytes;
  if (total > (context.memoryLimit ?? defaultMemoryLimit)) return cachePixels(folder, candidates, options);
  const pixels = new Uint8Array(total);
  let end = 0;
  await decodeImages(folder, candidates, options, (image) => {
    pixels.set(image, end);
    end += image.length;
  });
  return { files: candidates.filter(({ path }) => !unreadable.has(path)), pixels: pixels.subarray(0, end) };
}

/**
 * The pixels in a file of the cache, decoded when they are not there yet. It depends on every file's name, size and time, and
 * remembers which could not be read.
 */
async function cachePixels(folder: string, candidates: readonly ImageFile[], options: PixelOptions): Promise<Pixels> {
  const { target, background, unreadable, context } = options;
  const stamps = createHash('sha256');
  for (const { path } of candidates) {
    const { size, mtimeMs } = statSync(join(folder, path));
    stamps.update(JSON.stringify([path, size, mtimeMs]));
  }
  const identity = [1, resolve(folder), { ...target }, background ?? null, stamps.digest('hex')];
  const { path, about } = await cachedRecords({ kind: 'images', identity }, context, async (append) => {
    await decodeImages(folder, candidates, options, append);
    return candidates.flatMap(({ path }) => (unreadable.has(path) ? [[path, unreadable.reason(path)]] : []));
  });
  for (const [name = '', reason = ''] of about) if (!unreadable.has(name)) unreadable.add(name, new DataError(reason));
  const recordBytes = sizeOf([target.height, target.width, target.channels]);
  return {
    files: candidates.filter(({ path }) => !unreadable.has(path)),
    pixels: new RecordFile(path, { recordBytes }),
    cached: path,
  };
}

/** Brings every image that can be read to its size, in order. */
async function decodeImages(
  folder: string,
  files: readonly ImageFile[],
  { target, background, unreadable, context }: PixelOptions,
  take: (pixels: Uint8Array) => void,
): Promise<void> {
  for (const [index, file] of files.entries()) {
    // Lets interrupts through.
    if (index % 16 === 0) await setImmediate();
    context.signal?.throwIfAborted();
    try {
      const image = await readImageFile(join(folder, file.path), background === undefined ? {} : { background });
      take(resizeImage(image, target).data);
    } catch (error) {
      unreadable.add(file.path, error);
    }
    context.onProgress?.({ what: folder, unit: 'files', done: index + 1, total: files.length });
  }
}
