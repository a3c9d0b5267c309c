import { DataError, ValueError, takeTurns } from '../../core/index.ts';
import { readImageHeader } from '../../io/index.ts';
import type { DataConfig } from '../config.ts';
import type { ImageHeader } from '../../io/index.ts';
import { areForModel } from '../context.ts';
import type { ResolveContext } from '../context.ts';
import { subset } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import { checkNumber, checkOptions } from '../source.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import type { SplitName } from '../split-names.ts';
import { defaultTestFraction, holdOutTest, noteOfSplit } from '../split.ts';
import type { ImageSource } from './image-source.ts';
import type { ImageFile, ImageListing } from './listing.ts';
import { imagesText, readPixels } from './pixels.ts';
import type { ImageTarget } from './pixels.ts';
import { fullRange, notesOfRange, rangeOf } from './sixteen-bit-range.ts';
import { Unreadable } from './unreadable.ts';

/** Images that all have one size keep it up to here; others become `defaultSide` × `defaultSide`. */
const largestOwnSide = 64;
const defaultSide = 32;
/** Where an image's header ends in nearly all files; the others are read whole. */
const headBytes = 2 ** 17;

const known = [
  'seed',
  'testFraction',
  'size',
  'channels',
  'fit',
  'background',
  'range',
  'megapixels',
  'unreadable',
] as const;

/**
 * PNG, JPEG and WebP images, brought to one size and one number of channels.
 *
 * - *Splits and classes* come from folders (`listingOf`); without a folder `test`, a share is held out at random.
 * - *Size*: the own one when all images share it and it is at most 64 × 64, else 32 × 32, or `size`. Each pixel is the mean
 *   of the area it covers, after cutting the middle to the new ratio of sides (or `fit: 'stretch'`).
 * - *Channels*: 1 when every file is stored as grey, else 3, or `channels`.
 * - *Transparent pixels* are composed on white, or `background`.
 * - *16-bit samples* become bytes by the bits that the folder uses, or `range`.
 * - *Large ones* are refused before they are decoded, beyond `megapixels`.
 * - *Unreadable files* are left aside and named in the notes; more than half of all are an error (`unreadable`).
 *
 * What was decided is in `options`, so that the same pixels come again.
 *
 * @throws DataError naming the source, or all files that cannot be read
 */
export async function readImages(
  listing: ImageListing,
  {
    source,
    options,
    context,
  }: { readonly source: ImageSource; readonly options: DatasetOptions; readonly context: ResolveContext },
): Promise<DatasetSplits> {
  const { name } = source;
  const given = { ...formOf(context.like), ...checkOptions(name, options, known) };
  const { background, megapixels } = given;
  if (background !== undefined) checkNumber(`${name}: background`, background, { least: 0, below: 256, whole: true });
  if (megapixels !== undefined) checkNumber(`${name}: megapixels`, megapixels, { least: 1e-6, below: 1000 });
  const limit = megapixels !== undefined && { megapixels };
  const unreadable = new Unreadable(name, {
    total: listing.files.length,
    policy: checkPolicy(given.unreadable, name),
  });
  const { headers, deep } = await readHeaders(listing.files, source, unreadable);
  if (headers.length === 0) unreadable.check();
  const target = chooseTarget(headers, given, name);
  const range = await rangeOf(deep, { source, range: given.range, target, form: { ...limit }, unreadable, context });
  const form = { ...(background !== undefined && { background }), ...(range < fullRange && { range }), ...limit };
  const { files, cached, dataset, findings } = await readPixels(listing.files, {
    source,
    target,
    form,
    unreadable,
    context,
  });
  const { classNames } = listing;
  const about = {
    name,
    kind: 'images' as const,
    sampleShape: target.channels === 1 ? [target.height, target.width] : [target.height, target.width, 3],
    names: { kind: 'file' as const, at: (index: number) => files[index]!.path },
    ...(classNames && {
      labels: Uint32Array.from(files, ({ className }) => classNames.indexOf(className ?? '')),
      classNames,
    }),
  };
  const everything = dataset(about);
  const { splits, held } = splitUp(everything, {
    files,
    ownSplits: listing.ownSplits,
    given,
    share: areForModel(context) ? 0 : defaultTestFraction,
  });
  return {
    source: name,
    ...splits,
    options: {
      size: [target.height, target.width],
      channels: target.channels,
      fit: target.fit,
      ...((background !== undefined || findings.transparent > 0) && { background: background ?? 255 }),
      ...(range < fullRange && { range }),
      ...limit,
      ...(given.unreadable && { unreadable: given.unreadable }),
      ...held,
    },
    notes: [
      ...unreadable.notes(),
      ...notesOfOthers(listing),
      ...notesOfTransparency(findings.transparent, background ?? 255),
      ...notesOfRange(findings, { range, deep: deep.length }),
      `${imagesText(files.length)} as ${target.height}×${target.width} ${target.channels === 1 ? 'grey' : 'RGB'}` +
        (classNames ? `, ${classNames.length} classes by folder.` : '.'),
      ...(cached === undefined ? [] : [`${name} is large: its pixels are read from ${cached} as they are needed.`]),
      ...(listing.ownSplits || areForModel(context) ? [] : [noteOfSplit(splits)]),
    ],
  };
}

