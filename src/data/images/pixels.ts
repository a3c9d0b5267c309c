import { DataError, sizeOf, takeTurns } from '../../core/index.ts';
import { decodeImage, resizeImage } from '../../io/index.ts';
import type { DecodedImage, ResizeOptions } from '../../io/index.ts';
import { defaultMemoryLimit } from '../context.ts';
import type { ResolveContext } from '../context.ts';
import { datasetOf } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { ImageFacts, ImageSource } from './image-source.ts';
import type { ImageFile } from './listing.ts';
import type { Unreadable } from './unreadable.ts';

/** What images are brought to. */
export type ImageTarget = Required<ResizeOptions>;

export interface PixelOptions {
  readonly source: ImageSource;
  readonly target: ImageTarget;
  /** How files become bytes. */
  readonly form: { readonly background?: number; readonly range?: number; readonly megapixels?: number };
  readonly unreadable: Unreadable;
  readonly context: ResolveContext;
}

export interface Pixels {
  /** Those that could be read, in the order of their pixels. */
  readonly files: readonly ImageFile[];
  /** All of them as examples. */
  readonly dataset: (about: ImageFacts) => Dataset;
  /** Where they are kept, when that is not in memory. */
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

export function imagesText(count: number): string {
  return count === 1 ? '1 image' : `${count} images`;
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
export async function readPixels(all: readonly ImageFile[], options: PixelOptions): Promise<Pixels> {
  const { source, unreadable } = options;
  const candidates = all.filter(({ path }) => !unreadable.has(path));
  if (source.cache && isLarge(candidates.length, options)) return cachePixels(candidates, options, source.cache);
  const pixels = room(candidates.length, options);
  let end = 0;
  const findings = await decodeImages(candidates, options, (image) => {
    pixels.set(image, end);
    end += image.length;
  });
  unreadable.check();
  return {
    files: candidates.filter(({ path }) => !unreadable.has(path)),
    dataset: (about) => datasetOf({ ...about, values: pixels.subarray(0, end) }),
    findings,
  };
}

/** @throws DataError for more than one array can hold, or than there is memory for */
function room(count: number, { source, target }: PixelOptions): Uint8Array {
  const bytes = count * recordBytes(target);
  try {
    return new Uint8Array(bytes);
  } catch {
    const { height, width, channels } = target;
    throw new DataError(
      `${source.name}: ${count} images of ${height}×${width}×${channels} take ${(bytes / 2 ** 30).toFixed(1)} GiB, which cannot be had here. Take a smaller data option size, or fewer images.`,
    );
  }
}

/** The pixels in the cache, decoded when they are not there yet; it remembers which could not be read. */
async function cachePixels(
  candidates: readonly ImageFile[],
  options: PixelOptions,
  cache: NonNullable<ImageSource['cache']>,
): Promise<Pixels> {
  const { target, form, unreadable, context } = options;
  const identity = [3, { ...target }, { ...form }];
  const { path, about, dataset } = await cache.keep(candidates, identity, context, async (append) => {
    const findings = await decodeImages(candidates, options, append);
    unreadable.check();
    const failed = candidates.flatMap(({ path }): [string, string][] =>
      unreadable.has(path) ? [[path, unreadable.reason(path)]] : [],
    );
    return { failed, findings: { ...findings } };
  });
  for (const [name, reason] of about.failed) if (!unreadable.has(name)) unreadable.add(name, new DataError(reason));
  unreadable.check();
  const files = candidates.filter((file) => !unreadable.has(file.path));
  return {
    files,
    dataset: (facts) => dataset(facts, files.length),
    cached: path,
    findings: about.findings,
  };
}

/** Brings every image that can be read to its size, in order. */
async function decodeImages(
  files: readonly ImageFile[],
  options: PixelOptions,
  take: (pixels: Uint8Array) => void,
): Promise<Findings> {
  const { source, target, form } = options;
  let [transparent, clipped, highest] = [0, 0, 0];
  await forEachImage(files, { ...options, what: source.name }, (image) => {
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
  files: readonly ImageFile[],
  options: Pick<PixelOptions, 'source' | 'form' | 'unreadable' | 'context'> & { readonly what: string },
  take: (image: DecodedImage) => void,
): Promise<void> {
  const { source, form, unreadable, context, what } = options;
  for (const [index, { path }] of files.entries()) {
    // Lets interrupts through; in a page, input and painting too.
    await takeTurns();
    context.signal?.throwIfAborted();
    try {
      take(await decodeImage(await source.read(path), { ...form, name: source.nameOf(path) }));
    } catch (error) {
      unreadable.add(path, error);
    }
    context.onProgress?.({ what, unit: 'files', done: index + 1, total: files.length });
  }
}
