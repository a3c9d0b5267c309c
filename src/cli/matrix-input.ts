import { parseArray, readArray } from './library/index.ts';
import type { NdArray } from './library/index.ts';
import { UsageError } from './errors.ts';
import type { CliContext } from './context.ts';

/** The array in a file, or on stdin for `-`. */
export async function readInput(path: string, { stdin }: Pick<CliContext, 'stdin'>): Promise<NdArray> {
  if (path !== '-') return readArray(path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return parseArray(Buffer.concat(chunks), { name: 'stdin' });
}

/** A vector written out (`1,2.5`) or in a file. */
export async function readVector(text: string, context: Pick<CliContext, 'stdin'>): Promise<NdArray> {
  if (text.trim() === '') throw new UsageError('--mean: expected numbers such as 0.5,-1, or a file.');
  const written = /^[\s\d.,eE+-]*\d[\s\d.,eE+-]*$/.test(text);
  return written ? parseArray(Buffer.from(text), { name: '--mean' }) : readInput(text, context);
}
