import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { gunzipIfNeeded } from '../../io/index.ts';
import type { ResolveContext } from '../context.ts';
import { idxFileVariants } from '../idx-files.ts';
import type { IdxFiles } from '../idx-files.ts';
import { bytesOf } from './file-bytes.ts';

/** Where packages of an operating system put data sets: Debian and what derives from it. */
export const packagedDatasetsFolder = '/usr/share/datasets';

/** A file by its name and the MD5 of what it holds, in hex, unpacked: packages compress anew. */
export interface PackagedFile {
  readonly name: string;
  readonly contents: string;
}

/** A data set as a package has it, and what is wrong with files that are there and are not what they should be. */
export interface Packaged {
  readonly files?: IdxFiles;
  readonly problem?: string;
}

/**
 * Files in MNIST's layout that a package of the operating system brought, each plain or gzip-compressed and checked by its contents; nothing
 * where there is no such folder.
 */
export function findPackaged(folder: string, wanted: readonly PackagedFile[], context: ResolveContext = {}): Packaged {
  if (!existsSync(folder)) return {};
  const contents = new Map<string, Uint8Array>();
  for (const file of wanted) {
    const found = contentsOf(folder, file, context);
    if (typeof found === 'string') return { problem: found };
    contents.set(file.name, found);
  }
  const nameOf = (name: string): string => join(folder, name);
  const has = (name: string): boolean => contents.has(name);
  return { files: { folder, nameOf, has, read: (name) => contents.get(name)! } };
}

/** The contents of the first variant that is what it should be; else what is wrong. */
function contentsOf(folder: string, { name, contents }: PackagedFile, context: ResolveContext): Uint8Array | string {
  const paths = idxFileVariants(name)
    .map((variant) => join(folder, variant))
    .filter((path) => existsSync(path));
  let problem = `${folder}: has no ${name}[.gz].`;
  for (const path of paths) {
    try {
      const bytes = gunzipIfNeeded(bytesOf(path, context), { name: path });
      const found = createHash('md5').update(bytes).digest('hex');
      if (found === contents) return bytes;
      problem = `${path}: the MD5 of its contents is ${found}, expected ${contents}: not the file (${bytes.length} bytes).`;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problem = error.message;
    }
  }
  return problem;
}
