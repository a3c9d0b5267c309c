import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DataError, sizeOf } from '../../core/index.ts';
import { resizeImage } from '../../io/index.ts';
import type { DecodedImage, ResizeOptions } from '../../io/index.ts';
import { readImageFile } from '../../io/node/index.ts';
import { defaultMemoryLimit } from './context.ts';
import type { ResolveContext } from './context.ts';
import type { ImageFile, ImageListing } from './list-images.ts';
import { cachedRecords } from './record-cache.ts';
import { RecordFile } from './record-file.ts';
import type { Unreadable } from './unreadable.ts';

/** What images are brought to. */
export type ImageTarget = Required<ResizeOptions>;

export interface PixelOptions {
  readonly target: ImageTarget;
  /** How files become bytes. */
  readonly form: { readonly background?: number; readonly range?: number };
  readonly unreadable: Unreadable;
  readonly context: ResolveContext;
}

export interface Pixels {
  /** Those that could be read, in the order of their pixels. */
  readonly files: readonly ImageFile[];
  /** All of them, or where they are kept. */
  readonly pixels: Uint8Array | RecordFile;
  readonly cached?: string;
  readonly findings: Findings;
}

/** What was found while images were decoded. */
export interface Findings {
  /** Images with pixels that were not opaque. */
  readonly transparent: number;
  /** 16-bit images with values above the range. */
  readonly clipped: number;
  /** The highest value of a 16-bit image; 0 where there is none. */
  readonly highest: number;
}

/** Whether the pixels of so many images stay on disk. */
export function isLarge(count: number, { target, context }: Pick<PixelOptions, 'target' | 'context'>): boolean {
  return count * recordBytes(target) > (context.memoryLimit ?? defaultMemoryLimit);
}

function recordBytes({ height, width, channels }: ImageTarget): number {
  return sizeOf([height, width, channels]);
}

/**
 * Decodes all images that can be read, into memory or, beyond the limit, into the cache.
 *
 * @throws DataError that lists the files when too many cannot be read
 */
export async function readPixels({ folder, files: all }: ImageListing, options: PixelOptions): Promise<Pixels> {
  const { target, unreadable } = options;
  const candidates = all.filter(({ path }) => !unreadable.has(path));
  if (isLarge(candidates.length, options)) return cachePixels(folder, candidates, options);
  const pixels = new Uint8Array(candidates.length * recordBytes(target));
  let end = 0;
  const findings = await decodeImages(folder, candidates, options, (image) => {
    pixels.set(image, end);
    end += image.length;
  });
  unreadable.check();
  return { files: candidates.filter(({ path }) => !unreadable.has(path)), pixels: pixels.subarray(0, end), findings };
}

/** A hash of every file's name, size and time: what is kept of them is of use while it stays. */
export function stampOf(folder: string, files: readonly ImageFile[]): string {
  const stamps = createHash('sha256');
  for (const { path } of files) {
    const { size = 0, mtimeMs = 0 } = statSync(join(folder, path), { throwIfNoEntry: false }) ?? {};
    stamps.update(JSON.stringify([path, size, mtimeMs]));
  }
  return stamps.digest('hex');
}

/** The pixels in a file of the cache, decoded when they are not there yet; it remembers which could not be read. */
async function cachePixels(folder: string, candidates: readonly ImageFile[], options: PixelOptions): Promise<Pixels> {
  const { target, form, unreadable, context } = options;
  const identity = [2, resolve(folder), { ...target }, { ...form }, stampOf(folder, candidates)];
  const { path, about } = await cachedRecords({ kind: 'images', identity }, context, async (append) => {
    const findings = await decodeImages(folder, candidates, options, append);
    unreadable.check();
    const failed = candidates.flatMap(({ path }): [string, string][] =>
      unreadable.has(path) ? [[path, unreadable.reason(path)]] : [],
    );
    return { failed, findings: { ...findings } };
  });
  for (const [name, reason] of about.failed) if (!unreadable.has(name)) unreadable.add(name, new DataError(reason));
  unreadable.check();
  return {
    files: candidates.filter(({ path }) => !unreadable.has(path)),
    pixels: new RecordFile(path, { recordBytes: recordBytes(target) }),
    cached: path,
    findings: about.findings,
  };
}

/** Brings every image that can be read to its size, in order. */
async function decodeImages(
  folder: string,
  files: readonly ImageFile[],
  { target, form, unreadable, context }: PixelOptions,
  take: (pixels: Uint8Array) => void,
): Promise<Findings> {
  let [transparent, clipped, highest] = [0, 0, 0];
  await forEachImage(folder, files, { form, unreadable, context, what: folder }, (image) => {
    if (image.transparent) transparent++;
    if (image.highest !== undefined) {
      highest = Math.max(highest, image.highest);
      if (image.highest > (form.range ?? 65535)) clipped++;
    }
    take(resizeImage(image, target).data);
  });
  return { transparent, clipped, highest };
}

/** Decodes files one after another; those that cannot be read are noted. */
export async function forEachImage(
  folder: string,
  files: readonly ImageFile[],
  options: Pick<PixelOptions, 'form' | 'unreadable' | 'context'> & { readonly what: string },
  take: (image: DecodedImage) => void,
): Promise<void> {
  const { form, unreadable, context, what } = options;
  for (const [index, file] of files.entries()) {
    // Lets interrupts through.
    if (index % 16 === 0) await setImmediate();
    context.signal?.throwIfAborted();
    try {
      take(await readImageFile(join(folder, file.path), form));
    } catch (error) {
      unreadable.add(file.path, error);
    }
    context.onProgress?.({ what, unit: 'files', done: index + 1, total: files.length });
  }
}
