import { statSync } from 'node:fs';
import { join } from 'node:path';
import { UnsupportedError } from '../core/index.ts';
import { FolderLock, FolderStore } from '../io/node/index.ts';
import type { Store } from '../io/index.ts';

/** A run's folder that is served: it is read, and nothing of what is computed is written there. */
export function readOnlyFolder(path: string): Store {
  const store = new FolderStore(path);
  // eslint-disable-next-line @typescript-eslint/require-await -- an error is a rejection
  const refuse = async (): Promise<never> => {
    throw new UnsupportedError(`${path}: a run that is served is not written to.`);
  };
  return {
    name: path,
    path,
    readOnly: true,
    read: (name) => store.read(name),
    list: (folder) => store.list(folder),
    replace: refuse,
    append: refuse,
    remove: refuse,
    lock: refuse,
  };
}

/** The files that make a run what it is. */
const files = ['config.json', 'model.safetensors', 'thresholds.json'];

/** What tells a run's files from others of the same names: they are replaced as wholes, so that each is another file then. */
export function fingerprint(path: string): string {
  const facts = files.map((name) => {
    const found = statSync(join(path, name), { throwIfNoEntry: false });
    return found ? `${found.ino}:${found.size}:${found.mtimeMs}` : '-';
  });
  return facts.join(' ');
}

/** Who writes in a run's folder now, for messages. */
export function writerIn(path: string): string | undefined {
  return FolderLock.holder(path);
}
