import { describe, expect, it } from 'vitest';
import { DTypeError, NdArray, ShapeError } from '../../core/index.ts';
import {
  constant,
  conv2d,
  conv2dWeightGradient,
  convTranspose2d,
  convTransposeLike,
  input,
} from '../../graph/index.ts';
import type { ConvOptions, Tensor } from '../../graph/index.ts';
import { key, normal } from '../../random/index.ts';
import { expectAllClose } from '../../testing/index.ts';
import { evaluate } from './index.ts';

const drawn = (seed: number, shape: number[]): NdArray<'float64'> => normal(key(seed), shape, { dtype: 'float64' });

interface Geometry extends ConvOptions {
  readonly image: readonly [number, number];
  readonly kernel: readonly [number, number];
}

const geometries: readonly Geometry[] = [
  { image: [5, 4], kernel: [3, 2] },
  { image: [6, 6], kernel: [4, 4], strides: 2, padding: 1 },
  { image: [7, 6], kernel: [3, 2], strides: [2, 3], padding: [0, 1, 2, 0] },
  { image: [8, 9], kernel: [2, 3], strides: [3, 1], padding: [1, 2], dilations: [3, 2] },
];
const [batch, channels, filters] = [2, 3, 2];

const pair = (value: number | readonly number[] = 1): readonly number[] =>
  typeof value === 'number' ? [value, value] : value;

/** y[n, m, p] = Σ_{c, k} w[m, c, k] x[n, c, s p + d k − padding], entry by entry as it stands there. */
function byDefinition(x: NdArray, w: NdArray, geometry: Geometry): NdArray {
  const [s0 = 1, s1 = 1] = pair(geometry.strides);
  const [d0 = 1, d1 = 1] = pair(geometry.dilations);
  const [top = 0, left = 0, bottom = top, right = left] = pair(geometry.padding ?? 0);
  const [h, v] = geometry.image;
  const [kh, kw] = geometry.kernel;
  const positions = (size: number, padding: number, extent: number, stride: number): number => {
    let count = 0;
    while (count * stride + extent <= size + padding) count++;
    return count;
  };
  const rows = positions(h, top + bottom, d0 * (kh - 1) + 1, s0);
  const columns = positions(v, left + right, d1 * (kw - 1) + 1, s1);
  const pixel = (n: number, c: number, i: number, j: number): number =>
    i < 0 || i >= h || j < 0 || j >= v ? 0 : (x.data[((n * channels + c) * h + i) * v + j] ?? NaN);
  const out = NdArray.zeros([batch, filters, rows, columns], 'float64');
  out.data.forEach((_, at) => {
    const q = at % columns;
    const p = Math.floor(at / columns) % rows;
    const m = Math.floor(at / (columns * rows)) % filters;
    const n = Math.floor(at / (columns * rows * filters));
    let sum = 0;
    w.data.forEach((weight, index) => {
      const j = index % kw;
      const i = Math.floor(index / kw) % kh;
      const c = Math.floor(index / (kw * kh)) % channels;
      if (Math.floor(index / (kw * kh * channels)) === m) {
        sum += weight * pixel(n, c, p * s0 + i * d0 - top, q * s1 + j * d1 - left);
      }
    });
    out.data[at] = sum;
  });
  return out;
}

const dot = (a: NdArray, b: NdArray): number =>
  Array.from(a.data, (value, k) => value * (b.data[k] ?? NaN)).reduce((sum, product) => sum + product, 0);

describe.each(geometries)('convolutions with %o', (geometry) => {
  const x = drawn(1, [batch, channels, ...geometry.image]);
  const w = drawn(2, [filters, channels, ...geometry.kernel]);
  const features = evaluate(conv2d(constant(x), constant(w), geometry));

  it('sum products as the definition says', () => {
    expectAllClose(features, byDefinition(x, w, geometry), { atol: 1e-13 });
  });

  it('are transposes of each other: one trilinear form, read three ways', () => {
    const y = drawn(3, [...features.shape]);
    const { attributes } = conv2d(constant(x), constant(w), geometry);
    const form = dot(features, y);
    const image = evaluate(convTransposeLike(constant(x), constant(y), constant(w), attributes));
    const weight = evaluate(conv2dWeightGradient(constant(x), constant(y), { ...geometry, kernel: geometry.kernel }));
    expect(image.shape).toEqual(x.shape);
    expect(weight.shape).toEqual(w.shape);
    expect(dot(image, x)).toBeCloseTo(form, 11);
    expect(dot(weight, w)).toBeCloseTo(form, 11);
  });
});

describe('shapes of convolutions', () => {
  const x = input('x', ['batch', 3, 28, 28]);
  const w = input('w', [32, 3, 4, 4]);

  it('keep a symbolic batch, halve and double', () => {
    const y = conv2d(x, w, { strides: 2, padding: 1 });
    expect(y.shape).toEqual(['batch', 32, 14, 14]);
    expect(convTranspose2d(y, w, { strides: 2, padding: 1 }).shape).toEqual(x.shape);
    expect(convTranspose2d(y, w, { strides: 2, padding: 1, outputPadding: [1, 0] }).shape).toEqual([
      'batch',
      3,
      29,
      28,
    ]);
  });

  it.each<[string, () => Tensor, RegExp]>([
    ['channels', () => conv2d(x, input('v', [32, 1, 4, 4])), /channels of image and kernel differ: 3 and 1/],
    ['ranks', () => conv2d(input('v', [28, 28]), w), /image must be \[\.\.\., channels, rows, columns\].*\[28, 28\]/],
    ['unknown sizes', () => conv2d(input('v', ['batch', 3, 'height', 28]), w), /known sizes from 1 up/],
    ['a kernel too large', () => conv2d(input('v', [1, 3, 2, 9]), w), /\[4, 4\].*does not fit in an image \[2, 9\]/],
    ['strides of 0', () => conv2d(x, w, { strides: 0 }), /strides \[0, 0\]/],
    ['negative padding', () => conv2d(x, w, { padding: -1 }), /padding \[-1, -1, -1, -1\] not negative/],
    ['too much output padding', () => convTranspose2d(input('v', [1, 32, 2, 2]), w, { outputPadding: 1 }), /must be less/],
    ['features of another size', () => conv2dWeightGradient(x, input('v', ['batch', 32, 7, 7]), { kernel: 4 }), /\[25, 25\], got \[7, 7\]/],
    ['batches', () => conv2dWeightGradient(x, input('v', [2, 32, 25, 25]), { kernel: 4 }), /batches differ: \[batch\] and \[2\]/],
  ])('refuse %s', (_, build, message) => {
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
  }); // prettier-ignore

  it('refuse two dtypes', () => {
    expect(() => conv2d(x, input('v', [32, 3, 4, 4], 'float64'))).toThrow(DTypeError);
  });
});
