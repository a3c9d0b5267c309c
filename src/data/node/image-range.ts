import { ValueError } from '../../core/index.ts';
import type { ResolveContext } from './context.ts';
import { forEachImage, isLarge, stampOf } from './image-pixels.ts';
import type { ImageTarget } from './image-pixels.ts';
import type { ImageFile } from './list-images.ts';
import { cachedRecords } from './record-cache.ts';
import type { Unreadable } from './unreadable.ts';

/** What 16-bit samples stand for: `full` 0 to 65535; a number, 0 to that; `auto` what the files of the folder use. */
export type ImageRange = number | 'auto' | 'full';

const full = 65535;

/**
 * The value of 16-bit images that becomes white. Cameras and scanners of 10, 12 or 14 bits write their numbers as they are: so `auto`
 * is the smallest 2ᵏ − 1 that no value of the folder exceeds.
 *
 * @param deep the folder's 16-bit images, each decoded once for `auto`
 * @throws ValueError for an option that is no range
 */
export async function rangeOf(
  deep: readonly ImageFile[],
  options: {
    readonly folder: string;
    readonly range: ImageRange | undefined;
    readonly target: ImageTarget;
    readonly unreadable: Unreadable;
    readonly context: ResolveContext;
  },
): Promise<number> {
  const { folder, range = 'auto' } = options;
  if (range === 'full') return full;
  if (range !== 'auto') {
    if (Number.isInteger(range) && range >= 1 && range <= full) return range;
    throw new ValueError(
      `${folder}: range must be 'auto', 'full' or a whole number from 1 to 65535, got ${String(range)}.`,
    );
  }
  if (deep.length === 0) return full;
  const highest = await highestOf(deep, options);
  return highest === 0 ? full : 2 ** Math.ceil(Math.log2(highest + 1)) - 1;
}

async function highestOf(
  deep: readonly ImageFile[],
  options: {
    readonly folder: string;
    readonly target: ImageTarget;
    readonly unreadable: Unreadable;
    readonly context: ResolveContext;
  },
): Promise<number> {
  const { folder, unreadable, context } = options;
  const scan = async (): Promise<number> => {
    let highest = 0;
    await forEachImage(folder, deep, { form: {}, unreadable, context, what: `${folder}, range of values` }, (image) => {
      highest = Math.max(highest, image.highest ?? 0);
    });
    return highest;
  };
  if (!isLarge(deep.length, options)) return scan();
  const identity = ['highest', 1, folder, stampOf(folder, deep)];
  return (await cachedRecords({ kind: 'images', identity }, context, scan)).about;
}
