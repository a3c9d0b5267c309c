import { readFileSync } from 'node:fs';
import { layer, name } from './package.mjs';

/** One repetition: `sqrtmhAsync`, `choleskyAsync` or `eighAsync` of the whole batch [count, n, n], float64. */
export async function setUp({ operation, data, n, count }) {
  const [{ [operation]: compute }, { NdArray }] = await Promise.all(['linalg/threads', 'core'].map(layer));
  const matrices = new NdArray(new Float64Array(readFileSync(data).buffer, 0, count * n * n), [count, n, n]);
  return {
    name: `${name}, ${operation}`,
    units: count,
    run: async (repetitions) => {
      for (let i = 0; i < repetitions; i++) await compute(matrices);
    },
  };
}
