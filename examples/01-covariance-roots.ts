// Σ^{1/2}: what it is, what it is not, and that every factor F with F Fᵀ = Σ draws from the same distribution.
import { MultivariateNormal, ScaleTrilRoot, SymmetricRoot } from 'rootsigma/gaussian';
import { cholesky, matmul, sqrtmh } from 'rootsigma/linalg';
import { key } from 'rootsigma/random';
import { evaluate } from 'rootsigma/reference';

const covariance = [
  [2, 1],
  [1, 2],
];
const show = (name: string, matrix: unknown): void => {
  console.log(
    name.padEnd(34),
    JSON.stringify(matrix, (_, x: unknown) => (typeof x === 'number' ? +x.toFixed(4) : x)),
  );
};

const root = sqrtmh(covariance);
show('Σ', covariance);
show('S = Σ^{1/2}, symmetric', root.toNested());
show('S S', matmul(root, root).toNested());
show('elementwise √Σ, squared: not Σ', matmul(covariance.map((row) => row.map(Math.sqrt)), covariance.map((row) => row.map(Math.sqrt))).toNested()); // prettier-ignore
show('L, Cholesky', cholesky(covariance).toNested());

const roots = {
  symmetric: SymmetricRoot.fromMatrix(root),
  cholesky: ScaleTrilRoot.fromScaleTril(cholesky(covariance)),
};
for (const [name, factor] of Object.entries(roots)) {
  const normal = MultivariateNormal.fromRoot([0, 0], factor);
  const count = 100_000;
  const draws = evaluate(normal.sample(key(1), [count])).data;
  const moment = (i: number, j: number): number => {
    let total = 0;
    for (let k = 0; k < count; k++) total += (draws[2 * k + i] ?? NaN) * (draws[2 * k + j] ?? NaN);
    return total / count;
  };
  // A standard error of these is about √(Σᵢᵢ Σⱼⱼ + Σᵢⱼ²) / √100,000 ≈ 0.009.
  show(`covariance of draws, ${name}`, [
    [moment(0, 0), moment(0, 1)],
    [moment(1, 0), moment(1, 1)],
  ]);
}
