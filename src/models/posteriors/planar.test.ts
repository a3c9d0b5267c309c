import { describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/index.ts';
import { evaluate, evaluateAll } from '../../engine/reference/index.ts';
import { constant, square } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { testPosterior } from '../../testing/model-parts.ts';
import { Trainer, buildStep } from '../../training/index.ts';
import { partByRows } from '../../training/replicas/row-step.ts';
import { createVae, likelihoodFamily } from '../index.ts';
import { asGaussian, centerOf, posteriors } from './index.ts';
import { planar, planarFlow } from './planar.ts';

describe('a single flow', () => {
  testPosterior(planar, { flows: 1 });
});

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
const column = (x: number): Tensor => constant([x]);

/** û by the formula, term by term. */
function direction(u: readonly number[], w: readonly number[]): number[] {
  const a = dot(w, u);
  const m = Math.log1p((Math.E - 1) * Math.exp(a)) - 1;
  return u.map((x, k) => x + ((m - a) * w[k]!) / dot(w, w));
}

describe('planarFlow', () => {
  const [u, w, b] = [[-3, 0.5], [1.2, -0.7], 0.4]; // prettier-ignore

  it('is z + û tanh(wᵀz + b), with its determinant', () => {
    const hat = direction(u, w);
    const z = [0.3, -1.1];
    const t = Math.tanh(dot(w, z) + b);
    const { value, logDet } = planarFlow(constant(u), constant(w), column(b)).forwardWithLogDet(constant(z));
    evaluate(value).data.forEach((x, k) => {
      expect(x).toBeCloseTo(z[k]! + hat[k]! * t, 12);
    });
    expect(evaluate(logDet).item()).toBeCloseTo(Math.log(1 + (1 - t * t) * dot(hat, w)), 12);
  });

  it('can be inverted whatever u is: along w it only rises', () => {
    for (const scale of [0, 1, 3, 30, 300]) {
      const flow = planarFlow(constant(u.map((x) => x * scale)), constant(w), column(b));
      // wᵀf(z) depends on wᵀz alone.
      const line = Array.from({ length: 401 }, (_, k) => w.map((x) => (x * (k - 200)) / 50));
      const { value, logDet } = evaluateAll({ ...flow.forwardWithLogDet(constant(line)) });
      const along = line.map((_, k) => dot(w, [...value.data.subarray(2 * k, 2 * k + 2)]));
      expect(
        along.slice(1).every((x, k) => x > along[k]!),
        `scale ${scale}`,
      ).toBe(true);
      expect([...logDet.data].every(Number.isFinite)).toBe(true);
    }
  });

  it('is the identity for u = 0, and bounded for w = 0', () => {
    const z = [0.3, -1.1];
    const { value, logDet } = evaluateAll({
      ...planarFlow(constant([0, 0]), constant(w), column(b)).forwardWithLogDet(constant(z)),
    });
    expect(value.data[0]).toBeCloseTo(0.3, 12);
    expect(logDet.item()).toBeCloseTo(0, 12);
    for (const tiny of [0, 1e-20, 1e-8]) {
      const flat = planarFlow(constant(u), constant(w.map((x) => x * tiny)), column(b));
      for (const { data } of Object.values(evaluateAll({ ...flat.forwardWithLogDet(constant(z)) })))
        for (const x of data) expect(Math.abs(x)).toBeLessThan(10);
    }
  });
});

describe('the planar posterior', () => {
  it('starts at the diagonal one', () => {
    const sizes = { featureSize: 3, latent: 2 };
    const [mine, diagonal] = [planar.build({ flows: 4, base: 'diagonal' }, sizes), posteriors[1].build({}, sizes)];
    const values = initializeParameters(mine.parameters, key(1));
    const parameters = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));
    const features = constant(normal(key(2), [5, 3]));
    const [flow, gaussian] = [mine.apply(parameters, features), asGaussian(diagonal.apply(parameters, features))];
    const noise = constant(normal(key(3), [5, 2]));
    const [a, b] = [evaluateAll({ ...flow.fromNoise(noise) }), evaluateAll({ ...gaussian.fromNoise(noise) })];
    a.value.data.forEach((x, k) => {
      expect(x).toBeCloseTo(b.value.data[k]!, 5);
    });
    a.logProb.data.forEach((x, k) => {
      expect(x).toBeCloseTo(b.logProb.data[k]!, 5);
    });
    expect(evaluate(centerOf(flow)).data[3]).toBeCloseTo(evaluate(gaussian.mean).data[3]!, 5);
  });

  it('fits a posterior with two modes that no Gaussian fits, by rows as a whole', async () => {
    // x = z² + noise: q(z|x) has its mass at both roots.
    const x = normal(key(5), [512, 1]).data.map((z) => z * z);
    const examples = {
      size: 512,
      exampleSize: 1,
      read: (indices: Uint32Array, out: Float32Array) => {
        indices.forEach((index, k) => (out[k] = x[index]!));
      },
    };
    const engine = await createEngine();
    const fit = async (posterior: string) => {
      const likelihood = likelihoodFamily({ likelihood: 'gaussian', stddev: 0.3 }, { inputSize: 1 });
      const model = createVae({
        latent: 1,
        posterior: posterior === 'planar' ? { name: 'planar', flows: 4 } : posterior,
        encoder: { parameters: [], apply: (_, given) => given, inputSize: 1, outputSize: 1 },
        decoder: { parameters: [], apply: (_, z) => square(z), inputSize: 1, outputSize: 1 },
        likelihood,
      });
      expect(partByRows(buildStep(model, 64))).toBeDefined();
      const config = {
        epochs: 60,
        batchSize: 64,
        optimizer: { name: 'adam', learningRate: 0.02 },
        schedule: { name: 'constant' },
        validation: 0,
        seed: 1,
      } as const;
      const trainer = await Trainer.create({ engine, model, training: examples, config, replicas: 1, onNotice: 'silent' }); // prettier-ignore
      let elbo = NaN;
      for await (const event of trainer.run()) if (event.event === 'epoch') elbo = event.training.elbo ?? NaN;
      await trainer.dispose();
      return elbo;
    };
    const [flows, gaussian] = [await fit('planar'), await fit('diagonal')];
    expect(flows).toBeGreaterThan(gaussian + 0.1);
  });
});
