import { minimize } from './minimize.ts';

/** Rows of numbers with a class each. */
export interface ClassifiedRows {
  /** [n, size] */
  readonly inputs: Float64Array;
  readonly size: number;
  /** Of each row, from 0 to `classes` − 1. */
  readonly targets: ArrayLike<number>;
  readonly classes: number;
}

/**
 * Multinomial logistic regression: the one minimum of
 *
 *   (1/n) Σ −log softmax(W xᵢ + b)[yᵢ] + (λ/2) ‖W‖²
 *
 * by L-BFGS. The result depends on nothing but the rows.
 *
 * @returns [classes, size + 1]: each class has its weights and then its bias
 */
export function fitSoftmax(
  rows: ClassifiedRows,
  { weightDecay, tolerance = 1e-6, iterations = 500 }: { readonly weightDecay: number; readonly tolerance?: number; readonly iterations?: number }, // prettier-ignore
): Float64Array {
  const start = new Float64Array(rows.classes * (rows.size + 1));
  const f = (weights: Float64Array, gradient: Float64Array): number => loss(weights, gradient, rows, weightDecay);
  return minimize(f, start, { tolerance, iterations }).point;
}

/** W x + b of the row that begins at `at` of `inputs`, into `out`. */
export function softmaxLogits(
  weights: Float64Array,
  { inputs, at, size }: { readonly inputs: ArrayLike<number>; readonly at: number; readonly size: number },
  out: Float64Array,
): void {
  for (let c = 0; c < out.length; c++) {
    const offset = c * (size + 1);
    let sum = weights[offset + size]!;
    for (let i = 0; i < size; i++) sum += weights[offset + i]! * inputs[at + i]!;
    out[c] = sum;
  }
}

/** log Σ exp of the logits. */
export function logNormalizer(logits: Float64Array): number {
  let largest = -Infinity;
  for (const value of logits) if (value > largest) largest = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}

/** The loss; its gradient into `gradient`. */
function loss(weights: Float64Array, gradient: Float64Array, rows: ClassifiedRows, weightDecay: number): number {
  const { inputs, size, targets, classes } = rows;
  const count = targets.length;
  const row = new Float64Array(classes);
  let total = 0;
  gradient.fill(0);
  for (let n = 0; n < count; n++) {
    softmaxLogits(weights, { inputs, at: n * size, size }, row);
    const normalizer = logNormalizer(row);
    total += (normalizer - row[targets[n]!]!) / count;
    for (let c = 0; c < classes; c++) {
      const error = (Math.exp(row[c]! - normalizer) - (c === targets[n] ? 1 : 0)) / count;
      const offset = c * (size + 1);
      for (let i = 0; i < size; i++) gradient[offset + i]! += error * inputs[n * size + i]!;
      gradient[offset + size]! += error;
    }
  }
  for (let k = 0; k < weights.length; k++) {
    if (k % (size + 1) === size) continue; // Biases go free.
    total += (weightDecay / 2) * weights[k]! ** 2;
    gradient[k]! += weightDecay * weights[k]!;
  }
  return total;
}

/** How to bring every coordinate to mean 0 and variance 1 over rows; one that never varies has the scale 0. */
export function standardScale(
  data: ArrayLike<number>,
  size: number,
): { readonly mean: Float64Array; readonly scale: Float64Array } {
  const count = data.length / size;
  const mean = new Float64Array(size);
  const scale = new Float64Array(size);
  for (let k = 0; k < data.length; k++) mean[k % size]! += data[k]! / count;
  for (let k = 0; k < data.length; k++) scale[k % size]! += (data[k]! - mean[k % size]!) ** 2 / count;
  for (let i = 0; i < size; i++) scale[i] = scale[i]! > 0 ? 1 / Math.sqrt(scale[i]!) : 0;
  return { mean, scale };
}
