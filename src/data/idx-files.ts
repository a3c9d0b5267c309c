import { DataError, formatShape, sameShape } from '../core/index.ts';
import { decodeIdx } from '../io/index.ts';
import type { ByteArray } from '../io/index.ts';
import { datasetOf } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import type { DatasetSplits } from './source.ts';

/** The files of a folder in MNIST's layout; each may be gzip-compressed (`.gz`). */
export const idxFileNames = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
} as const;

/** A folder's files: on this machine, or those that the user of a page picked. */
export interface IdxFiles {
  /** Its path or name. */
  readonly folder: string;
  readonly has: (name: string) => boolean;
  /** A file as messages name it. */
  readonly nameOf: (name: string) => string;
  /** @throws DataError when it cannot be read */
  readonly read: (name: string) => Uint8Array;
}

/** What the file may be called: plain or compressed; some sources write `.idx3-` for `-idx3-`. */
export function idxFileVariants(name: string): readonly string[] {
  return [name, name.replace(/-(idx\d)/, '.$1')].flatMap((variant) => [variant, `${variant}.gz`]);
}

function findFile({ has }: Pick<IdxFiles, 'has'>, name: string): string | undefined {
  return idxFileVariants(name).find(has);
}

/** Whether there are training images in MNIST's layout. */
export function hasIdxFiles(files: Pick<IdxFiles, 'has'>): boolean {
  return findFile(files, idxFileNames.train.images) !== undefined;
}

/** The names of the files that `idxSplits` reads. */
export function idxFilesIn(files: Pick<IdxFiles, 'has'>): string[] {
  const { train, test } = idxFileNames;
  const wanted = [train.images, train.labels, test.images, test.labels];
  return wanted.flatMap((name) => findFile(files, name) ?? []);
}

export interface IdxOptions {
  /** Default: the folder. */
  readonly name?: string;
  readonly classNames?: readonly string[];
}

/**
 * A folder in MNIST's IDX layout: `train-images-idx3-ubyte[.gz]`, and where present its labels and the `t10k` test split.
 * Pixels stay bytes in memory.
 *
 * @throws DataError naming the file for anything missing, damaged, swapped, or of another count or size than its partner
 */
export function idxSplits(files: IdxFiles, options: IdxOptions = {}): DatasetSplits {
  const { folder } = files;
  const notes: string[] = [];
  const train = readSplit(files, 'train', { ...options, notes });
  if (!train) {
    throw new DataError(`${folder}: has no ${idxFileNames.train.images}[.gz].`);
  }
  const test = readSplit(files, 'test', { ...options, notes });
  if (test && !sameShape(train.sampleShape, test.sampleShape)) {
    throw new DataError(
      `${folder}: training images are ${formatShape(train.sampleShape)}, test images ${formatShape(test.sampleShape)}.`,
    );
  }
  if (!test) notes.push(`${folder} has no ${idxFileNames.test.images}[.gz], so there is no test split.`);
  return { source: options.name ?? folder, train, ...(test && { test }), notes };
}

function readSplit(
  files: IdxFiles,
  split: 'train' | 'test',
  { name = files.folder, classNames, notes }: IdxOptions & { readonly notes: string[] },
): Dataset | undefined {
  const { folder } = files;
  const names = idxFileNames[split];
  const imageFile = findFile(files, names.images);
  if (imageFile === undefined) return undefined;
  const imagePath = files.nameOf(imageFile);
  const images = decodeIdx(files.read(imageFile), { name: imagePath, rank: 3 });
  const [count, height, width] = images.shape as [number, number, number];
  if (images.data.length === 0) {
    throw new DataError(`${imagePath}: holds no pixels (shape ${formatShape(images.shape)}).`);
  }
  const labelFile = findFile(files, names.labels);
  const labels = labelFile === undefined ? undefined : readLabels(files, labelFile, { imagePath, count });
  if (!labels) notes.push(`${folder} has no ${names.labels}[.gz]: its ${split} examples have no labels.`);
  return datasetOf({
    name: split === 'train' ? name : `${name} (test)`,
    kind: 'idx',
    sampleShape: [height, width],
    values: images.data,
    ...(labels && { labels: labels.data, ...(classNames && { classNames }) }),
  });
}

function readLabels(
  { nameOf, read }: IdxFiles,
  file: string,
  { imagePath, count }: { readonly imagePath: string; readonly count: number },
): ByteArray {
  const path = nameOf(file);
  const labels = decodeIdx(read(file), { name: path, rank: 1 });
  if (labels.shape[0] !== count) {
    throw new DataError(
      `${path}: expected ${count} labels, one for each image of ${imagePath}, found ${labels.shape[0]!}.`,
    );
  }
  return labels;
}
