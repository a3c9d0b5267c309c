import { join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { readImageHeader } from '../../io/index.ts';
import type { DataConfig, ImageHeader } from '../../io/index.ts';
import { readFileBytes, readFileHead } from '../../io/node/index.ts';
import { datasetOf, subset } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import { checkNumber, checkOptions } from '../source.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import type { SplitName } from '../split-names.ts';
import { defaultTestFraction, holdOutTest } from '../split.ts';
import { noteOfSplit } from './array-file.ts';
import type { ResolveContext } from './context.ts';
import { Unreadable, readPixels } from './image-pixels.ts';
import type { ImageTarget } from './image-pixels.ts';
import { listImages } from './list-images.ts';
import type { ImageFile } from './list-images.ts';
import { datasetOfRecords } from './record-dataset.ts';

/** Images that all have one size keep it up to here; others become `defaultSide` × `defaultSide`. */
const largestOwnSide = 64;
const defaultSide = 32;
/** Where an image's header ends in nearly all files; the others are read whole. */
const headBytes = 2 ** 17;

/**
 * The PNG and JPEG images below a folder, brought to one size and one number of channels.
 *
 * - *Splits and classes* come from folders (`listImages`); without a folder `test`, a share is held out at random.
 * - *Size*: the own one when all images share it and it is at most 64 × 64, else 32 × 32, or `size`. Each pixel is the mean
 *   of the area it covers, after cutting the middle to the new ratio of sides (or `fit: 'stretch'`).
 * - *Channels*: 1 when every file is stored as grey, else 3, or `channels`.
 * - *Unreadable files*: up to 1 % are left out and named in the notes; more is an error.
 * - *Memory*: pixels beyond `memoryLimit` are decoded once into the cache, a byte a number, and read from there.
 *
 * What was decided is in `options`, so that the same pixels come again.
 *
 * @throws DataError naming the folder or the first unreadable file
 */
export async function readImageFolder(
  folder: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const known = ['seed', 'testFraction', 'size', 'channels', 'fit', 'background'] as const;
  const given = { ...formOf(context.like), ...checkOptions(folder, options, known) };
  const listing = listImages(folder);
  const unreadable = new Unreadable(folder, listing.files.length);
  const target = chooseTarget(readHeaders(folder, listing.files, unreadable), given, folder);
  const background = given.background;
  if (background !== undefined) checkNumber(`${folder}: background`, background, { least: 0, below: 256, whole: true });
  const { files, cached, pixels } = await readPixels(folder, listing.files, {
    target,
    background,
    unreadable,
    context,
  });
  const { classNames } = listing;
  const about = {
    name: folder,
    kind: 'images' as const,
    sampleShape: target.channels === 1 ? [target.height, target.width] : [target.height, target.width, 3],
    names: { kind: 'file' as const, at: (index: number) => files[index]!.path },
    ...(classNames && {
      labels: Uint32Array.from(files, ({ className }) => classNames.indexOf(className ?? '')),
      classNames,
    }),
  };
  const everything =
    pixels instanceof Uint8Array
      ? datasetOf({ ...about, values: pixels })
      : datasetOfRecords(
          { ...about, support: 'unit-interval', size: files.length },
          { records: pixels, element: { type: 'uint8' } },
        );
  const { splits, held } = splitUp(everything, {
    files,
    ownSplits: listing.ownSplits,
    given,
    share: context.like ? 0 : defaultTestFraction,
  });
  return {
    source: folder,
    ...splits,
    options: {
      size: [target.height, target.width],
      channels: target.channels,
      fit: target.fit,
      ...(background !== undefined && { background }),
      ...held,
    },
    notes: [
      ...unreadable.notes(),
      ...noteOfOthers(listing.others),
      `${files.length} images as ${target.height}×${target.width} ${target.channels === 1 ? 'grey' : 'RGB'}` +
        (classNames ? `, ${classNames.length} classes by folder.` : '.'),
      ...(cached === undefined ? [] : [`${folder} is large: its pixels are read from ${cached} as they are needed.`]),
      ...(listing.ownSplits ? [] : [noteOfSplit(splits)]),
    ],
  };
}

/** What was not even tried. */
function noteOfOthers(others: ReadonlyMap<string, number>): string[] {
  if (others.size === 0) return [];
  const list = [...others].map(([ending, count]) => `${count} ${ending}`).join(', ');
  return [`images of other formats than PNG and JPEG are left aside: ${list}.`];
}

/** What a run's images were brought to. */
function formOf(like: DataConfig | undefined): DatasetOptions {
  if (like?.kind !== 'images') return {};
  const { size, channels, fit, background } = like.options ?? {};
  return JSON.parse(JSON.stringify({ size, channels, fit, background })) as DatasetOptions;
}

function readHeaders(folder: string, files: readonly ImageFile[], unreadable: Unreadable): ImageHeader[] {
  const headers: ImageHeader[] = [];
  for (const { path } of files) {
    const name = join(folder, path);
    try {
      const head = readFileHead(name, headBytes);
      try {
        headers.push(readImageHeader(head, { name }));
      } catch (error) {
        if (head.length < headBytes) throw error;
        headers.push(readImageHeader(readFileBytes(name), { name }));
      }
    } catch (error) {
      unreadable.add(path, error);
    }
  }
  return headers;
}

function chooseTarget(headers: readonly ImageHeader[], given: DatasetOptions, folder: string): ImageTarget {
  const { size, fit = 'crop' } = given;
  const channels = given.channels ?? (headers.every(({ colours }) => colours === 1) ? 1 : 3);
  const [first] = headers;
  const shared = first && headers.every(({ width, height }) => width === first.width && height === first.height);
  const own = first && shared && Math.max(first.width, first.height) <= largestOwnSide;
  const [height, width] =
    size === undefined
      ? own
        ? [first.height, first.width]
        : [defaultSide, defaultSide]
      : typeof size === 'number'
        ? [size, size]
        : size;
  for (const side of [height, width]) {
    checkNumber(`${folder}: the size of images`, side, { least: 1, below: 4097, whole: true });
  }
  if (![1, 3].includes(channels))
    throw new DataError(`${folder}: channels must be 1 (grey) or 3 (RGB), got ${channels}.`);
  if (!['crop', 'stretch'].includes(fit))
    throw new DataError(`${folder}: fit must be 'crop' or 'stretch', got '${fit}'.`);
  return { height, width, channels, fit };
}

/** The splits, and what `options` keeps of a random one. */
function splitUp(
  everything: Dataset,
  options: {
    readonly files: readonly ImageFile[];
    readonly ownSplits: boolean;
    readonly given: DatasetOptions;
    readonly share: number;
  },
): {
  splits: Pick<DatasetSplits, 'train' | 'validation' | 'test'>;
  held: { seed: number; testFraction: number } | undefined;
} {
  const { files, ownSplits, given, share } = options;
  if (!ownSplits) {
    const { seed = 0, testFraction = share } = given;
    return { splits: holdOutTest(everything, { fraction: testFraction, seed }), held: { seed, testFraction } };
  }
  if (given.testFraction !== undefined || given.seed !== undefined) {
    throw new DataError(`${everything.name}: its folders make the splits; leave out testFraction and seed.`);
  }
  const part = (split: SplitName): Dataset | undefined => {
    const indices = Uint32Array.from(files.flatMap((file, index) => (file.split === split ? [index] : [])));
    const name = split === 'train' ? everything.name : `${everything.name} (${split})`;
    return indices.length > 0 ? subset(everything, indices, { name }) : undefined;
  };
  const train = part('train');
  if (!train) throw new DataError(`${everything.name}: no image of its folder train can be read.`);
  const [validation, test] = [part('validation'), part('test')];
  return { splits: { train, ...(validation && { validation }), ...(test && { test }) }, held: undefined };
}
