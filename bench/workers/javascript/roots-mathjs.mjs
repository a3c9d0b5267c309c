import { sqrtm, version } from 'mathjs';
import { readMatrices } from './matrices.mjs';

/** One repetition: a loop of sqrtm (Denman–Beavers) over `count` matrices. */
export function setUp(options) {
  const matrices = readMatrices(options);
  return {
    name: `mathjs ${version}, loop of sqrtm`,
    units: matrices.length,
    run: (repetitions) => {
      for (let i = 0; i < repetitions; i++) for (const matrix of matrices) sqrtm(matrix);
    },
  };
}
