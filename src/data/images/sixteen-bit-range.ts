import { ValueError } from '../../core/index.ts';
import type { ResolveContext } from '../context.ts';
import type { ImageSource } from './image-source.ts';
import type { ImageFile } from './listing.ts';
import { forEachImage, imagesText, isLarge } from './pixels.ts';
import type { Findings, ImageTarget, PixelOptions } from './pixels.ts';
import type { Unreadable } from './unreadable.ts';

/** What 16-bit samples stand for: `full` 0 to 65535; a number, 0 to that; `auto` what the files of the folder use. */
export type ImageRange = number | 'auto' | 'full';

/** The highest value that 16 bits have. */
export const fullRange = 65535;

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
    readonly source: ImageSource;
    readonly range: ImageRange | undefined;
    readonly target: ImageTarget;
    readonly form: PixelOptions['form'];
    readonly unreadable: Unreadable;
    readonly context: ResolveContext;
  },
): Promise<number> {
  const { source, range = 'auto' } = options;
  if (range === 'full') return fullRange;
  if (range !== 'auto') {
    if (Number.isInteger(range) && range >= 1 && range <= fullRange) return range;
    throw new ValueError(
      `${source.name}: range must be 'auto', 'full' or a whole number from 1 to 65535, got ${String(range)}.`,
    );
  }
  if (deep.length === 0) return fullRange;
  const highest = await highestOf(deep, options);
  return highest === 0 ? fullRange : 2 ** Math.ceil(Math.log2(highest + 1)) - 1;
}

async function highestOf(
  deep: readonly ImageFile[],
  options: {
    readonly source: ImageSource;
    readonly target: ImageTarget;
    readonly form: PixelOptions['form'];
    readonly unreadable: Unreadable;
    readonly context: ResolveContext;
  },
): Promise<number> {
  const { source, form, unreadable, context } = options;
  const scan = async (): Promise<number> => {
    let highest = 0;
    const what = `${source.name}, range of values`;
    await forEachImage(deep, { source, form, unreadable, context, what }, (image) => {
      highest = Math.max(highest, image.highest ?? 0);
    });
    return highest;
  };
  if (!source.cache || !isLarge(deep.length, options)) return scan();
  return (await source.cache.keep(deep, ['highest', 2, { ...form }], context, scan)).about;
}

/**
 * What became of 16-bit values.
 *
 * @param deep how many images have them
 */
export function notesOfRange(
  { clipped, highest }: Pick<Findings, 'clipped' | 'highest'>,
  { range, deep }: { readonly range: number; readonly deep: number },
): string[] {
  if (deep === 0) return [];
  const notes: string[] = [];
  if (range < fullRange) {
    notes.push(`16-bit values (in ${imagesText(deep)}) reach ${highest}: ${range} and more become white; the data option range chooses a number or 'full', 65535.`); // prettier-ignore
  } else if (highest > 0 && highest < 4096) {
    notes.push(`16-bit values (in ${imagesText(deep)}) reach ${highest} of 65535 only: nearly black. The data option range takes 'auto' or a number, such as ${highest}.`); // prettier-ignore
  }
  if (clipped > 0) notes.push(`${imagesText(clipped)} with values above ${range}: they were cut there.`);
  return notes;
}
