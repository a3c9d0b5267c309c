import { describe, expect, it } from 'vitest';
import { key, normal } from '../../random/index.ts';
import { datasetOf, examplesOf, makeDigits, tableOf, train } from '../../index.ts';
import type { TrainOptions } from '../../index.ts';

const small: TrainOptions = { latent: 2, hidden: [16], epochs: 2, seed: 1, threads: 1, onNotice: 'silent' };
const estimate = { value: expect.any(Number) as number, standardError: expect.any(Number) as number };

/** Digits of every second row and column, [14, 14]. */
function smallDigits(count: number, split: 'train' | 'test') {
  const { data } = examplesOf(makeDigits({ count, split }));
  const values = Float32Array.from({ length: 196 * count }, (_, k) => {
    const [image, y, x] = [Math.floor(k / 196), Math.floor((k % 196) / 14), k % 14];
    return data[784 * image + 56 * y + 2 * x] ?? NaN;
  });
  return datasetOf({ name: split, kind: 'array', sampleShape: [14, 14], values });
}

describe('metrics of samples', () => {
  it('of images are near for training examples, far for samples of a model that has learned little', async () => {
    const data = { source: 'few', train: smallDigits(120, 'train'), test: smallDigits(60, 'test'), notes: [] };
    const run = await train(data, small);
    for (const features of ['pca', 'pixels', 'codes']) {
      const options = { features, count: 60, ...(features === 'pca' && { dimensions: 8 }) };
      const { metrics, skippedMetrics } = await run.evaluate({ draws: 1, metrics: [{ name: 'frechet-distance', ...options }, { name: 'precision-recall', ...options }] }); // prettier-ignore
      const { distance, trainingDistance } = metrics!['frechet-distance'] as {
        distance: number;
        trainingDistance: number;
      };
      expect(skippedMetrics).toEqual({});
      expect(trainingDistance).toBeGreaterThan(0);
      if (features !== 'codes') expect(distance).toBeGreaterThan(2 * trainingDistance);
      expect(metrics!['precision-recall']).toEqual({ precision: estimate, recall: estimate, density: expect.any(Number) as number, coverage: estimate }); // prettier-ignore
    }
    const { metrics } = await run.evaluate({ draws: 1, metrics: [{ name: 'image-diversity', pairs: 20 }] });
    const { samples, examples } = metrics!['image-diversity'] as Record<string, { value: number }>;
    // Two epochs: nearly the same grey blot each time.
    expect(samples!.value).toBeGreaterThan(examples!.value + 0.2);
    await expect(run.evaluate({ draws: 1, metrics: ['closest-records'] })).rejects.toThrow(/needs a table/);
  });

  it('of tables count copies, by chance too', async () => {
    const [a, b] = [normal(key(1), [200]).data, normal(key(2), [200]).data];
    const continuous = tableOf({ x: Array.from(a), y: Array.from(b) });
    const run = await train(continuous, small);
    const about = {
      draws: 1,
      metrics: [
        { name: 'closest-records', count: 40 },
        { name: 'frechet-distance', count: 20 },
      ],
    };
    const { metrics } = await run.evaluate(about);
    const { closerToTraining, copies, heldOutCopies, distance, heldOutDistance } = metrics!['closest-records'] as Record<string, number> & { closerToTraining: typeof estimate }; // prettier-ignore
    expect([copies, heldOutCopies]).toEqual([0, 0]);
    for (const each of [distance, heldOutDistance]) expect(each).toBeGreaterThan(0);
    // 20 held-out rows; ½ within 4.5 standard errors.
    expect(Math.abs(closerToTraining.value - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / 20));
    const flags = tableOf({ x: Array.from(a, (value) => (value > 0 ? 'yes' : 'no')), y: Array.from(b, (value) => (value > 0 ? 'up' : 'down')) }); // prettier-ignore
    const found = (await (await train(flags, small)).evaluate(about)).metrics!['closest-records'];
    expect(found).toMatchObject({ copies: 20, heldOutCopies: 20, distance: 0, closerToTraining: { value: 0.5 } });
  });
});
