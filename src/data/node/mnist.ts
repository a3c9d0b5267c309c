import type { ResolveContext } from '../context.ts';
import { idxFileNames } from '../idx-files.ts';
import type { DatasetSplits } from '../source.ts';
import { fetchFiles } from './download.ts';
import type { RemoteFile } from './download.ts';
import { readIdxFolder } from './idx-folder.ts';

interface Source {
  readonly places: readonly string[];
  /** MD5 of training images and labels, then of the test split's, as published with the data. */
  readonly md5: readonly [string, string, string, string];
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
 * `mnist` or `fashion-mnist`, downloaded once into the cache and checked; `undefined` for another name.
 *
 * @throws DataError when a file is neither in the cache nor to be had
 */
export async function readDownloadedDataset(
  name: string,
  context: ResolveContext = {},
): Promise<DatasetSplits | undefined> {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (!source) return undefined;
  const files = filesOf(source);
  const folder = await fetchFiles(name, files, { ...context, places: source.places });
  return readIdxFolder(folder, { name, classNames: source.classNames });
}

function filesOf({ md5 }: Source): RemoteFile[] {
  const { train, test } = idxFileNames;
  const names = [train.images, train.labels, test.images, test.labels];
  return md5.map((sum, index) => ({ name: `${names[index]!}.gz`, md5: sum }));
}
