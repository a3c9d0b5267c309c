import { beforeAll, describe, expect, it, vi } from 'vitest';
import { scatterPlot } from '../../drawing/index.ts';
import { principalAxes, project } from '../../evaluation/index.ts';
import { decodePng } from '../../io/index.ts';
import { key, normal } from '../../random/index.ts';
import {
  NdArray,
  ShapeError,
  ValueError,
  anomalyPicture,
  codeQuality,
  imageQuality,
  interpolationPicture,
  latentScatter,
  makeDigits,
  reconstructionQuality,
  train,
  traversalPicture,
} from '../index.ts';
import type { DatasetSplits, Run, TrainOptions } from '../index.ts';

const digits: DatasetSplits = {
  source: 'some digits',
  train: makeDigits({ seed: 0, count: 600 }),
  test: makeDigits({ seed: 0, count: 80, split: 'test' }),
  notes: [],
};
const small: TrainOptions = {
  latent: 4,
  hidden: [64],
  epochs: 8,
  batchSize: 50,
  learningRate: 3e-3,
  seed: 1,
  threads: 1,
};

let run: Run;
beforeAll(async () => {
  run = await train(digits, small);
});

/** How many pixels of a PNG are neither grey nor white: points and legend. */
function colored(png: Uint8Array): number {
  const { data } = decodePng(png);
  let count = 0;
  for (let k = 0; k < data.length; k += 3) {
    const [r = 0, g = 0, b = 0] = data.subarray(k, k + 3);
    if (Math.max(r, g, b) - Math.min(r, g, b) > 40) count++;
  }
  return count;
}

describe('pictures of a latent space', () => {
  it('scatters the posterior means, with ellipses and without', async () => {
    const [bare, ellipses] = [await latentScatter(run, { ellipses: false }), await latentScatter(run, { limit: 40 })];
    expect(decodePng(bare).shape[0]).toBe(860);
    expect(colored(bare)).toBeGreaterThan(1000);
    expect(ellipses).not.toEqual(await latentScatter(run, { limit: 40, ellipses: false }));
    const flat = await train(digits, { ...small, latent: 1, epochs: 1 });
    expect(colored(await latentScatter(flat))).toBeGreaterThan(1000);
  });

  it('draws each example’s own covariance, seen along the axes of the means', async () => {
    const [size, latent] = [6, 4];
    const mean = normal(key(5), [size, latent]);
    const factors = normal(key(6), [size, latent, latent], { dtype: 'float64' });
    // Σ = F Fᵀ / 8 of each example.
    const covariance = NdArray.zeros([size, latent, latent], 'float32');
    for (let n = 0; n < size; n++) {
      const row = (i: number) => factors.data.subarray((n * latent + i) * latent, (n * latent + i + 1) * latent);
      for (let i = 0; i < latent; i++) {
        for (let j = 0; j < latent; j++) {
          covariance.data[(n * latent + i) * latent + j] = row(i).reduce((sum, f, k) => sum + f * row(j)[k]!, 0) / 8;
        }
      }
    }
    const encode = vi.spyOn(run, 'encode').mockResolvedValue({ mean, stddev: mean, covariance });
    const picture = decodePng(await latentScatter(run, { limit: size }));
    encode.mockRestore();

    const axes = principalAxes(mean, 2);
    const axis = (k: number) => axes.axes.data.subarray(k * latent, (k + 1) * latent);
    const seen = (n: number) =>
      [0, 1].map((a) =>
        [0, 1].map((b) => {
          const sigma = covariance.data.subarray(n * latent * latent, (n + 1) * latent * latent);
          return sigma.reduce((sum, value, k) => sum + axis(a)[Math.floor(k / latent)]! * value * axis(b)[k % latent]!, 0); // prettier-ignore
        }),
      );
    const labels = Array.from((await run.testData()).dataset.labels!).slice(0, size);
    const drawnWith = (example: (n: number) => number): Uint8Array => {
      const covariances = NdArray.from(Array.from({ length: size }, (_, n) => seen(example(n))));
      return scatterPlot(project(mean, axes), { covariances, labels });
    };
    /** Values that differ in the square of the points, between the margins; rounding may move a shade by one. */
    const differing = (png: Uint8Array): number => {
      const other = decodePng(png);
      let count = 0;
      for (let y = 79; y < 798; y++) {
        for (let k = 3 * 85; k < 3 * 804; k++) {
          const [ours, theirs] = [picture, other].map(({ data, shape }) => data[3 * y * shape[1]! + k]!);
          if (Math.abs(ours! - theirs!) > 1) count++;
        }
      }
      return count;
    };
    expect(differing(drawnWith((n) => n))).toBe(0);
    expect(differing(drawnWith(() => 0))).toBeGreaterThan(1000);
  });

  it('traverses the dimensions and goes from example to example', async () => {
    const rows = (png: Uint8Array): number => decodePng(png).shape[0] ?? 0;
    const all = await traversalPicture(run);
    expect(rows(all) - rows(await traversalPicture(run, { limit: 3 }))).toBe(88); // One row of 3 × 28 pixels and its gap.
    expect(await traversalPicture(run, { example: 2 })).not.toEqual(all);
    await expect(traversalPicture(run, { example: 80 })).rejects.toThrow(/no example 80; .* has 80/);
    const strips = await interpolationPicture(run, { pairs: 3, steps: 5 });
    expect(decodePng(strips).shape[1]).toBe(16 + 7 * 88 + 12);
  });

  it('shows where examples are anomalous', async () => {
    const x = await run.examples({ limit: 3 });
    for (let k = 0; k < 100; k++) x.data[k] = 1; // The first rows of the first digit.
    const png = decodePng(await anomalyPicture(run, x, { texts: ['a', 'b', 'c'] }));
    const [, width = 0] = png.shape;
    const brightness = (row: number, column: number): number => {
      const at = 3 * ((34 + row * 88 + 4) * width + width - 12 - 4 - 84 + column);
      return png.data[at]! + png.data[at + 1]! + png.data[at + 2]!;
    };
    expect(brightness(0, 40)).toBeGreaterThan(300);
    expect(brightness(1, 40)).toBeLessThan(100);
  });

  it('needs images', async () => {
    const vectors = new NdArray(Float32Array.from({ length: 64 * 6 }, (_, k) => k % 2), [64, 6]); // prettier-ignore
    const other = await train(vectors, { ...small, epochs: 1 });
    await expect(traversalPicture(other)).rejects.toThrow(ShapeError);
    await expect(interpolationPicture(other)).rejects.toThrow(/no images/);
    await expect(anomalyPicture(other, vectors)).rejects.toThrow(/no images/);
    expect(decodePng(await latentScatter(other)).shape).toHaveLength(3);
    await expect(codeQuality(other)).rejects.toThrow(ValueError);
  });
});

describe('quality', () => {
  it('of reconstructions is that of the images', async () => {
    const { originals, reconstructions } = await run.testReconstructions(20);
    expect(await reconstructionQuality(run, { limit: 20 })).toEqual(imageQuality(originals, reconstructions));
  });

  it('of codes is far above chance for digits', async () => {
    const quality = await codeQuality(run);
    expect(quality).toMatchObject({ neighbours: 5, trainingExamples: 600, testExamples: 80 });
    expect(quality.nearestNeighbours).toBeGreaterThan(0.4);
    expect(quality.linearProbe).toBeGreaterThan(0.4);
  });
});
