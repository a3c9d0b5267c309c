import { DataError } from '../../core/index.ts';
import type { ByteSource } from '../../io/index.ts';
import { fillTogether } from '../../mpi/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import { fileSource, readFileBytes, readFileHead } from '../../io/node/index.ts';
import type { ResolveContext } from '../context.ts';

type Known = Pick<ResolveContext, 'files' | 'ranks'>;

export function bytesOf(path: string, { files, ranks }: Known = {}): Uint8Array<ArrayBuffer> {
  return files?.get(path) ?? (ranks ? wholeOf(sourceByRanks(path, ranks)) : readFileBytes(path));
}

export function headOf(path: string, length: number, { files, ranks }: Known = {}): Uint8Array<ArrayBuffer> {
  const known = files?.get(path)?.subarray(0, length);
  return known ?? (ranks ? sourceByRanks(path, ranks).read(0, length) : readFileHead(path, length));
}

export function sourceOf(path: string, { files, ranks }: Known = {}): ByteSource {
  const bytes = files?.get(path);
  if (!bytes) return ranks ? sourceByRanks(path, ranks) : fileSource(path);
  return { name: path, size: bytes.length, read: (start, length) => bytes.subarray(start, start + length) };
}

interface RankSource extends ByteSource {
  readonly read: (start: number, length: number) => Uint8Array<ArrayBuffer>;
}

/** A file that all ranks read at the same time, each its part of what is asked for. */
function sourceByRanks(path: string, ranks: Communicator): RankSource {
  const file = fileSource(path);
  const { name, size } = file;
  return {
    name,
    size,
    read: (start, length) => {
      const out = new Uint8Array(Math.max(0, Math.min(length, size - start)));
      const readPart = (part: Uint8Array, from: number): void => {
        const bytes = file.read(start + from, part.length);
        if (bytes.length < part.length) throw new DataError(`${path}: has become shorter while it was in use.`);
        part.set(bytes);
      };
      fillTogether(ranks, out, { unit: 1, read: readPart });
      return out;
    },
  };
}

function wholeOf({ size, read }: RankSource): Uint8Array<ArrayBuffer> {
  return read(0, size);
}
