import { describe, expect, it } from 'vitest';
import { NdArray, ShapeError } from '../core/index.ts';
import { key, uniform } from '../random/index.ts';
import { imageQuality } from './index.ts';

/** SSIM as its definition reads: a two-dimensional window, means, variances and covariance under it at every place. */
function definedSsim(a: NdArray, b: NdArray): number {
  const [height = 0, width = 0, channels = 1] = a.shape;
  let size = Math.min(11, height, width);
  if (size % 2 === 0) size--;
  const weights: { dx: number; dy: number; weight: number }[] = [];
  for (let dy = 0; dy < size; dy++) {
    for (let dx = 0; dx < size; dx++) {
      const middle = (size - 1) / 2;
      weights.push({ dx, dy, weight: Math.exp(-((dx - middle) ** 2 + (dy - middle) ** 2) / (2 * 1.5 * 1.5)) });
    }
  }
  const norm = weights.reduce((sum, { weight }) => sum + weight, 0);
  const values: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y + size <= height; y++) {
      for (let x = 0; x + size <= width; x++) {
        const mean = (f: (k: number) => number): number =>
          weights.reduce(
            (s, { dx, dy, weight }) => s + (weight / norm) * f(((y + dy) * width + x + dx) * channels + c),
            0,
          );
        const ma = mean((k) => a.data[k]!);
        const mb = mean((k) => b.data[k]!);
        const va = mean((k) => (a.data[k]! - ma) ** 2);
        const vb = mean((k) => (b.data[k]! - mb) ** 2);
        const cov = mean((k) => (a.data[k]! - ma) * (b.data[k]! - mb));
        values.push(((2 * ma * mb + 1e-4) * (2 * cov + 9e-4)) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4)));
      }
    }
  }
  return values.reduce((s, v) => s + v, 0) / values.length;
}

describe('imageQuality', () => {
  it.each([[[14, 17]], [[8, 8]], [[12, 13, 3]], [[1, 5]]])('agrees with the definitions on images %o', (shape) => {
    const a = uniform(key(1), [2, ...shape], { dtype: 'float64' });
    const noise = uniform(key(2), [2, ...shape], { dtype: 'float64' });
    const b = new NdArray(a.data.map((value, k) => 0.7 * value + 0.3 * noise.data[k]!), a.shape); // prettier-ignore
    const quality = imageQuality(a, b);
    const parts = [0, 1].map((image) => {
      const size = a.size / 2;
      const [x, y] = [a, b].map(({ data }) => new NdArray(data.slice(image * size, (image + 1) * size), shape));
      const mse = Array.from(x!.data).reduce((sum, value, k) => sum + (value - y!.data[k]!) ** 2, 0) / size;
      return { mse, psnr: 20 * Math.log10(1 / Math.sqrt(mse)), ssim: definedSsim(x!, y!) };
    });
    for (const name of ['mse', 'psnr', 'ssim'] as const) {
      expect(quality[name]).toBeCloseTo((parts[0]![name] + parts[1]![name]) / 2, 12);
    }
  });

  it('knows equal, inverted and flat images', () => {
    const a = uniform(key(3), [1, 16, 16], { dtype: 'float64' });
    expect(imageQuality(a, a)).toEqual({ mse: 0, psnr: Infinity, ssim: expect.closeTo(1, 12) as number });
    expect(imageQuality(a, new NdArray(a.data.map((v) => 1 - v), a.shape)).ssim).toBeLessThan(-0.5); // prettier-ignore
    const flat = (level: number): NdArray => new NdArray(new Float64Array(256).fill(level), [1, 16, 16]);
    // No variance: (2 μₐ μ_b + C₁) / (μₐ² + μ_b² + C₁).
    expect(imageQuality(flat(0.2), flat(0.6)).ssim).toBeCloseTo((0.24 + 1e-4) / (0.4 + 1e-4), 10);
  });

  it('refuses what are no pairs of images', () => {
    const a = NdArray.zeros([2, 4, 4], 'float32');
    expect(() => imageQuality(a, NdArray.zeros([2, 4, 5], 'float32'))).toThrow(ShapeError);
    expect(() => imageQuality(NdArray.zeros([2, 4], 'float32'), NdArray.zeros([2, 4], 'float32'))).toThrow(
      /no|expected/,
    );
    expect(() => imageQuality(NdArray.zeros([0, 4, 4], 'float32'), NdArray.zeros([0, 4, 4], 'float32'))).toThrow(
      /no pixels/,
    );
  });
});
