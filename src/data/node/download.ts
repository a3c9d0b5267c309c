import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { writeFileAtomic } from '../../io/node/index.ts';
import type { ResolveContext } from '../context.ts';
import { bytesOf } from './file-bytes.ts';

/** A file with known contents. */
export interface RemoteFile {
  readonly name: string;
  /** In hex. */
  readonly md5: string;
}

/** A server that says nothing for so long has failed. */
const patience = 30_000;

/** An environment variable; empty counts as unset. */
function environment(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** Where downloads are kept: `ROOTSIGMA_CACHE`, or `rootsigma` in the user's cache folder. */
export function defaultCacheFolder(): string {
  const own = environment('ROOTSIGMA_CACHE');
  if (own !== undefined) return own;
  const parent =
    environment('XDG_CACHE_HOME') ??
    (process.platform === 'win32' ? environment('LOCALAPPDATA') : undefined) ??
    join(homedir(), '.cache');
  return join(parent, 'rootsigma');
}

/**
 * The folder that holds `files`, each downloaded when it is not there yet (or is not what it should be) and checked.
 *
 * @param name the data set's folder in the cache and on a mirror
 * @param options.places base URLs, tried in turn
 * @throws DataError naming each URL and why it failed, and where to put the files by hand
 */
export async function fetchFiles(
  name: string,
  files: readonly RemoteFile[],
  options: ResolveContext & { readonly places: readonly string[] },
): Promise<string> {
  const folder = join(options.cacheFolder ?? defaultCacheFolder(), name);
  const mirror = options.mirror ?? environment('ROOTSIGMA_MIRROR');
  const places = mirror === undefined ? options.places : [`${mirror.replace(/\/+$/, '')}/${name}/`];
  for (const file of files) {
    const path = join(folder, file.name);
    if (existsSync(path) && md5(bytesOf(path, options)) === file.md5) continue;
    options.files?.delete(path);
    writeFileAtomic(path, await fetchFromAny(file, { ...options, places, folder }));
  }
  return folder;
}

async function fetchFromAny(
  file: RemoteFile,
  options: ResolveContext & { readonly places: readonly string[]; readonly folder: string },
): Promise<Uint8Array> {
  const problems: string[] = [];
  for (const place of options.places) {
    const url = new URL(file.name, place).href;
    try {
      const bytes = await fetchBytes(url, options);
      const found = md5(bytes);
      if (found === file.md5) return bytes;
      problems.push(`${url}: MD5 is ${found}, expected ${file.md5}: not the file (${bytes.length} bytes)`);
    } catch (error) {
      options.signal?.throwIfAborted();
      problems.push(`${url}: ${reasonOf(error)}`);
    }
  }
  throw new DataError(
    `${file.name} could not be downloaded:\n${problems.map((problem) => `  ${problem}`).join('\n')}\n` +
      `Without a network, put the file into ${options.folder} by hand, or name a mirror in ROOTSIGMA_MIRROR.`,
  );
}

async function fetchBytes(url: string, { onProgress, signal }: ResolveContext): Promise<Uint8Array> {
  const silence = new AbortController();
  const begin = () =>
    setTimeout(() => {
      silence.abort(new Error(`no answer for ${patience / 1000} s`));
    }, patience);
  let timer = begin();
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
    const total = Number(response.headers.get('content-length') ?? NaN);
    const chunks: Uint8Array[] = [];
    let done = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = begin();
      chunks.push(chunk);
      done += chunk.length;
      onProgress?.({ what: basename(url), unit: 'bytes', done, ...(total >= done && { total }) });
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** fetch wraps what went wrong ("fetch failed") around the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause: unknown = error.cause;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return [cause.message, code].find((text) => text !== '') ?? error.message;
}
