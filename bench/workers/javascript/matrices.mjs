import { readFileSync } from 'node:fs';

/** The first `count` matrices of a file of float64 n × n matrices, each as nested arrays. */
export function readMatrices({ data, n, count }) {
  const flat = new Float64Array(new Uint8Array(readFileSync(data)).buffer);
  return Array.from({ length: count }, (_, matrix) =>
    Array.from({ length: n }, (_, row) => {
      const start = (matrix * n + row) * n;
      return Array.from(flat.subarray(start, start + n));
    }),
  );
}
