import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { DataError, RootsigmaError } from '../../core/index.ts';
import { fileSize } from '../../io/node/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { ResolveContext } from '../context.ts';
import { wholeFilesOf } from './resolve.ts';

/** So many bytes are handed around at once: what this takes beside the files themselves. */
const chunkBytes = 2 ** 26;
/** Each rank looks at so many places of its own files, a hundredth of the bytes in all and at most 4 kB each: hosts with other data are noticed. */
const [probes, probeShare, mostProbed] = [16, 0.01, 2 ** 12];

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The files of a source, of which each rank reads 1/N of the bytes from disk and gets the others from the other ranks, so that all ranks have
 * them whole. Empty where `resolveDataset` reads nothing from end to end (`wholeFilesOf`). Called by all ranks together. A file that a
 * rank cannot read is left out: who reads it next says why.
 *
 * @throws RootsigmaError on all ranks, where one has other files than rank 0
 */
export async function readInParts(
  ranks: Communicator,
  source: string,
  context: ResolveContext = {},
): Promise<Map<string, Bytes>> {
  const files = filesOf(source, context);
  const places = placesOf(files);
  const totalOf = (all: readonly SizedFile[]): number => all.reduce((sum, [, size]) => sum + size, 0);
  const total = totalOf(files);
  // Those too that stay on disk, and are read together later.
  const all = filesOf(source, { ...context, memoryLimit: Infinity });
  await checkSame(ranks, source, { names: all.map(([path]) => path), sizes: all.map(([, size]) => size) });
  if (all.length > 0) await checkSame(ranks, source, { contents: probe(placesOf(all), totalOf(all)) });
  if (total === 0) return new Map();
  const bytes = new Map(files.map(([path, size]) => [path, new Uint8Array(size)]));
  const unreadable = new Set<string>();
  for (let start = 0; start < total; start += chunkBytes) {
    const length = Math.min(chunkBytes, total - start);
    const edge = (rank: number): number => start + Math.floor((rank * length) / ranks.size);
    const own = new Uint8Array(edge(ranks.rank + 1) - edge(ranks.rank));
    const failed = readAt(places, edge(ranks.rank), own);
    const parts = await ranks.gatherBytes(own);
    for (const paths of await ranks.gatherBytes(new TextEncoder().encode(JSON.stringify(failed))))
      for (const path of JSON.parse(new TextDecoder().decode(paths)) as string[]) unreadable.add(path);
    parts.forEach((part, rank) => {
      for (const { path, at, from, to } of within(places, edge(rank), part.length))
        bytes.get(path)?.set(part.subarray(from, to), at);
    });
    context.onProgress?.({ what: source, unit: 'bytes', done: start + length, total });
  }
  for (const path of unreadable) bytes.delete(path);
  return bytes;
}

type SizedFile = readonly [path: string, size: number];

/** What cannot be found out is left to `resolveDataset`, which says what is wrong. */
function filesOf(source: string, context: ResolveContext): SizedFile[] {
  try {
    return wholeFilesOf(source, context).flatMap((path): SizedFile[] => {
      const size = sizeIfAny(path);
      return size === undefined ? [] : [[path, size]];
    });
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}

function sizeIfAny(path: string): number | undefined {
  try {
    return fileSize(path);
  } catch {
    return undefined;
  }
}

/** Files one behind the other: where each begins among all bytes. */
interface Place {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

function placesOf(files: readonly SizedFile[]): Place[] {
  let start = 0;
  return files.map(([path, size]) => ({ path, start, end: (start += size) }));
}

/** Bytes `from` to `to` of a run of bytes, which begin at `at` in a file. */
interface Piece {
  readonly path: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** What of each file lies within `length` of all bytes from `first` on. */
function within(places: readonly Place[], first: number, length: number): Piece[] {
  return places.flatMap(({ path, start, end }) => {
    const [from, to] = [Math.max(start, first), Math.min(end, first + length)];
    return to > from ? [{ path, at: from - start, from: from - first, to: to - first }] : [];
  });
}

/** Reads from disk what lies at `first` among all bytes. Gives the files that could not be read, or have become shorter. */
function readAt(places: readonly Place[], first: number, out: Bytes): string[] {
  return within(places, first, out.length).flatMap(({ path, at, from, to }) => {
    try {
      const file = openSync(path, 'r');
      try {
        for (let done = from; done < to;) {
          const got = readSync(file, out, done, to - done, at + done - from);
          if (got === 0) return [path];
          done += got;
        }
      } finally {
        closeSync(file);
      }
      return [];
    } catch {
      return [path];
    }
  });
}

/** A hash of what a rank's own files hold here and there. */
function probe(places: readonly Place[], total: number): string {
  const length = Math.min(mostProbed, Math.floor((total * probeShare) / probes));
  const hash = createHash('sha256');
  for (let k = 0; k < probes; k++) {
    const bytes = new Uint8Array(length);
    const failed = readAt(places, Math.floor((k * (total - length)) / (probes - 1)), bytes);
    hash.update(failed.length === 0 ? bytes : '');
  }
  return hash.digest('hex');
}

/** @throws RootsigmaError naming the ranks that have something else than rank 0 */
async function checkSame(ranks: Communicator, source: string, own: Readonly<Record<string, unknown>>): Promise<void> {
  const hashes = Object.fromEntries(
    Object.entries(own).map(([what, value]) => [
      what,
      createHash('sha256').update(JSON.stringify(value)).digest('hex'),
    ]),
  );
  const all = (await ranks.gatherBytes(new TextEncoder().encode(JSON.stringify(hashes)))).map(
    (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as typeof hashes,
  );
  for (const what of Object.keys(own)) {
    const others = [...all.keys()].filter((rank) => all[rank]?.[what] !== all[0]?.[what]);
    if (others.length === 0) continue;
    throw new RootsigmaError(
      `${source}: rank${others.length === 1 ? '' : 's'} ${others.join(', ')} of ${ranks.size} ${others.length === 1 ? 'has' : 'have'} files of other ${what} than rank 0. All hosts need the same data, at the same path.`,
    );
  }
}
