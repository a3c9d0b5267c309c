import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { readMatrices } from './matrices.mjs';
import { versionOf } from './versions.mjs';

/** One repetition: V √Λ Vᵀ from the eigenvalue decomposition, for `count` matrices. */
export function setUp(options) {
  const matrices = readMatrices(options).map((rows) => new Matrix(rows));
  return {
    name: `ml-matrix ${versionOf('ml-matrix')}, loop of EVD`,
    units: matrices.length,
    run: (repetitions) => {
      for (let i = 0; i < repetitions; i++) for (const matrix of matrices) root(matrix);
    },
  };
}

function root(matrix) {
  const { realEigenvalues, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const roots = realEigenvalues.map((value) => Math.sqrt(Math.max(value, 0)));
  return vectors.clone().mulRowVector(roots).mmul(vectors.transpose());
}
