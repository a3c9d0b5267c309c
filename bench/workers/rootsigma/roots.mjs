import { readFileSync } from 'node:fs';
import { layer, name } from './package.mjs';

/** One repetition: the symmetric roots of the whole batch [count, n, n], float64. */
export async function setUp({ data, n, count }) {
  const [{ sqrtmh }, { NdArray }] = await Promise.all(['linalg', 'core'].map(layer));
  const matrices = new NdArray(new Float64Array(readFileSync(data).buffer, 0, count * n * n), [count, n, n]);
  return {
    name: `${name}, sqrtmh`,
    units: count,
    run: (repetitions) => {
      for (let i = 0; i < repetitions; i++) sqrtmh(matrices);
    },
  };
}
