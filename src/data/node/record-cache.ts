import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, WriteError } from '../../core/index.ts';
import type { JsonValue } from '../../io/index.ts';
import { fileSize, makeFolders, pathFault } from '../../io/node/index.ts';
import { holdsForAll } from '../../mpi/index.ts';
import type { ResolveContext } from '../context.ts';
import { defaultCacheFolder } from './download.ts';
import { RecordFile } from './record-file.ts';

export interface RecordCache {
  /** A folder in the cache for records of this kind. */
  readonly kind: 'tables' | 'images' | 'arrays' | 'ranges';
  /** All that the records depend on: other contents must have another identity. */
  readonly identity: JsonValue;
}

export interface CachedRecords<About> {
  readonly path: string;
  /** What was to be remembered of the writing. */
  readonly about: About;
}

/**
 * A file of records in the cache: the one that is there for the same identity, else a new one, which appears whole or not at
 * all. What `write` gives stands behind the records, as JSON and its length.
 */
export async function cachedRecords<About extends JsonValue>(
  { kind, identity }: RecordCache,
  context: ResolveContext,
  write: (append: (records: Uint8Array) => void) => Promise<About>,
): Promise<CachedRecords<About>> {
  const folder = join(context.cacheFolder ?? defaultCacheFolder(), kind);
  const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
  const path = join(folder, `${name}.records`);
  const isThere = existsSync(path);
  // Where one rank has it to write, all read for that.
  if (context.ranks ? holdsForAll(context.ranks, isThere) : isThere) return { path, about: readAbout(path) as About };
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const inCache = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      const { message } = pathFault(path, error);
      throw new WriteError(`${message} ROOTSIGMA_CACHE names another folder for the cache.`, { cause: error });
    }
  };
  const file = inCache(() => {
    makeFolders(folder);
    return openSync(temporary, 'wx');
  });
  const append = (bytes: Uint8Array): void => {
    inCache(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
  };
  try {
    const about = await write(append);
    const text = new TextEncoder().encode(JSON.stringify(about));
    append(text);
    append(new Uint8Array(Uint32Array.of(text.length).buffer));
    renameSync(temporary, path);
    return { path, about };
  } finally {
    closeSync(file);
    rmSync(temporary, { force: true });
  }
}

function readAbout(path: string): JsonValue {
  try {
    const end = fileSize(path) - 4;
    const length = new Uint8Array(4);
    const read = (start: number, out: Uint8Array): void => {
      new RecordFile(path, { start, recordBytes: out.length }).read(Uint32Array.of(0), out);
    };
    read(end, length);
    const text = new Uint8Array(new Uint32Array(length.buffer)[0]!);
    read(end - text.length, text);
    return JSON.parse(new TextDecoder().decode(text)) as JsonValue;
  } catch (error) {
    throw new DataError(
      `${path}: a damaged file of the cache (${(error as Error).message}). Delete it, and try again.`,
    );
  }
}
