import { NdArray } from '../core/index.ts';
import { foldIn } from '../random/index.ts';
import type { Key } from '../random/index.ts';

/** Examples, as training and evaluation read them. */
export interface Examples {
  readonly size: number;
  /** Numbers in one example, those of its condition behind those of x where the model takes one (`rowSize`). */
  readonly exampleSize: number;
  /**
   * Writes the examples at `indices` into `out`, one after the other.
   * @param key for what is drawn anew each time (dynamic binarisation)
   */
  read(indices: Uint32Array, out: Float32Array, key: Key): void;
}

/** Some examples in a row, as evaluation reads them. */
export interface ExampleBatch {
  /** [count, exampleSize]; the last batch may be short */
  readonly x: NdArray<'float32'>;
  /** Position of its first example. */
  readonly start: number;
  /** For what the model draws on this batch. */
  readonly key: Key;
}

/**
 * All examples in their order, in batches; batch b draws from the key's b-th child.
 * @param options.wanted which batches, by their numbers; default: all
 */
export function* batchesInOrder(
  examples: Examples,
  options: { readonly key: Key; readonly batchSize: number; readonly wanted?: (batch: number) => boolean },
): Generator<ExampleBatch> {
  for (let start = 0, batch = 0; start < examples.size; start += options.batchSize, batch++) {
    if (options.wanted?.(batch) === false) continue;
    const count = Math.min(options.batchSize, examples.size - start);
    const indices = Uint32Array.from({ length: count }, (_, index) => start + index);
    const x = NdArray.zeros([count, examples.exampleSize], 'float32');
    const key = foldIn(options.key, batch);
    examples.read(indices, x.data, foldIn(key, 0));
    yield { x, start, key: foldIn(key, 1) };
  }
}
