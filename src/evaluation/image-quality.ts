import { ShapeError, ValueError, formatShape, sameShape } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';

/** How close reconstructions come to their originals: means over images. */
export interface ImageQuality {
  /** Mean squared error of a pixel. */
  readonly mse: number;
  /** Mean over images of 10 log₁₀(1 / mse), dB; infinite when one of them is exact. */
  readonly psnr: number;
  /** Mean structural similarity in [−1, 1]; 1 for equal images. */
  readonly ssim: number;
}

/**
 * MSE, PSNR and SSIM of reconstructions of images in [0, 1].
 *
 * @param originals [n, height, width] or [n, height, width, channels]
 * @param reconstructions of the same shape
 * @throws ShapeError when the shapes differ or are no images'; ValueError without images
 */
export function imageQuality(originals: NdArray, reconstructions: NdArray): ImageQuality {
  const { count, size, height, width, channels } = imagesOf(originals, reconstructions);
  let [mse, psnr, ssim] = [0, 0, 0];
  for (let image = 0; image < count; image++) {
    const a = originals.data.subarray(image * size, (image + 1) * size);
    const b = reconstructions.data.subarray(image * size, (image + 1) * size);
    const error = meanSquaredError(a, b);
    mse += error / count;
    psnr += (-10 * Math.log10(error)) / count;
    ssim += structuralSimilarity(a, b, { height, width, channels }) / count;
  }
  return { mse, psnr, ssim };
}

function imagesOf(originals: NdArray, reconstructions: NdArray) {
  const [count = 0, height = 0, width = 0, channels = 1] = originals.shape;
  if (!sameShape(originals.shape, reconstructions.shape) || ![3, 4].includes(originals.shape.length)) {
    throw new ShapeError(
      `imageQuality: expected two arrays [n, height, width] or [n, height, width, channels], got ${formatShape(originals.shape)} and ${formatShape(reconstructions.shape)}.`,
    );
  }
  if (originals.size === 0)
    throw new ValueError(`imageQuality: there are no pixels in ${formatShape(originals.shape)}.`);
  return { count, height, width, channels, size: height * width * channels };
}

function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += (a[k]! - b[k]!) ** 2;
  return total / a.length;
}

/** Rows, columns and channels of an image. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** (K₁ L)² and (K₂ L)² with L = 1, K₁ = 0.01, K₂ = 0.03. */
const stabilizers = [1e-4, 9e-4] as const;

/**
 * Mean SSIM of two images in [0, 1] (Wang, Bovik, Sheikh and Simoncelli 2004, eq. 13 and 17):
 *
 *   (2 μₐ μ_b + C₁) (2 σₐ_b + C₂) / ((μₐ² + μ_b² + C₁) (σₐ² + σ_b² + C₂))
 *
 * under an 11 × 11 Gaussian window of standard deviation 1.5, at every place where it fits; of channels, the mean. Images
 * smaller than the window get the largest odd window that fits.
 */
export function structuralSimilarity(a: ArrayLike<number>, b: ArrayLike<number>, size: ImageSize): number {
  return similarityOf(a, b, size).similarity;
}

/** Of scales from fine to coarse (Wang, Simoncelli and Bovik 2003, section 3.2). */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** How many scales an image has, each of half the size: as long as the 11 × 11 window fits, five at most. 28 × 28 has two. */
export function similarityScales({ height, width }: Pick<ImageSize, 'height' | 'width'>): number {
  let scales = 1;
  while (scales < scaleWeights.length && Math.min(height, width) >> scales >= 11) scales++;
  return scales;
}

/**
 * Multi-scale structural similarity of two images in [0, 1] (Wang, Simoncelli and Bovik 2003, eq. 7): the product over scales of mean contrast
 * and structure, and at the coarsest of luminance too, each to the power of its weight. Each scale is the mean of 2 × 2 pixels of the one before.
 * Where fewer than five scales fit (`similarityScales`), their weights are brought to a sum of 1; a negative mean counts as 0.
 */
export function multiscaleSimilarity(a: ArrayLike<number>, b: ArrayLike<number>, size: ImageSize): number {
  const weights = scaleWeights.slice(0, similarityScales(size));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let [x, y, at] = [a, b, size];
  let product = 1;
  for (const [scale, weight] of weights.entries()) {
    const { similarity, contrastStructure } = similarityOf(x, y, at);
    const factor = scale === weights.length - 1 ? similarity : contrastStructure;
    product *= Math.max(0, factor) ** (weight / total);
    [x, y] = [halved(x, at), halved(y, at)];
    at = { ...at, height: at.height >> 1, width: at.width >> 1 };
  }
  return product;
}

/** Means of 2 × 2 pixels; a last odd row or column is left out. */
function halved(image: ArrayLike<number>, { height, width, channels }: ImageSize): Float64Array {
  const [rows, columns] = [height >> 1, width >> 1];
  const result = new Float64Array(rows * columns * channels);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let c = 0; c < channels; c++) {
        const at = (2 * y * width + 2 * x) * channels + c;
        const below = at + width * channels;
        result[(y * columns + x) * channels + c] =
          (image[at]! + image[at + channels]! + image[below]! + image[below + channels]!) / 4;
      }
    }
  }
  return result;
}

/** Means over places and channels: of the whole expression, and of its second factor alone. */
function similarityOf(a: ArrayLike<number>, b: ArrayLike<number>, size: ImageSize) {
  const { height, width, channels } = size;
  const window = gaussianWindow(Math.min(11, height, width));
  const [c1, c2] = stabilizers;
  let [total, contrast, places] = [0, 0, 0];
  for (let channel = 0; channel < channels; channel++) {
    const filtered = (value: (k: number) => number): Float64Array =>
      filter((pixel) => value(pixel * channels + channel), { height, width, window });
    const meanA = filtered((k) => a[k]!);
    const meanB = filtered((k) => b[k]!);
    const squareA = filtered((k) => a[k]! ** 2);
    const squareB = filtered((k) => b[k]! ** 2);
    const product = filtered((k) => a[k]! * b[k]!);
    for (let k = 0; k < meanA.length; k++) {
      const [ma, mb] = [meanA[k]!, meanB[k]!];
      const variances = squareA[k]! - ma * ma + squareB[k]! - mb * mb;
      const covariance = product[k]! - ma * mb;
      total += ((2 * ma * mb + c1) * (2 * covariance + c2)) / ((ma * ma + mb * mb + c1) * (variances + c2));
      contrast += (2 * covariance + c2) / (variances + c2);
    }
    places += meanA.length;
  }
  return { similarity: total / places, contrastStructure: contrast / places };
}

/** Weights of the largest odd window of at most `size`, adding up to 1. */
function gaussianWindow(size: number): Float64Array {
  const radius = Math.floor((size - 1) / 2);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * 1.5 ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** The window's weighted mean at every place where it fits: along rows, then along columns. */
function filter(
  value: (pixel: number) => number,
  { height, width, window }: { readonly height: number; readonly width: number; readonly window: Float64Array },
): Float64Array {
  const [rows, columns] = [height - window.length + 1, width - window.length + 1];
  const across = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < window.length; k++) sum += window[k]! * value(y * width + x + k);
      across[y * columns + x] = sum;
    }
  }
  const result = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < window.length; k++) sum += window[k]! * across[(y + k) * columns + x]!;
      result[y * columns + x] = sum;
    }
  }
  return result;
}
