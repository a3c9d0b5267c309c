import { UnsupportedError } from '../../core/index.ts';
import type { Store } from '../../io/index.ts';
import { listInside, openInside } from '../runs/inside.ts';
import type { RunPlace } from '../runs/run-folders.ts';

/** A run's folder that is only read, in which no link leads anywhere. */
export function insideStore({ root, parts, path }: Pick<RunPlace, 'root' | 'parts' | 'path'>): Store {
  // eslint-disable-next-line @typescript-eslint/require-await -- an error is a rejection
  const refuse = async (): Promise<never> => {
    throw new UnsupportedError(`${path}: the studio does not write to a run that it shows.`);
  };
  return {
    name: path,
    path,
    readOnly: true,
    read: (name) => Promise.resolve(bytesOf({ root, parts: [...parts, ...name.split('/')] })),
    list: (folder = '') => {
      const inside = folder === '' ? parts : [...parts, ...folder.split('/')];
      return Promise.resolve(listInside(root, inside).map(({ name, isFolder }) => (isFolder ? `${name}/` : name)).sort()); // prettier-ignore
    },
    replace: refuse,
    append: refuse,
    remove: refuse,
    lock: refuse,
  };
}

function bytesOf({ root, parts }: Pick<RunPlace, 'root' | 'parts'>): Uint8Array<ArrayBuffer> | undefined {
  const file = openInside(root, parts);
  if (!file) return undefined;
  try {
    return new Uint8Array(file.read(0, file.stats.size));
  } finally {
    file.close();
  }
}
