// Batches of matrices that threads compute: the same bits, shapes and errors as on this thread.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NdArray } from '../src/core/index.ts';
import { cholesky, eigh, sqrtmh } from '../src/linalg/index.ts';
import { choleskyAsync, eighAsync, sqrtmhAsync } from '../src/linalg/threads/index.ts';
import { key, normal } from '../src/random/index.ts';
import { Entries } from './replicas/entry.ts';

const entries = new Entries();
let entry: URL;
beforeAll(async () => {
  entry = await entries.built('src/linalg/threads/batch-worker.ts');
});
afterAll(() => {
  entries.remove();
});

/** Σ = A Aᵀ + ½ I, and of the first ones the variances lie far apart. */
function covariances(shape: readonly number[], dtype: 'float32' | 'float64'): NdArray<'float32' | 'float64'> {
  const n = shape.at(-1) ?? 0;
  const a = normal(key(n), shape, { dtype: 'float64' }).data;
  const out = NdArray.zeros(shape, dtype);
  for (let at = 0; at < a.length; at += n * n) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = i === j ? 0.5 : 0;
        for (let k = 0; k < n; k++) sum += (a[at + i * n + k] ?? 0) * (a[at + j * n + k] ?? 0);
        const scale = at < 9 * n * n ? 10 ** (i + j) : 1;
        out.data[at + i * n + j] = out.data[at + j * n + i] = sum * scale;
      }
    }
  }
  return out;
}

function bitsOf({ data, shape, dtype }: NdArray): unknown {
  return { shape, dtype, bits: createHash('sha256').update(data).digest('hex') };
}

describe('batches in threads', () => {
  it.each([
    { shape: [3, 1400, 8, 8], dtype: 'float64' },
    { shape: [1003, 13, 13], dtype: 'float32' },
    { shape: [75, 32, 32], dtype: 'float64' },
  ] as const)('have the bits of this thread: $shape, $dtype', async ({ shape, dtype }) => {
    const a = covariances(shape, dtype);
    for (const threads of [1, 3]) {
      expect(bitsOf(await sqrtmhAsync(a, { threads, entry }))).toEqual(bitsOf(sqrtmh(a)));
      expect(bitsOf(await choleskyAsync(a, { threads, entry }))).toEqual(bitsOf(cholesky(a)));
      const [there, here] = [await eighAsync(a, { threads, entry }), eigh(a)];
      expect(bitsOf(there.values)).toEqual(bitsOf(here.values));
      expect(bitsOf(there.vectors)).toEqual(bitsOf(here.vectors));
    }
  });

  it('name the matrix that is wrong by its place in the batch', async () => {
    const a = covariances([2000, 12, 12], 'float64');
    a.data[1500 * 144] = -1;
    const message = ((): string => {
      try {
        cholesky(a);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    expect(message).toContain('1500');
    await expect(choleskyAsync(a, { threads: 2, entry })).rejects.toThrow(message);
    // And go on with others.
    const good = covariances([2000, 12, 12], 'float64');
    expect(bitsOf(await sqrtmhAsync(good, { threads: 2, entry }))).toEqual(bitsOf(sqrtmh(good)));
  });

  it('are computed at once where they are small, and refuse what cannot be', async () => {
    const nowhere = new URL('missing.mjs', entry);
    expect((await sqrtmhAsync([[4]], { entry: nowhere })).toNested()).toEqual([[2]]);
    await expect(sqrtmhAsync([[1, 2]], { threads: 2 })).rejects.toThrow(/sqrtmh/);
    for (const f of [sqrtmhAsync, choleskyAsync, eighAsync]) {
      await expect(f([[1]], { threads: 0 })).rejects.toThrow(/threads/);
      await expect(f([[1]], { thread: 2 } as never)).rejects.toThrow(/thread/);
    }
  });
});
