import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { listDatasets } from '../builtin.ts';
import type { ResolveContext } from '../context.ts';
import { idxFileNames, idxSplits } from '../idx-files.ts';
import type { DatasetSplits } from '../source.ts';
import { defaultCacheFolder, fetchFiles } from './download.ts';
import { idxPathsIn, readIdxFolder } from './idx-folder.ts';
import { findPackaged, packagedDatasetsFolder } from './packaged.ts';

/** MD5 in hex of training images and labels, then of the test split's. */
type Sums = readonly [string, string, string, string];

interface Source {
  readonly places: readonly string[];
  /** Of the compressed files, as published with the data. */
  readonly md5: Sums;
  /** Of what they hold, where a package of the operating system has it, compressed otherwise. */
  readonly contents?: Sums;
  readonly classNames: readonly string[];
}

const sources: Readonly<Record<string, Source>> = {
  mnist: {
    places: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
    md5: [
      'f68b3c2dcbeaaa9fbdd348bbdeb94873',
      'd53e105ee54ea40749a09fcbcd1e9432',
      '9fb629c4189551a2d022fa330f9573f3',
      'ec29112dd5afa0611ce80d1b7f02629c',
    ],
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  },
  'fashion-mnist': {
    places: [
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
      'https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/',
    ],
    md5: [
      '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
      '25c81989df183df01b3e8a0aad5dffbe',
      'bef4ecab320f06d8554ea6380940ec79',
      'bb300cfdad3c16e7a12a480ee83cd310',
    ],
    contents: [
      'f4a8712d7a061bf5bd6d2ca38dc4d50a',
      '9018921c3c673c538a1fc5bad174d6f9',
      '8181f5470baa50b63fa0f6fddb340f0a',
      '15d484375f8d13e6eb1aabb0c3f46965',
    ],
    classNames: [
      'T-shirt/top',
      'trouser',
      'pullover',
      'dress',
      'coat',
      'sandal',
      'shirt',
      'sneaker',
      'bag',
      'ankle boot',
    ],
  },
};

/**
 * `mnist` or `fashion-mnist`: as a package of the operating system has it, else downloaded once into the cache; checked either way.
 * `undefined` for another name.
 *
 * @throws DataError when a file is neither installed nor in the cache nor to be had
 */
export async function readDownloadedDataset(
  name: string,
  context: ResolveContext = {},
): Promise<DatasetSplits | undefined> {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (!source) return undefined;
  const { places, md5, contents, classNames } = source;
  const about = { name, classNames };
  const { files, problem } = contents
    ? findPackaged(folderOf(name, context), named(contents, 'contents'), context)
    : {};
  if (files) return withNote(idxSplits(files, about), `${name}: taken from ${files.folder}, where its package put it.`);
  const remote = named(md5, 'md5').map((file) => ({ ...file, name: `${file.name}.gz` }));
  if (problem === undefined)
    return readIdxFolder(await fetchFiles(name, remote, { ...context, places }), about, context);
  const remedy = `\`sudo apt-get install --reinstall ${packageOf(name)}\` mends it.`;
  try {
    const folder = await fetchFiles(name, remote, { ...context, places });
    return withNote(
      readIdxFolder(folder, about, context),
      `${problem} ${name} is taken from ${folder} instead; ${remedy}`,
    );
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${problem} ${remedy}\n${error.message}`, { cause: error });
  }
}

/** Paths of the files that `readDownloadedDataset` reads of what is installed or in the cache; `undefined` for another name. */
export function downloadedPaths(name: string, context: ResolveContext = {}): string[] | undefined {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (!source) return undefined;
  const packaged = source.contents && existsSync(folderOf(name, context)) ? idxPathsIn(folderOf(name, context)) : [];
  return packaged.length === source.md5.length
    ? packaged
    : idxPathsIn(join(context.cacheFolder ?? defaultCacheFolder(), name));
}

function folderOf(name: string, { packagedFolder = packagedDatasetsFolder }: ResolveContext): string {
  return join(packagedFolder, name);
}

function packageOf(name: string): string {
  return listDatasets().find((dataset) => dataset.name === name)?.package ?? name;
}

function withNote(splits: DatasetSplits, note: string): DatasetSplits {
  return { ...splits, notes: [...splits.notes, note] };
}

/** The four files, each with its sum under `key`. */
function named<K extends string>(sums: Sums, key: K): ({ readonly name: string } & Readonly<Record<K, string>>)[] {
  const { train, test } = idxFileNames;
  const names = [train.images, train.labels, test.images, test.labels];
  return sums.map((sum, index) => ({ name: names[index]!, [key]: sum }) as { name: string } & Record<K, string>);
}
