import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { createEngine, evaluateAll } from '../engine/index.ts';
import { add, cholesky, grad, input, keyInput, keyWords, matmul, mean, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, normal } from '../random/index.ts';
import { expectAllClose } from '../testing/index.ts';
import {
  LowRankMultivariateNormal,
  MultivariateNormal,
  MultivariateNormalDiag,
  StandardNormal,
  SymmetricRoot,
  condition,
  klDivergence,
  wasserstein2Squared,
} from './index.ts';

/** Everything at once, in float32 with a symbolic batch: draws, densities, divergences and their gradients. */
function outputsOf(): Record<string, Tensor> {
  const [m, l, w] = [input('m', ['batch', 5]), input('l', ['batch', 5]), input('w', ['batch', 5, 3])] as const;
  const q = LowRankMultivariateNormal.fromLogVariance(m, l, { factor: w });
  const d = MultivariateNormalDiag.fromLogVariance(m, l);
  const full = MultivariateNormal.fromRoot(m, SymmetricRoot.fromCholesky(cholesky(q.covariance)));
  const fixed = MultivariateNormal.fromCovariance(NdArray.zeros([5], 'float32'), tridiagonal(5));
  const { value, logProb } = q.sampleAndLogProb(keyInput('key'), [4]);
  const terms = [
    klDivergence(q, StandardNormal.ofSize(5, 'float32')),
    klDivergence(q, fixed),
    klDivergence(full, q),
    wasserstein2Squared(q, d),
    full.logProb(value),
    logProb,
    condition(q, { indices: [0, 3], values: [1, 2] }).entropy(),
  ];
  const total = terms.map((term) => mean(term)).reduce((a, b) => add(a, b));
  const gradients = Object.fromEntries(grad(total, [m, l, w]).map((gradient, k) => [`gradient${k}`, gradient]));
  return { total, value, product: sum(matmul(full.covariance, full.covariance)), ...gradients };
}

function tridiagonal(n: number): number[][] {
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_unused, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? 0.5 : 0)),
  );
}

describe('a compiled program', () => {
  it('agrees with the reference, host ops and all', async () => {
    const engine = await createEngine();
    const outputs = outputsOf();
    const program = await engine.compile({ outputs });
    for (const batch of [1, 7]) {
      const shapes = { m: [batch, 5], l: [batch, 5], w: [batch, 5, 3] };
      const feeds = {
        ...Object.fromEntries(Object.entries(shapes).map(([name, shape], k) => [name, normal(key(k), shape)])),
        key: keyWords(key(9)),
      };
      const actual = await program.run(feeds);
      const expected = evaluateAll(outputs, feeds);
      for (const [name, wanted] of Object.entries(expected)) {
        const largest = Math.max(...Array.from<number>(wanted.data).map(Math.abs));
        // 2⁻²³ times a condition number of some hundreds (Σ² in the symmetric root) times the sizes summed over.
        expectAllClose(actual[name]!, wanted, { atol: 2 ** -11 * Math.max(1, largest) }, `${name}, batch ${batch}`);
        expect(actual[name]!.dtype).toBe('float32');
      }
    }
    await program.dispose();
  });
});
