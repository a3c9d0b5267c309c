// Differentiating through Σ^{1/2}: fits a covariance to data by gradient ascent on the log-likelihood, and shows that the
// gradient at Σ = I, where eigenvalues coincide, is finite and right.
import { MultivariateNormal } from 'rootsigma/gaussian';
import { constant, grad, input, mean, neg, sqrtmh, sum } from 'rootsigma/graph';
import type { Tensor } from 'rootsigma/graph';
import { key } from 'rootsigma/random';
import { evaluate } from 'rootsigma/reference';

const truth = [
  [2, 0.8],
  [0.8, 1],
];
const data = evaluate(MultivariateNormal.fromCovariance([0, 0], truth).sample(key(0), [2000]));

const covariance = input('covariance', [2, 2], 'float64');
const loss = neg(mean(MultivariateNormal.fromCovariance([0, 0], covariance).logProb(data)));
const [gradient] = grad(loss, [covariance]) as [Tensor];

let value = evaluate(
  constant([
    [1, 0],
    [0, 1],
  ]),
);
for (let step = 0; step < 200; step++) {
  const g = evaluate(gradient, { covariance: value });
  value = evaluate(constant(value.data.map((x, k) => x - 0.5 * (g.data[k] ?? NaN)))).reshape([2, 2]);
}
console.log('fitted Σ', value.toNested());
console.log('true Σ  ', truth, '(2,000 draws: standard errors about 0.03–0.06)');

// dS = dΣ / 2 at Σ = I, so the gradient of the sum of S's entries is ½ everywhere.
const [rootGradient] = grad(sum(sqrtmh(covariance)), [covariance]) as [Tensor];
const identity = constant([
  [1, 0],
  [0, 1],
]);
console.log('gradient of the sum of S at Σ = I', evaluate(rootGradient, { covariance: evaluate(identity) }).toNested());
