import { nested, rows, symmetricRoot } from '../covariance.ts';
import type { Covariance } from '../covariance.ts';

export const languages = { typescript: 'TypeScript', numpy: 'numpy', torch: 'torch' } as const;
export type Language = keyof typeof languages;

/** Nested brackets to four decimals. Python's whole numbers get their point, or torch would make integers of them. */
function literal(entries: readonly (readonly number[])[], language: Language): string {
  const text = (value: number): string => {
    const number = String(Number(value.toFixed(4)) + 0);
    return language === 'typescript' || number.includes('.') ? number : `${number}.0`;
  };
  return `[${entries.map((row) => `[${row.map(text).join(', ')}]`).join(', ')}]`;
}

/** A program that takes the reader's Σ to samples, and prints the root. */
export function codeFor(language: Language, sigma: Covariance): string {
  const covariance = literal(nested(sigma), language);
  const root = literal(rows(symmetricRoot(sigma)), language);
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
