// Codes against loops: the nearest one, what goes straight through, how codes follow, and codes that are dead.
import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { createEngine } from '../../engine/index.ts';
import { evaluate, evaluateAll } from '../../engine/reference/index.ts';
import { asGraphKey, constant, grad, mul, sum } from '../../graph/index.ts';
import type { LayerContext } from '../../nn/index.ts';
import { createObjective, objectives } from '../../objectives/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { key, normal } from '../../random/index.ts';
import { Trainer } from '../../training/index.ts';
import type { StepEvent } from '../../training/index.ts';
import { createVae } from '../vae.ts';
import { Codebook } from './codebook.ts';
import { vectorQuantized } from './vector-quantized.ts';

const [codes, size, rows] = [4, 2, 30];
const options = { codes, size, decay: 0.9, epsilon: 1e-3, restartBelow: 0 };
const z = normal(key(1), [rows, size], { dtype: 'float64' });
const count = NdArray.from([3, 0.5, 1, 2], 'float64');
const sums = normal(key(2), [codes, size], { dtype: 'float64' });
const parameters = { 'book.count': constant(count), 'book.sum': constant(sums) };

/** e = m / Ñ, entry by entry. */
const total = count.data.reduce((a, b) => a + b, 0);
const vectors = Array.from({ length: codes }, (_, k) => {
  const smoothed = ((count.data[k]! + options.epsilon) / (total + codes * options.epsilon)) * total;
  return [0, 1].map((j) => sums.data[k * size + j]! / smoothed);
});
const nearest = Array.from({ length: rows }, (_, i) => {
  const distances = vectors.map((e) => e.reduce((d, x, j) => d + (x - z.data[i * size + j]!) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
});

describe('a codebook', () => {
  it('gives each vector its nearest code', () => {
    const { values, assignment } = new Codebook('book', options).quantize(parameters, constant(z));
    const found = evaluateAll({ values, assignment });
    nearest.forEach((k, i) => {
      expect([...found.assignment.data.subarray(i * codes, (i + 1) * codes)]).toEqual(vectors.map((_, c) => (c === k ? 1 : 0))); // prettier-ignore
      vectors[k]!.forEach((x, j) => {
        expect(found.values.data[i * size + j]).toBeCloseTo(x, 12);
      });
    });
  });

  it('takes the first of codes that are equally near', () => {
    const twice = { 'book.count': constant([1, 1, 1, 1], 'float64'), 'book.sum': constant([[5, 5], [1, 1], [1, 1], [1, 1]], 'float64') }; // prettier-ignore
    const { assignment } = new Codebook('book', options).quantize(twice, constant([[1, 1]], 'float64'));
    expect([...evaluate(assignment).data]).toEqual([0, 1, 0, 0]);
  });

  it('follows what is assigned to it by moving averages, as a loop has them', () => {
    const context: LayerContext = { mode: 'train', state: new Map() };
    const book = new Codebook('book', options);
    book.follow(parameters, constant(z), book.quantize(parameters, constant(z)), context);
    const found = evaluateAll(Object.fromEntries(context.state));
    for (let k = 0; k < codes; k++) {
      const own = nearest.flatMap((code, i) => (code === k ? [i] : []));
      expect(found['book.count']!.data[k]).toBeCloseTo(0.9 * count.data[k]! + 0.1 * own.length, 12);
      for (let j = 0; j < size; j++) {
        const seen = own.reduce((a, i) => a + z.data[i * size + j]!, 0);
        expect(found['book.sum']!.data[k * size + j]).toBeCloseTo(0.9 * sums.data[k * size + j]! + 0.1 * seen, 12);
      }
    }
  });

  it('begins dead codes anew at vectors of the batch, and leaves the others', () => {
    const far = { ...parameters, 'book.count': constant([3, 1e-6, 1, 2], 'float64'), 'book.sum': constant([[0, 0], [1, 1], [1, 0], [0, 2]], 'float64') }; // prettier-ignore
    const moved = (restartBelow: number, seed: number) => {
      const context: LayerContext = { mode: 'train', key: asGraphKey(key(seed)), state: new Map() };
      const book = new Codebook('book', { ...options, restartBelow });
      book.follow(far, constant(z), book.quantize(far, constant(z)), context);
      return evaluateAll(Object.fromEntries(context.state));
    };
    const [plain, anew] = [moved(0, 5), moved(0.01, 5)];
    const usual = [...plain['book.count']!.data].reduce((a, b) => a + b, 0) / codes;
    expect(plain['book.count']!.data[1]).toBeLessThan(0.01 * usual);
    expect(anew['book.count']!.data[1]).toBeCloseTo(usual, 12);
    const place = [0, 1].map((j) => anew['book.sum']!.data[size + j]! / usual);
    const isOfBatch = Array.from({ length: rows }, (_, i) =>
      Math.hypot(...place.map((x, j) => x - z.data[i * size + j]!)),
    );
    expect(Math.min(...isOfBatch)).toBeLessThan(1e-12);
    for (const k of [0, 2, 3]) expect(anew['book.count']!.data[k]).toBe(plain['book.count']!.data[k]);
    // By the seed alone.
    expect(moved(0.01, 5)).toEqual(anew);
    expect(moved(0.01, 6)['book.sum']!.data).not.toEqual(anew['book.sum']!.data);
  });
});

describe('a posterior of codes', () => {
  it('has the code’s value and hands its gradient straight through', () => {
    const row = { codes, codeSize: size, codebookDecay: 0.9, codebookEpsilon: 1e-3, restartBelow: 0 };
    const built = vectorQuantized.build(row, { featureSize: 4, latent: 4 });
    const named = (name: string, shape: readonly number[], seed: number) => [name, constant(normal(key(seed), shape, { dtype: 'float64' }))] as const; // prettier-ignore
    const given = {
      ...Object.fromEntries([named('mean.weight', [4, 4], 7), named('mean.bias', [4], 8)]),
      'codebook.count': constant(count),
      'codebook.sum': constant(sums),
    };
    const features = constant(normal(key(9), [3, 4], { dtype: 'float64' }));
    const posterior = built.apply(given, features);
    const { encoded, quantized } = posterior.codes!;
    const drawn = posterior.sample(key(0));
    const found = evaluateAll({ drawn, quantized });
    found.drawn.data.forEach((value, at) => {
      expect(value).toBeCloseTo(found.quantized.data[at]!, 12);
    });
    const weights = normal(key(10), [3, 4], { dtype: 'float64' });
    const [slope] = grad(sum(mul(drawn, constant(weights))), [encoded]);
    expect([...evaluate(slope!).data]).toEqual([...weights.data]);
  });

  it('refuses a latent size that codes do not make', () => {
    const build = () => createVae({ inputSize: 4, latent: 10, posterior: 'vector-quantized' });
    expect(build).toThrow(/latent 10 is no multiple of codeSize 4\. Choose latent 12/);
  });

  it('finds the clusters that there are, each by a code of its own', async () => {
    const centers = [[3, 3, 0, 0], [-3, 0, 3, 0], [0, -3, 0, 3], [0, 0, -3, -3]]; // prettier-ignore
    const data = normal(key(11), [200, 4]).data.map((x, at) => 0.1 * x + centers[Math.floor(at / 4) % 4]![at % 4]!);
    const training: Examples = {
      size: 200,
      exampleSize: 4,
      read: (indices, out) => {
        indices.forEach((index, k) => {
          out.set(data.subarray(4 * index, 4 * index + 4), 4 * k);
        });
      },
    };
    const { likelihoodFamily } = await import('../index.ts');
    const likelihood = likelihoodFamily({ likelihood: 'gaussian', stddev: 0.3 }, { inputSize: 4 });
    const model = createVae({ inputSize: 4, latent: 2, hidden: [16], posterior: 'vector-quantized', codes: 8, codeSize: 2, likelihood }); // prettier-ignore
    const objective = createObjective(objectives.find(({ name }) => name === 'vq')!, {}, { latent: 2, inputSize: 4, batchSize: 40, trainingSize: 200 }); // prettier-ignore
    const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
    const config = { epochs: 100, batchSize: 40, optimizer: { name: 'adam', learningRate: 0.01 }, schedule: { name: 'constant' }, validation: 0, seed: 3 } as const; // prettier-ignore
    const trainer = await Trainer.create({ engine, model, objective, config, training });
    let last: StepEvent | undefined;
    for await (const event of trainer.run()) if (event.event === 'step') last = event;
    const trained = Object.fromEntries(
      Object.entries(trainer.parameters).map(([name, value]) => [name, constant(value)]),
    );
    const x = constant(new NdArray(Float32Array.from(data), [200, 4]));
    const { assignment } = model.encode(trained, x).codes!;
    const found = evaluate(assignment).data;
    const codeOf = Array.from({ length: 200 }, (_, i) => found.subarray(8 * i, 8 * i + 8).indexOf(1));
    // No code is of two clusters: of the clusters, all is known by the code.
    for (let a = 0; a < 200; a++) for (let b = 0; b < a; b++) if (codeOf[a] === codeOf[b]) expect(a % 4).toBe(b % 4);
    expect(last!.metrics.codesUsed).toBeGreaterThanOrEqual(4);
    expect(last!.metrics.perplexity).toBeGreaterThan(3.9);
    expect(last!.metrics.perplexity).toBeLessThanOrEqual(8);
    // ½ (0.1 / 0.3)² and the normaliser of four numbers: what the noise of the clusters costs at their means.
    const best = -4 * (0.5 * (0.1 / 0.3) ** 2 + Math.log(0.3) + 0.5 * Math.log(2 * Math.PI));
    expect(last!.reconstruction).toBeGreaterThan(best - 0.5);
    await trainer.dispose();
  });
});
