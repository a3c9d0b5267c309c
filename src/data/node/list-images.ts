import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { basename, join } from 'node:path';
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
  /** Below which the paths of `files` lie. */
  readonly folder: string;
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

/** Whether the folder has a file that is an image by its name, read or not, at any depth. */
export function hasImages(folder: string): boolean {
  return walk(folder).some(isAnyImageName);
}

/**
 * The image files below a folder, links followed; hidden files and folders do not count. Where all lie in `train`, `test` and
 * `validation`, these are the splits. The first folder below that is an image's class, when all have one and there are
 * at least two.
 *
 * @throws DataError when there are no images, or none to train on
 */
export function listImages(folder: string): ImageListing {
  const all = walk(folder);
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
    folder,
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
export function listNamedImages(paths: readonly string[]): ImageListing {
  const files = paths.map((path): ImageFile => ({ path, split: 'train', className: undefined }));
  return { folder: '', files, classNames: undefined, others: new Map(), rest: new Map(), ownSplits: false };
}

function countEndings(paths: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const ending = /\.[^./]{1,12}$/.exec(path)?.[0].toLowerCase() ?? 'without an ending';
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return counts;
}

/**
 * Paths of all files below `folder`, with `/`, leaving out hidden ones. Links to files and folders are followed, but into no folder
 * that they lie in; a link to nothing is a file that cannot be read.
 */
function walk(folder: string): string[] {
  const files: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    const here = join(folder, path);
    const real = realpathSync(here);
    if (above.includes(real)) return;
    for (const entry of entriesOf(here)) {
      const { name } = entry;
      if (name.startsWith('.') || litter.test(name)) continue;
      const below = path === '' ? name : `${path}/${name}`;
      const kind = kindOf(entry, join(here, name));
      if (kind === 'folder') visit(below, [...above, real]);
      else if (kind === 'file') files.push(below);
    }
  };
  visit('', []);
  return files;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new DataError(`${folder}: cannot be read (${(error as Error).message}).`);
  }
}

/** Pipes, sockets and devices are nothing: reading them may never end. */
function kindOf(entry: Dirent, path: string): 'file' | 'folder' | undefined {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : undefined;
  const target = targetOf(path);
  if (!target) return isAnyImageName(basename(path)) ? 'file' : undefined;
  return target.isDirectory() ? 'folder' : target.isFile() ? 'file' : undefined;
}

/** What a link leads to; `undefined` for nothing, or round in circles. */
function targetOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
