import type { Library } from './command-row.ts';
import type { NdArray } from './library/index.ts';

/** Writes [paths, steps, ...shape]: one path a row of pictures; arrays keep their shape, CSV has one step a row. */
export function writePaths({ writeArray }: Library, file: string, paths: NdArray): Promise<void> {
  const [count = 0, steps = 0, ...shape] = paths.shape;
  const isNested = /\.(npy|json)$/i.test(file);
  return writeArray(file, isNested ? paths : paths.reshape([count * steps, ...shape]), { columns: steps });
}
