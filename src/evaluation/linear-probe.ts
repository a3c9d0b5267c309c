import { ValueError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { checkLabelled } from './labelled-codes.ts';
import type { LabelledCodes } from './labelled-codes.ts';
import { minimize } from './minimize.ts';

export interface LinearProbe {
  /** Share of the test codes that are classified right. */
  readonly accuracy: number;
  /** Of the training codes. */
  readonly trainingAccuracy: number;
}

/**
 * How much of the classes a linear map reads off the codes: multinomial logistic regression on standardised codes,
 *
 *   (1/n) Σ −log softmax(W zᵢ + b)[yᵢ] + (λ/2) ‖W‖²
 *
 * minimised by L-BFGS to its one minimum, so the result depends on nothing but the codes (Alain and Bengio 2017).
 *
 * @param options.weightDecay λ. Default: 1e-3
 * @throws ShapeError when codes and labels do not fit; ValueError with fewer than two classes
 */
export function linearProbe(
  train: LabelledCodes,
  test: LabelledCodes,
  options: { readonly weightDecay?: number } = {},
): LinearProbe {
  const size = checkLabelled('linearProbe', train, test);
  const classes = [...new Set(Array.from(train.labels))].sort((a, b) => a - b);
  if (classes.length < 2) throw new ValueError(`linearProbe: the training labels are all ${classes[0]!}.`);
  const standardize = standardizer(train.codes, size);
  const inputs = standardize(train.codes);
  const problem = { inputs, size, classes, weightDecay: options.weightDecay ?? 1e-3 };
  const targets = Array.from(train.labels, (label) => classes.indexOf(label));
  const start = new Float64Array(classes.length * (size + 1));
  const { point } = minimize((weights, gradient) => loss(weights, gradient, { ...problem, targets }), start);
  const accuracy = ({ codes, labels }: LabelledCodes): number => {
    const predicted = predict(point, { ...problem, inputs: standardize(codes) });
    return predicted.filter((label, row) => label === labels[row]).length / labels.length;
  };
  return { accuracy: accuracy(test), trainingAccuracy: accuracy(train) };
}

interface Problem {
  /** [n, size] */
  readonly inputs: Float64Array;
  readonly size: number;
  readonly classes: readonly number[];
  readonly weightDecay: number;
}

/** Mean 0 and variance 1 of every coordinate over the training codes; coordinates that never vary become 0. */
function standardizer(codes: NdArray, size: number): (codes: NdArray) => Float64Array {
  const count = codes.size / size;
  const mean = new Float64Array(size);
  const scale = new Float64Array(size);
  for (let k = 0; k < codes.size; k++) mean[k % size]! += codes.data[k]! / count;
  for (let k = 0; k < codes.size; k++) scale[k % size]! += (codes.data[k]! - mean[k % size]!) ** 2 / count;
  for (let i = 0; i < size; i++) scale[i] = scale[i]! > 0 ? 1 / Math.sqrt(scale[i]!) : 0;
  return ({ data }) => Float64Array.from(data, (value, k) => (value - mean[k % size]!) * scale[k % size]!);
}

/** W z + b of one row into `out`; each class has its weights and then its bias. */
function logits(weights: Float64Array, { inputs, size, classes }: Problem, row: number, out: Float64Array): void {
  for (let c = 0; c < classes.length; c++) {
    const offset = c * (size + 1);
    let sum = weights[offset + size]!;
    for (let i = 0; i < size; i++) sum += weights[offset + i]! * inputs[row * size + i]!;
    out[c] = sum;
  }
}

/** The loss; its gradient into `gradient`. */
function loss(
  weights: Float64Array,
  gradient: Float64Array,
  problem: Problem & { readonly targets: readonly number[] },
): number {
  const { inputs, size, classes, weightDecay, targets } = problem;
  const count = targets.length;
  const row = new Float64Array(classes.length);
  let total = 0;
  gradient.fill(0);
  for (let n = 0; n < count; n++) {
    logits(weights, problem, n, row);
    const largest = Math.max(...row);
    const normalizer = largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    total += (normalizer - row[targets[n]!]!) / count;
    for (let c = 0; c < classes.length; c++) {
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

function predict(weights: Float64Array, problem: Problem): number[] {
  const row = new Float64Array(problem.classes.length);
  return Array.from({ length: problem.inputs.length / problem.size }, (_, n) => {
    logits(weights, problem, n, row);
    return problem.classes[row.indexOf(Math.max(...row))]!;
  });
}
