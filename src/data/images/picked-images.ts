import { ValueError } from '../../core/index.ts';
import { areForModel } from '../context.ts';
import type { ResolveContext } from '../context.ts';
import { fileBytes } from '../picked-files.ts';
import type { PickedFiles } from '../picked-files.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import type { ImageSource } from './image-source.ts';
import { listingOf, listingOfNamed } from './listing.ts';
import { readImages } from './read-images.ts';

/**
 * Images that the user of a page picked: a folder's, whose folders are classes and splits, or some of them. For a trained
 * model, those picked one by one stay in the order in which they were given.
 *
 * @throws DataError naming files that cannot be read; ValueError for one image to train on
 */
export async function readPickedImages(
  { folder, files }: PickedFiles,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const paths = [...files.keys()];
  const [first = ''] = paths;
  const oneByOne = folder === undefined && paths.every((path) => !path.includes('/'));
  if (oneByOne && paths.length === 1 && !areForModel(context))
    throw new ValueError(`${first}: is one image, for a trained model; give several to train on.`);
  const isNew = oneByOne && areForModel(context);
  const name = folder ?? (paths.length === 1 ? first : 'images');
  return readImages(isNew ? listingOfNamed(paths) : listingOf(name, paths), {
    source: sourceOf(name, { folder, files }),
    options: isNew ? { unreadable: 'fail', ...options } : options,
    context,
  });
}

function sourceOf(
  name: string,
  { folder, files }: { readonly folder: string | undefined; readonly files: PickedFiles['files'] },
): ImageSource {
  const nameOf = (path: string): string => (folder === undefined ? path : `${folder}/${path}`);
  const fileOf = (path: string): File => files.get(path)!;
  return {
    name,
    nameOf,
    readHead: (path, length) => fileBytes(fileOf(path).slice(0, length), nameOf(path)),
    read: (path) => fileBytes(fileOf(path), nameOf(path)),
  };
}
