import { nested, rows, symmetricRoot } from '../covariance.ts';
import type { Covariance } from '../covariance.ts';

export const languages = { typescript: 'TypeScript', numpy: 'numpy', torch: 'torch' } as const;
export type Language = keyof typeof languages;

function literal(entries: readonly (readonly number[])[], digits: number): string {
  return `[${entries.map((row) => `[${row.map((value) => Number(value.toFixed(digits))).join(', ')}]`).join(', ')}]`;
}

/** A program that takes the reader's Σ to samples, and prints the root. */
export function codeFor(language: Language, sigma: Covariance): string {
  const covariance = literal(nested(sigma), 4);
  const root = literal(rows(symmetricRoot(sigma)), 4);
  switch (language) {
    case 'typescript':
      return `import { MultivariateNormal, SymmetricRoot } from 'rootsigma/gaussian';
import { sqrtmh } from 'rootsigma/linalg';
import { key } from 'rootsigma/random';
import { evaluate } from 'rootsigma/reference';

const mean = [0, 0];
const covariance = ${covariance};
console.log(sqrtmh(covariance).toNested()); // ≈ ${root}

const q = MultivariateNormal.fromRoot(mean, SymmetricRoot.fromCovariance(covariance));
const z = evaluate(q.sample(key(0), [1000])); // [1000, 2]: μ + Σ^{1/2} ε`;
    case 'numpy':
      return `import numpy as np

mean = np.zeros(2)
covariance = np.array(${covariance})
values, vectors = np.linalg.eigh(covariance)
root = (vectors * np.sqrt(values)) @ vectors.T
print(root)  # ≈ ${root}

eps = np.random.default_rng(0).standard_normal((1000, 2))
z = mean + eps @ root.T  # [1000, 2]: μ + Σ^{1/2} ε`;
    case 'torch':
      return `import torch

mean = torch.zeros(2)
covariance = torch.tensor(${covariance})
values, vectors = torch.linalg.eigh(covariance)
root = (vectors * values.sqrt()) @ vectors.mT
print(root)  # ≈ ${root}

eps = torch.randn(1000, 2)
z = mean + eps @ root.mT  # [1000, 2]: μ + Σ^{1/2} ε`;
  }
}
