import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError, ValueError } from '../core/index.ts';
import { encodePng, zip } from '../io/index.ts';
import type { DataConfig } from './config.ts';
import { readIdxFolder, readImageFiles, readImageFolder } from './node/index.ts';
import { examplesOf, resolveFiles, sendableFiles, splitNames } from './index.ts';
import type { DatasetSplits, FileInput } from './index.ts';

// Whatever Node reads of a folder, files of the same names and contents give too.
let above: string;
let folder: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'rootsigma-files-'));
  folder = join(above, 'photos');
});
afterEach(() => {
  rmSync(above, { recursive: true });
});

const png = (value: number, channels: 1 | 3 = 1, side = 5): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    encodePng({ shape: [side, side, channels], data: new Uint8Array(side * side * channels).fill(value) }),
  );
const jpegs = JSON.parse(readFileSync(new URL('../../test/fixtures/jpegs.json', import.meta.url), 'utf8')) as Record<
  string,
  { jpeg: string }
>;
const jpeg = (): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(Object.values(jpegs)[0]!.jpeg, 'base64'));
const webp = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from('UklGRnAAAABXRUJQVlA4IGQAAABQBACdASoUAAwAPjEUiEKiISEYBAAgAwS2AE6XQCTAf4DCAPX/AeSAWKIMAP78V0wrH/clVOE9yq8KpHcuFUl/+6DZwSf+6DZwSf/nGx9W//nGx9Wcf5kdxXFnh9dlLwo58AAA', 'base64')); // prettier-ignore

