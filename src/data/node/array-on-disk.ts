import type { ArraySource } from '../arrays/array-source.ts';
import type { ResolveContext } from '../context.ts';

/** An array in NPY format on disk, not read yet. */
export interface ArrayOnDisk extends ArraySource {
  readonly path: string;
  /** Where its NPY format lies unpacked: in the file itself, or else in the cache, where this writes it. */
  place(context: ResolveContext): Promise<ArrayPlace>;
}

export interface ArrayPlace {
  readonly path: string;
  /** Where its header begins. */
  readonly start: number;
}