function checkPolicy(policy: DatasetOptions['unreadable'], name: string): DatasetOptions['unreadable'] {
  if (policy === undefined || ['skip', 'fail'].includes(policy)) return policy;
  throw new ValueError(`${name}: unreadable must be 'skip' or 'fail', got '${policy as string}'.`);
}

/** What was not even tried. */
function notesOfOthers({ others, rest }: ImageListing): string[] {
  const list = (counts: ReadonlyMap<string, number>): string => {
    const kinds = [...counts].sort(([, a], [, b]) => b - a);
    const more = kinds.slice(6).reduce((sum, [, count]) => sum + count, 0);
    return [...kinds.slice(0, 6).map(([kind, count]) => `${count} ${kind}`), ...(more > 0 ? [`${more} more`] : [])].join(', '); // prettier-ignore
  };
  return [
    ...(others.size === 0
      ? []
      : [`images of other formats than PNG, JPEG and WebP are left aside: ${list(others)}. Convert them to PNG to have them.`]), // prettier-ignore
    ...(rest.size === 0 ? [] : [`files that are no images are passed over: ${list(rest)}.`]),
  ];
}

/** What became of transparent pixels. */
function notesOfTransparency(count: number, background: number): string[] {
  if (count === 0) return [];
  const on = background === 255 ? 'white' : background === 0 ? 'black' : `grey ${background}`;
  return [`transparent pixels (in ${imagesText(count)}) are composed on ${on}; the data option background, 0 to 255, chooses another grey.`]; // prettier-ignore
}

/** What a run's images were brought to. */
function formOf(like: DataConfig | undefined): DatasetOptions {
  if (like?.kind !== 'images') return {};
  const { size, channels, fit, background, range = 'full', megapixels } = like.options ?? {};
  return JSON.parse(JSON.stringify({ size, channels, fit, background, range, megapixels })) as DatasetOptions;
}

/** The headers that can be read, and which images have samples of 16 bits. */
async function readHeaders(
  files: readonly ImageFile[],
  source: ImageSource,
  unreadable: Unreadable,
): Promise<{ readonly headers: ImageHeader[]; readonly deep: ImageFile[] }> {
  const headers: ImageHeader[] = [];
  const deep: ImageFile[] = [];
  for (const file of files) {
    await takeTurns();
    try {
      const header = await readHeader(file.path, source);
      headers.push(header);
      if (header.deep) deep.push(file);
    } catch (error) {
      unreadable.add(file.path, error);
    }
  }
  return { headers, deep };
}

async function readHeader(path: string, { nameOf, readHead, read }: ImageSource): Promise<ImageHeader> {
  const name = nameOf(path);
  const head = await readHead(path, headBytes);
  try {
    return readImageHeader(head, { name });
  } catch (error) {
    if (head.length < headBytes) throw error;
    return readImageHeader(await read(path), { name });
  }
}

function chooseTarget(headers: readonly ImageHeader[], given: DatasetOptions, folder: string): ImageTarget {
  const { size, fit = 'crop' } = given;
  const channels = given.channels ?? (headers.every(({ colors }) => colors === 1) ? 1 : 3);
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
