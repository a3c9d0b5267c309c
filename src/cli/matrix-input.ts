import type { CommandContext } from './command-row.ts';
import { UsageError } from './errors.ts';
import type { NdArray } from './library/index.ts';

type InputContext = Pick<CommandContext, 'library' | 'stdin'>;

/** The array in a file, or on stdin for `-`. */
export async function readInput({ library, stdin }: InputContext, path: string): Promise<NdArray> {
  if (path !== '-') return library.readArray(path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return library.parseArray(Buffer.concat(chunks), { name: 'stdin' });
}

/** A vector written out (`1,2.5`) or in a file. */
export async function readVector(context: InputContext, text: string): Promise<NdArray> {
  if (text.trim() === '') throw new UsageError('--mean: expected numbers such as 0.5,-1, or a file.');
  const written = /^[\s\d.,eE+-]*\d[\s\d.,eE+-]*$/.test(text);
  return written ? context.library.parseArray(Buffer.from(text), { name: '--mean' }) : readInput(context, text);
}
