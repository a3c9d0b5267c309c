import { DataError } from '../../core/index.ts';
import { splitNamed } from '../split-names.ts';
import type { SplitName } from '../split-names.ts';

const imageName = /\.(png|jpe?g|jpe|jfif|webp)$/i;
/** Images too, and not read: people should know that these are missing. */
const otherImageName = /\.(avif|bmp|gif|hei[cf]|ico|j2k|jp2|jxl|svg|tga|tiff?)$/i;
/** What systems leave in folders beside hidden files. */
const litter = /^(__macosx|@eadir|\$recycle\.bin|system volume information|(eh)?thumbs\.db|desktop\.ini|icon\r)$/i;

export interface ImageFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly split: SplitName;
  /** The class's folder, where every image lies in one. */
  readonly className: string | undefined;
}

export interface ImageListing {
  /** In the order of their paths by code units, the same on every machine. */
  readonly files: readonly ImageFile[];
  /** Absent where the folders tell no classes apart. */
  readonly classNames: readonly string[] | undefined;
  /** How many images of other formats there are, by their endings. */
  readonly others: ReadonlyMap<string, number>;
  /** How many files there are that are no images by their endings. */
  readonly rest: ReadonlyMap<string, number>;
  /** Whether folders `train` and `test` make the splits. */
  readonly ownSplits: boolean;
}

/** Whether a file's name is one of an image that is read. */
export function isImageName(path: string): boolean {
  return imageName.test(path);
}

/** Whether a file's name is one of an image, read or not. */
export function isAnyImageName(path: string): boolean {
  return imageName.test(path) || otherImageName.test(path);
}

/** Whether a file or folder is hidden, or one that systems leave behind. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || litter.test(name);
}

/**
 * Which of a folder's files are images. Where all lie in `train`, `test` and `validation`, these are the splits. The first folder
 * below that is an image's class, when all have one and there are at least two.
 *
 * @param folder its name, for messages
 * @param all paths of files below it, with `/`, without hidden ones
 * @throws DataError when there are no images, or none to train on
 */
export function listingOf(folder: string, all: readonly string[]): ImageListing {
  const paths = all.filter(isImageName).sort((a, b) => (a < b ? -1 : 1));
  const others = countEndings(all.filter((path) => !isImageName(path) && isAnyImageName(path)));
  const rest = countEndings(all.filter((path) => !isAnyImageName(path)));
  if (paths.length === 0) {
    const found = [...others].map(([ending, count]) => `${count} ${ending}`).join(', ');
    const but = found === '' ? '' : `, but ${found}. Convert these to PNG`;
    throw new DataError(`${folder}: holds no PNG, JPEG or WebP files${but}.`);
  }
  const splits = paths.map((path) => splitNamed(path.split('/', 1)[0]!));
  const ownSplits = splits.every((split) => split !== undefined);
  if (ownSplits && !splits.includes('train')) throw new DataError(`${folder}: its folder train holds no images.`);
  const classes = paths.map((path) => path.split('/').slice(ownSplits ? 1 : 0, -1)[0]);
  const names = [...new Set(classes)].sort();
  const hasClasses = names.length > 1 && names.every((name) => name !== undefined);
  return {
    files: paths.map((path, index) => ({
      path,
      split: (ownSplits ? splits[index] : undefined) ?? 'train',
      className: hasClasses ? classes[index] : undefined,
    })),
    classNames: hasClasses ? names : undefined,
    others,
    rest,
    ownSplits,
  };
}

/** Image files that are named one by one, in the order given, by names as they were given. */
export function listingOfNamed(paths: readonly string[]): ImageListing {
  const files = paths.map((path): ImageFile => ({ path, split: 'train', className: undefined }));
  return { files, classNames: undefined, others: new Map(), rest: new Map(), ownSplits: false };
}

function countEndings(paths: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const ending = /\.[^./]{1,12}$/.exec(path)?.[0].toLowerCase() ?? 'without an ending';
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return counts;
}
