import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { DataError } from '../../core/index.ts';
import { splitNamed } from '../split-names.ts';
import type { SplitName } from '../split-names.ts';

const imageName = /\.(png|jpe?g)$/i;
/** Images too, and not read: people should know that these are missing. */
const otherImageName = /\.(avif|bmp|gif|hei[cf]|jp2|svg|tiff?|webp)$/i;

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
  /** Whether folders `train` and `test` make the splits. */
  readonly ownSplits: boolean;
}

/** Whether the folder has a PNG or JPEG file, at any depth. */
export function hasImages(folder: string): boolean {
  return walk(folder).some((path) => imageName.test(path));
}

/**
 * The PNG and JPEG files below a folder; hidden files and folders do not count. Where all lie in `train`, `test` and
 * `validation`, these are the splits. The first folder below that is an image's class, when all have one and there are
 * at least two.
 *
 * @throws DataError when there are no images, or none to train on
 */
export function listImages(folder: string): ImageListing {
  const all = walk(folder);
  const paths = all.filter((path) => imageName.test(path)).sort((a, b) => (a < b ? -1 : 1));
  const others = new Map<string, number>();
  for (const path of all) {
    const ending = otherImageName.exec(path)?.[0].toLowerCase();
    if (ending !== undefined) others.set(ending, (others.get(ending) ?? 0) + 1);
  }
  if (paths.length === 0) throw new DataError(`${folder}: holds no PNG or JPEG files.`);
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
    ownSplits,
  };
}

/** Paths of all files below `folder`, with `/`, leaving out hidden ones. */
function walk(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length).replaceAll(sep, '/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')));
}
