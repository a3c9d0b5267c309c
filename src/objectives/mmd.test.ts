import { describe, expect, it } from 'vitest';
import { evaluate, evaluateAll } from '../engine/index.ts';
import { MultivariateNormalDiag } from '../gaussian/index.ts';
import { constant, grad } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import { key, normal } from '../random/index.ts';
import { checkGradients, lossesAt } from '../testing/index.ts';
import { info } from './info.ts';
import { createObjective } from './index.ts';
import { maximumMeanDiscrepancy } from './mmd.ts';
import { wae } from './wae.ts';

const kernelAt = (kernel: 'imq' | 'rbf', scale: number, a: readonly number[], b: readonly number[]): number => {
  const distance = a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0);
  return kernel === 'rbf' ? Math.exp(-distance / scale) : scale / (scale + distance);
};

describe.each(['imq', 'rbf'] as const)('the MMD with the kernel %s', (kernel) => {
  const [n, d, bandwidth] = [6, 3, 0.7];
  const [a, b] = [1, 2].map((seed) => normal(key(seed), [n, d], { dtype: 'float64' }));

  it('is its double sum', () => {
    const [x, y] = [a, b].map((points) => points!.toNested() as number[][]) as [number[][], number[][]];
    const scale = 2 * d * bandwidth ** 2;
    let [within, between] = [0, 0];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i !== j) within += kernelAt(kernel, scale, x[i]!, x[j]!) + kernelAt(kernel, scale, y[i]!, y[j]!);
        between += kernelAt(kernel, scale, x[i]!, y[j]!);
      }
    }
    const wanted = within / (n * (n - 1)) - (2 * between) / n ** 2;
    const found = evaluate(maximumMeanDiscrepancy(constant(a!), constant(b!), { kernel, bandwidth })).item();
    expect(found).toBeCloseTo(wanted, 12);
  });

  it('has the gradients that differences give', () => {
    checkGradients((x, y) => maximumMeanDiscrepancy(x, y, { kernel, bandwidth }), [a!, b!]);
  });

  it('is 0 in the mean for two samples of one distribution, and else what both come to', () => {
    const [count, rows, shift] = [300, 20, 1];
    const points = (seed: number) => normal(key(seed), [rows, 1], { dtype: 'float64' });
    const estimates = (by: number): number[] =>
      Array.from({ length: count }, (_, k) => {
        const other = points(2 * k + 1001);
        const moved = constant(other.toNested());
        const at = by === 0 ? moved : constant((other.toNested() as number[][]).map(([v]) => [v! + by]));
        return evaluate(maximumMeanDiscrepancy(constant(points(2 * k + 1000)), at, { kernel, bandwidth: 1 })).item();
      });
    const statistics = (values: readonly number[]) => {
      const mean = values.reduce((sum, v) => sum + v, 0) / count;
      return { mean, error: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1) / count) };
    };
    const same = statistics(estimates(0));
    expect(Math.abs(same.mean)).toBeLessThan(4.5 * same.error);
    // Of N(0, 1) and N(1, 1): differences are N(0, 2) and N(±1, 2), by a sum over a grid.
    const expectation = (by: number): number => {
      const step = 1e-3;
      let total = 0;
      for (let t = -15; t <= 15; t += step) {
        total += (step * Math.exp(-((t - by) ** 2) / 4) * kernelAt(kernel, 2, [t], [0])) / Math.sqrt(4 * Math.PI);
      }
      return total;
    };
    const apart = statistics(estimates(shift));
    expect(Math.abs(apart.mean - 2 * (expectation(0) - expectation(shift)))).toBeLessThan(4.5 * apart.error + 1e-6);
  });
});

describe('InfoVAE and WAE', () => {
  const sizes = { latent: 2, inputSize: 3, batchSize: 4, trainingSize: 40 };
  const means = [[0.4, -1], [0.1, 2], [0, 0.3], [1, 1]]; // prettier-ignore
  const said = { posterior: MultivariateNormalDiag.fromStddev(means, [0.5, 0.8]), reconstruction: [-2, -7, -3, -4] };
  const model = createVae({ inputSize: 3, latent: 2, hidden: [4], activation: 'tanh', posterior: 'diagonal' });

  it('weigh KL and MMD as their papers do', () => {
    const found = lossesAt(createObjective(info, {}, sizes), { ...said, model }, { alpha: 0.25, lambda: 30 });
    expect(found.mmd).not.toBe(0);
    expect(found.loss).toBeCloseTo(4 + 0.75 * found.kl! + (0.25 + 30 - 1) * found.mmd!, 10);
    const other = lossesAt(createObjective(wae, {}, sizes), { ...said, model }, { lambda: 30 });
    expect(other.mmd).toBe(found.mmd);
    expect(other.loss).toBeCloseTo(4 + 30 * found.mmd!, 10);
  });

  it('refuse a learned prior whose draws have no gradient', () => {
    const learned = createVae({ inputSize: 3, latent: 2, hidden: [4], activation: 'tanh', posterior: 'diagonal', prior: { name: 'vamp', pseudoInputs: 3 }, dtype: 'float64' }); // prettier-ignore
    const prior = learned.prior(
      Object.fromEntries(
        learned.parameters.map(({ name, shape }) => [name, constant(normal(key(1), shape, { dtype: 'float64' }))]),
      ),
    );
    expect(prior.isReparameterized).toBe(false);
    expect(() => lossesAt(createObjective(wae, {}, sizes), { ...said, prior, model: learned }, { lambda: 1 })).toThrow(
      /draws of the prior 'vamp' have no gradient/,
    );
  });

  it('compares codes, and needs some', () => {
    for (const row of [info, wae]) {
      expect(createObjective(row, {}, sizes).couplesExamples).toBe(true);
      expect(() => createObjective(row, {}, { ...sizes, batchSize: 1 })).toThrow(/batchSize must be at least 2/);
    }
  });
});

it('the gradient of the MMD moves codes that are too narrow apart', () => {
  const z = constant([[-0.1], [0.1]]);
  const [gradient] = grad(maximumMeanDiscrepancy(z, constant([[-1], [1]]), { kernel: 'imq', bandwidth: 1 }), [z]);
  const { found } = evaluateAll({ found: gradient! });
  expect(found.data[0]).toBeGreaterThan(0);
  expect(found.data[1]).toBeLessThan(0);
});
