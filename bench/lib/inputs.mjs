import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dist = new URL('../../dist/', import.meta.url);

/** Files that all contestants read, in a folder that `remove` deletes. */
export async function prepareInputs() {
  const folder = mkdtempSync(join(tmpdir(), 'rootsigma-bench-'));
  const { makeDigits } = await import(new URL('data/index.js', dist).href);
  const { key, normal } = await import(new URL('random/index.js', dist).href);
  const write = (name, data) => {
    const path = join(folder, name);
    writeFileSync(path, data);
    return path;
  };
  return {
    folder,
    /** Digits of 784 bytes, each 0 or 255. */
    digits: write('digits.bin', binaryDigits(makeDigits({ count: 4096 }))),
    /** Covariances [count, n, n] = A Aᵀ / n + I / 10, float64. */
    covariances: (n, count) => {
      const a = normal(key(n), [count, n, n], { dtype: 'float64' }).data;
      return write(`covariances-${n}.bin`, covariances(a, n, count));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function binaryDigits(dataset) {
  const values = new Float32Array(dataset.size * 784);
  dataset.gather(
    Uint32Array.from({ length: dataset.size }, (_, index) => index),
    values,
  );
  return Uint8Array.from(values, (value) => (value >= 0.5 ? 255 : 0));
}

function covariances(a, n, count) {
  const out = new Float64Array(count * n * n);
  for (let matrix = 0; matrix < count; matrix++) {
    const start = matrix * n * n;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = i === j ? 0.1 * n : 0;
        for (let k = 0; k < n; k++) sum += a[start + i * n + k] * a[start + j * n + k];
        out[start + i * n + j] = out[start + j * n + i] = sum / n;
      }
    }
  }
  return out;
}
