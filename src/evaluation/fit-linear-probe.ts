import { ValueError, checkOptions, rule } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { fitSoftmax, softmaxLogits, standardScale } from '../data/index.ts';
import { checkLabeled } from './labeled-codes.ts';
import type { LabeledCodes } from './labeled-codes.ts';

/** How well classes are read off codes by a linear classifier. */
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
  train: LabeledCodes,
  test: LabeledCodes,
  options: { readonly weightDecay?: number } = {},
): LinearProbe {
  checkOptions('linearProbe', options, { weightDecay: rule.number({ least: 0 }) });
  const size = checkLabeled('linearProbe', train, test);
  const classes = [...new Set(Array.from(train.labels))].sort((a, b) => a - b);
  if (classes.length < 2) throw new ValueError(`linearProbe: the training labels are all ${classes[0]!}.`);
  const { mean, scale } = standardScale(train.codes.data, size);
  const standardize = ({ data }: NdArray): Float64Array =>
    Float64Array.from(data, (value, k) => (value - mean[k % size]!) * scale[k % size]!);
  const targets = Array.from(train.labels, (label) => classes.indexOf(label));
  const weights = fitSoftmax(
    { inputs: standardize(train.codes), size, targets, classes: classes.length },
    { weightDecay: options.weightDecay ?? 1e-3 },
  );
  const accuracy = ({ codes, labels }: LabeledCodes): number => {
    const inputs = standardize(codes);
    const row = new Float64Array(classes.length);
    const right = Array.from(labels, (label, n) => {
      softmaxLogits(weights, { inputs, at: n * size, size }, row);
      return classes[row.indexOf(Math.max(...row))] === label;
    });
    return right.filter(Boolean).length / labels.length;
  };
  return { accuracy: accuracy(test), trainingAccuracy: accuracy(train) };
}
