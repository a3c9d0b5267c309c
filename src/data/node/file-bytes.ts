import type { ByteSource } from '../../io/index.ts';
import { fileSource, readFileBytes, readFileHead } from '../../io/node/index.ts';
import type { ResolveContext } from '../context.ts';

type Known = Pick<ResolveContext, 'files'>;

export function bytesOf(path: string, { files }: Known = {}): Uint8Array<ArrayBuffer> {
  return files?.get(path) ?? readFileBytes(path);
}

export function headOf(path: string, length: number, { files }: Known = {}): Uint8Array<ArrayBuffer> {
  return files?.get(path)?.subarray(0, length) ?? readFileHead(path, length);
}

export function sourceOf(path: string, { files }: Known = {}): ByteSource {
  const bytes = files?.get(path);
  if (!bytes) return fileSource(path);
  return { name: path, size: bytes.length, read: (start, length) => bytes.subarray(start, start + length) };
}
