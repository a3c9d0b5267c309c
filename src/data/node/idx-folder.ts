import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, formatShape, sameShape } from '../../core/index.ts';
import { decodeIdx } from '../../io/index.ts';
import type { ByteArray } from '../../io/index.ts';
import { readFileBytes } from '../../io/node/index.ts';
import { datasetOf } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { DatasetSplits } from '../source.ts';

/** The files of a folder in MNIST's layout; each may be gzip-compressed (`.gz`). */
export const idxFileNames = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
} as const;

/** The file's path, plain or compressed; some sources write `.idx3-` for `-idx3-`. */
function findFile(folder: string, name: string): string | undefined {
  const variants = [name, name.replace(/-(idx\d)/, '.$1')].flatMap((variant) => [variant, `${variant}.gz`]);
  return variants.map((variant) => join(folder, variant)).find((path) => existsSync(path));
}

/** Whether the folder has training images in MNIST's layout. */
export function isIdxFolder(folder: string): boolean {
  return findFile(folder, idxFileNames.train.images) !== undefined;
}

export interface IdxFolderOptions {
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
export function readIdxFolder(folder: string, options: IdxFolderOptions = {}): DatasetSplits {
  const notes: string[] = [];
  const train = readSplit(folder, 'train', { ...options, notes });
  if (!train) {
    throw new DataError(`${folder}: has no ${idxFileNames.train.images}[.gz].`);
  }
  const test = readSplit(folder, 'test', { ...options, notes });
  if (test && !sameShape(train.sampleShape, test.sampleShape)) {
    throw new DataError(
      `${folder}: training images are ${formatShape(train.sampleShape)}, test images ${formatShape(test.sampleShape)}.`,
    );
  }
  if (!test) notes.push(`${folder} has no ${idxFileNames.test.images}[.gz], so there is no test split.`);
  return { source: options.name ?? folder, train, ...(test && { test }), notes };
}

function readSplit(
  folder: string,
  split: 'train' | 'test',
  { name = folder, classNames, notes }: IdxFolderOptions & { readonly notes: string[] },
): Dataset | undefined {
  const names = idxFileNames[split];
  const imagePath = findFile(folder, names.images);
  if (imagePath === undefined) return undefined;
  const images = decodeIdx(readFileBytes(imagePath), { name: imagePath, rank: 3 });
  const [count, height, width] = images.shape as [number, number, number];
  if (images.data.length === 0) {
    throw new DataError(`${imagePath}: holds no pixels (shape ${formatShape(images.shape)}).`);
  }
  const labelPath = findFile(folder, names.labels);
  const labels = labelPath === undefined ? undefined : readLabels(labelPath, imagePath, count);
  if (!labels) notes.push(`${folder} has no ${names.labels}[.gz]: its ${split} examples have no labels.`);
  return datasetOf({
    name: split === 'train' ? name : `${name} (test)`,
    kind: 'idx',
    sampleShape: [height, width],
    values: images.data,
    ...(labels && { labels: labels.data, ...(classNames && { classNames }) }),
  });
}

function readLabels(path: string, imagePath: string, count: number): ByteArray {
  const labels = decodeIdx(readFileBytes(path), { name: path, rank: 1 });
  if (labels.shape[0] !== count) {
    throw new DataError(
      `${path}: expected ${count} labels, one for each image of ${imagePath}, found ${labels.shape[0]!}.`,
    );
  }
  return labels;
}
