import { RootsigmaError } from '../../src/core/index.ts';
import type { Format } from './formats.ts';
import { mutate } from './mutate.ts';

export interface FuzzFigures {
  readonly count: number;
  /** Files that were read, and files that were refused. */
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly slowestSeed: number;
}

/** Gives a file to a decoder. @returns whether it was read @throws Error unless it was, or was refused as it must be */
export async function attempt({ decode }: Format, bytes: Uint8Array, what: string): Promise<boolean> {
  try {
    await decode(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof RootsigmaError)) {
      throw new Error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, {
        cause: error,
      });
    }
    // In a few words, whatever the file holds.
    if (error.message.length > 3000) throw new Error(`${what}: a message of ${error.message.length} characters`);
    return false;
  }
}

/** Gives a decoder `count` damaged files, the same ones for one seed; every second with its checksums mended, where it has any. */
export async function fuzz(
  name: string,
  format: Format,
  { count, seed = 0 }: { readonly count: number; readonly seed?: number },
): Promise<FuzzFigures> {
  let [read, slowestMs, slowestSeed] = [0, 0, seed];
  for (let k = seed; k < seed + count; k++) {
    let bytes = mutate(format.seeds, k);
    if (k % 2 === 1 && format.mend) bytes = format.mend(bytes);
    const began = performance.now();
    if (await attempt(format, bytes, `${name}, mutation ${k}`)) read++;
    const ms = performance.now() - began;
    if (ms > slowestMs) [slowestMs, slowestSeed] = [ms, k];
    if ((k - seed + 1) % 10_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { count, read, refused: count - read, slowestMs, slowestSeed };
}
