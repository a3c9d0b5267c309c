import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ValueError, sizeOf } from '../../core/index.ts';
import { areForModel } from '../context.ts';
import type { ResolveContext } from '../context.ts';
import type { ImageCache, ImageSource } from '../images/image-source.ts';
import { listingOf, listingOfNamed } from '../images/listing.ts';
import type { ImageFile } from '../images/listing.ts';
import { readImages } from '../images/read-images.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import { bytesOf, headOf } from './file-bytes.ts';
import { filesBelow } from './files-below.ts';
import { cachedRecords } from './record-cache.ts';
import { datasetOfRecords } from './record-dataset.ts';
import { RecordFile } from './record-file.ts';

/**
 * The images below a folder (`readImages`). Beyond `memoryLimit` their pixels are decoded once into the cache, a byte a number,
 * and read from there.
 *
 * @throws DataError naming the folder, or all files that cannot be read
 */
export async function readImageFolder(
  folder: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const source = localImages(folder, { folder, context });
  return readImages(listingOf(folder, filesBelow(folder)), { source, options, context });
}

/**
 * Image files named one by one, in the form of a trained model's images.
 *
 * @throws DataError naming a file that cannot be read; ValueError without a model: a folder is what is trained on
 */
export async function readImageFiles(
  paths: readonly string[],
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const [name = 'images'] = paths;
  if (!areForModel(context))
    throw new ValueError(`${name}: is an image, for a trained model; name a folder of images to train on.`);
  const source = localImages(name, { folder: '', context });
  return readImages(listingOfNamed(paths), { source, options: { unreadable: 'fail', ...options }, context });
}

function localImages(
  name: string,
  { folder, context }: { readonly folder: string; readonly context: ResolveContext },
): ImageSource {
  const nameOf = (path: string): string => join(folder, path);
  return {
    name,
    nameOf,
    readHead: (path, length) => headOf(nameOf(path), length, context),
    read: (path) => bytesOf(nameOf(path), context),
    cache: cacheOf(folder),
  };
}

function cacheOf(folder: string): ImageCache {
  return {
    async keep(files, identity, context, write) {
      const whole = [...identity, resolve(folder), stampOf(folder, files)];
      const { path, about } = await cachedRecords({ kind: 'images', identity: whole }, context, write);
      return {
        path,
        about,
        dataset: (facts, size) => {
          const records = new RecordFile(path, { recordBytes: sizeOf(facts.sampleShape) });
          return datasetOfRecords(
            { ...facts, size, support: 'unit-interval' },
            { records, element: { type: 'uint8' } },
          );
        },
      };
    },
  };
}

/** A hash of every file's name, size and time: what is kept of them is of use while it stays. */
function stampOf(folder: string, files: readonly ImageFile[]): string {
  const stamps = createHash('sha256');
  for (const { path } of files) {
    const { size = 0, mtimeMs = 0 } = statSync(join(folder, path), { throwIfNoEntry: false }) ?? {};
    stamps.update(JSON.stringify([path, size, mtimeMs]));
  }
  return stamps.digest('hex');
}
