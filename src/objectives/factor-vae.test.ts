import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { createEngine, evaluate } from '../engine/index.ts';
import { MultivariateNormalDiag, StandardNormal } from '../gaussian/index.ts';
import { asGraphKey, constant, mul, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { foldIn, key, normal } from '../random/index.ts';
import { Replicas } from '../training/replicas/replicas.ts';
import { permuteColumns } from './factor-vae.ts';
import { createObjective, objectives } from './index.ts';

const row = objectives.find(({ name }) => name === 'factor')!;

describe('permuteColumns', () => {
  const [rows, columns] = [3, 2];
  const z = constant(
    new NdArray(
      Float64Array.from({ length: rows * columns }, (_, at) => at),
      [rows, columns],
    ),
  );
  const orders = Array.from({ length: 720 }, (_, draw) => {
    const { data } = evaluate(permuteColumns(z, asGraphKey(key(draw))));
    return [0, 1].map((column) => [0, 1, 2].map((each) => data[columns * each + column]! - column));
  });

  it('keeps each column, in every order as often as in any other', () => {
    for (const column of [0, 1]) {
      const counts = new Map<string, number>();
      for (const order of orders) {
        expect([...order[column]!].sort()).toEqual([0, 2, 4]);
        const name = String(order[column]);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      // χ² of 5 degrees of freedom: above 25.7 in one of 10,000.
      const chiSquare = [...counts.values()].reduce((total, count) => total + (count - 120) ** 2 / 120, 0);
      expect(counts.size).toBe(6);
      expect(chiSquare).toBeLessThan(25.7);
    }
  });

  it('orders columns independently', () => {
    const same = orders.filter(([a, b]) => String(a) === String(b)).length;
    // One of six; four standard deviations of 720 such trials are 40.
    expect(Math.abs(same - 120)).toBeLessThan(40);
  });
});

/** A model whose z is x itself, and nothing to learn of it. */
function identityModel(latent: number): Vae {
  const zero = (x: Tensor): Tensor => sum(mul(x, 0), -1);
  const prior = StandardNormal.ofSize(latent, 'float32');
  const { parts } = createVae({ inputSize: 1, latent, hidden: [1], activation: 'tanh', posterior: 'diagonal' });
  const apply = (_: unknown, x: Tensor) => ({
    posterior: MultivariateNormalDiag.fromLogVariance(x, mul(x, 0)),
    prior,
    latent: x,
    logProbOfDraw: zero(x),
    likelihood: { logProb: () => zero(x) },
  });
  return { inputSize: latent, latent, parameters: [], parts, prior: () => prior, apply } as unknown as Vae;
}

describe('the discriminator', () => {
  it('learns the ratio of densities, whose mean logarithm is the total correlation', async () => {
    const [batchSize, correlation, steps, last] = [256, 0.8, 500, 150];
    const model = identityModel(2);
    const options = { discriminatorLayers: 2, discriminatorWidth: 16, discriminatorLearningRate: 0.01 };
    const objective = createObjective(row, options, { latent: 2, inputSize: 2, batchSize, trainingSize: 1e6 });
    const config = { batchSize, optimizer: { name: 'adam', learningRate: 1 } } as const;
    const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
    const replicas = await Replicas.start(engine, { model, objective, config, onNotice: () => undefined });
    replicas.load(initializeParameters(objective.parameters, key(1)));
    let total = 0;
    for (let step = 0; step < steps; step++) {
      const { data } = normal(foldIn(key(2), step), [batchSize, 2], { dtype: 'float32' });
      replicas.batch.set(
        data.map((value, at) =>
          at % 2 === 0 ? value : correlation * data[at - 1]! + Math.sqrt(1 - correlation ** 2) * value,
        ),
      );
      const request = { key: foldIn(key(3), step), scalars: { gamma: 1 }, learningRate: 1, ownLearningRate: 0.003 };
      const { metrics } = await replicas.take(request);
      if (step >= steps - last) total += metrics.totalCorrelation! / last;
    }
    await replicas.dispose();
    const exact = -0.5 * Math.log(1 - correlation ** 2); // 0.511 nats
    // The network is small and each step one sample of 256: it comes within a tenth of a nat.
    expect(Math.abs(total - exact)).toBeLessThan(0.1);
  });
});

describe('the objective factor', () => {
  const sizes = { latent: 4, inputSize: 3, batchSize: 8, trainingSize: 40 };

  it('has a discriminator of its own with an optimizer of its own', () => {
    const objective = createObjective(row, { discriminatorLayers: 2, discriminatorWidth: 7 }, sizes);
    const shapes = objective.parameters.map(({ name, shape }) => [name.replace('objective.discriminator.', ''), shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      ...{ '0.weight': [4, 7], '0.bias': [7], '1.weight': [7, 7], '1.bias': [7] },
      ...{ '2.weight': [7, 1], '2.bias': [1] },
    });
    expect(objective.optimizer).toEqual({ learningRate: 1e-4, beta1: 0.5, beta2: 0.9 });
    // The paper's: six layers of 1000 units.
    expect(
      createObjective(row, {}, sizes)
        .parameters.map(({ shape }) => shape)
        .slice(-2),
    ).toEqual([[1000, 1], [1]]);
    expect(createObjective(row, {}, sizes).parameters).toHaveLength(14);
  });

  it('needs codes to permute', () => {
    expect(() => createObjective(row, {}, { ...sizes, batchSize: 3 })).toThrow(/batchSize must be at least 4/);
  });
});