type Tree = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/** The tree on disk below `folder`. */
function write(tree: Tree): void {
  for (const [path, bytes] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** Files as an input with `webkitdirectory` gives them. */
function picked(tree: Tree, root = 'photos/'): File[] {
  return Object.entries(tree).map(([path, bytes]) =>
    Object.defineProperty(new File([bytes], path.split('/').at(-1)!), 'webkitRelativePath', { value: root + path }),
  );
}

/** A folder's handle with what is used of it. */
function handle(tree: Tree, name = 'photos'): FileSystemDirectoryHandle {
  const inner = new Map<string, Record<string, Uint8Array<ArrayBuffer>>>();
  const entries: object[] = [];
  for (const [path, bytes] of Object.entries(tree)) {
    const [first = '', ...rest] = path.split('/');
    if (rest.length > 0) inner.set(first, { ...inner.get(first), [rest.join('/')]: bytes });
    else entries.push({ kind: 'file', name: first, getFile: () => Promise.resolve(new File([bytes], first)) });
  }
  const all = [...entries, ...[...inner].map(([folderName, below]) => handle(below, folderName))];
  // eslint-disable-next-line @typescript-eslint/require-await
  const values = async function* () {
    yield* all;
  };
  return { kind: 'directory', name, values } as unknown as FileSystemDirectoryHandle;
}

/** All that is in the splits, comparable. */
function contents({ source, options, notes, ...splits }: DatasetSplits, root = 'photos') {
  const parts = splitNames.flatMap((split) => {
    const dataset = splits[split];
    if (!dataset) return [];
    const { sampleShape, labels, classNames, names, support, kind, size } = dataset;
    const called = Array.from({ length: size }, (_, k) => names?.at(k));
    return [{ split, sampleShape, labels, classNames, called, support, kind, data: [...examplesOf(dataset).data] }];
  });
  return { source: source.replace(root, 'photos'), options, notes: notes.map((n) => n.replace(root, 'photos')), parts };
}

const trees: Readonly<Record<string, Tree>> = {
  'classes, and three formats': {
    'cat/1.png': png(10),
    'cat/deep/2.jpg': jpeg(),
    'ape/1.webp': webp(),
    'ape/2.PNG': png(20, 3, 40),
    'ape/.hidden.png': png(1),
    '.DS_Store': png(1),
    'Thumbs.db': png(1),
    'ape/notes.txt': png(1),
    'ape/x.gif': png(1),
  },
  'splits with classes': {
    'train/a/1.png': png(1),
    'train/b/1.png': png(2),
    'val/a/1.png': png(3),
    'test/b/1.png': png(4),
  },
  'no folders, and one that cannot be read': Object.fromEntries(
    Array.from({ length: 20 }, (_, k) => [`${k}.png`, k === 3 ? png(k).subarray(0, 40) : png(k)]),
  ),
};

describe('images in a folder', () => {
  const inputs: readonly [string, (tree: Tree) => FileInput][] = [
    ['webkitRelativePath', picked],
    ['names with folders', (tree) => Object.entries(tree).map(([path, bytes]) => new File([bytes], `photos/${path}`))],
    ['a handle', handle],
    [
      'what a worker gets',
      (tree) => (sendableFiles(picked(tree)) as File[]).map((file) => new File([file], file.name)),
    ],
  ];

  describe.each(Object.entries(trees))('%s', (_, tree) => {
    test.each(inputs)('are by %s what they are on disk', async (__, make) => {
      write(tree);
      const options = { size: 8 };
      const onDisk = contents(await readImageFolder(folder, options), folder);
      expect(contents(await resolveFiles(make(tree), options))).toEqual(onDisk);
    });
  });

  test('16-bit ones by the bits of the folder, transparent ones on the background', async () => {
    for (const name of ['grey-16bit-12', 'grey-transparent']) {
      const place = new URL(`../../test/fixtures/cases/images/${name}/`, import.meta.url);
      const names = Array.from({ length: 12 }, (_, k) => `${String(k).padStart(3, '0')}.png`);
      const tree = Object.fromEntries(names.map((each) => [each, new Uint8Array(readFileSync(new URL(each, place)))]));
      const onDisk = contents(await readImageFolder(place.pathname), place.pathname);
      expect(contents(await resolveFiles(picked(tree)))).toEqual(onDisk);
    }
  });
});

describe('files picked one by one', () => {
  test('are images to train on, in the order of their names', async () => {
    const { source, train, options } = await resolveFiles([new File([png(2)], 'b.png'), new File([png(1)], 'a.png')], {
      testFraction: 0,
    });
    expect([source, train.names?.at(0), train.names?.at(1)]).toEqual(['images', 'a.png', 'b.png']);
    expect(options).toMatchObject({ size: [5, 5], channels: 1 });
  });

  test('stay in their order for a trained model, each with a name of its own, and one is enough', async () => {
    const like = { kind: 'images', options: { size: [5, 5], channels: 1, fit: 'crop' } } as unknown as DataConfig;
    const three = ['b.png', 'a.png', 'b.png'].map((name, k) => new File([png(k)], name));
    const { train, test: held } = await resolveFiles(three, {}, { like });
    expect(held).toBeUndefined();
    expect([0, 1, 2].map((k) => train.names?.at(k))).toEqual(['b.png', 'a.png', 'b (2).png']);
    expect([...examplesOf(train).data].filter((__, k) => k % 25 === 0)).toEqual(
      [0, 1, 2].map((k) => Math.fround(k / 255)),
    );
    const paths = three.map((file, k) => join(above, `${k}${file.name}`));
    for (const [k, path] of paths.entries()) writeFileSync(path, png(k));
    expect(examplesOf((await readImageFiles(paths, {}, { like })).train)).toEqual(examplesOf(train));
    expect((await resolveFiles(three[1]!, {}, { like })).train.size).toBe(1);
    const damaged = new File([png(1).subarray(0, 50)], 'cut.png');
    await expect(resolveFiles([three[0]!, damaged], {}, { like })).rejects.toThrow(/cut\.png/);
  });

  test('are refused in words', async () => {
    const file = (name: string, bytes: Uint8Array<ArrayBuffer> = png(1)): File => new File([bytes], name);
    const refuse = (input: FileInput, message: RegExp, kind = DataError) => {
      const result = resolveFiles(input);
      return Promise.all([expect(result).rejects.toThrow(message), expect(result).rejects.toBeInstanceOf(kind)]);
    };
    await refuse(file('a.png'), /a\.png: is one image, for a trained model; give several/, ValueError);
    await refuse([], /no file was given/);
    await refuse([file('.hidden.png')], /no file was given/);
    await refuse([file('a.gif'), file('b.gif')], /images: holds no PNG, JPEG or WebP files, but 2 \.gif/);
    await refuse([file('a.csv'), file('b.csv')], /a\.csv and 1 more: files of a kind that is not read/);
    await refuse(file('runs.zip', zip(new Map([['a.png', png(1)]]))), /runs\.zip: files of a kind that is not read/);
    await refuse(new Blob([png(1)]) as File, /a Blob has no name/);
    await refuse(
      [file('a.png', jpeg().subarray(0, 9)), file('b.png', jpeg().subarray(0, 20))],
      /2 of 2 images cannot be read/,
    );
  });
});

test('files in the layout of MNIST are what they are on disk', async () => {
  const idx = (magic: number, dims: readonly number[], data: readonly number[]): Uint8Array<ArrayBuffer> =>
    Uint8Array.from([0, 0, 8, magic, ...dims.flatMap((dim) => [0, 0, 0, dim]), ...data]);
  const tree: Tree = {
    'train-images-idx3-ubyte': idx(3, [3, 2, 2], [...Array(12).keys()]),
    'train-labels.idx1-ubyte': idx(1, [3], [2, 0, 1]),
    't10k-images-idx3-ubyte': idx(3, [1, 2, 2], [9, 8, 7, 6]),
  };
  write(tree);
  const onDisk = contents(readIdxFolder(folder), folder);
  for (const input of [picked(tree), handle(tree)]) expect(contents(await resolveFiles(input))).toEqual(onDisk);
  const loose = await resolveFiles(Object.entries(tree).map(([name, bytes]) => new File([bytes], name)));
  expect(loose.train.labels).toEqual(Uint8Array.of(2, 0, 1));
});
