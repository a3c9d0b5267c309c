import { ValueError } from '../../core/index.ts';
import { asTensor, exp, logSumExp, mul, reshape, sub, sum } from '../../graph/index.ts';
import type { GraphShape, Tensor } from '../../graph/index.ts';
import { drawOneHot, oneHotMode } from './choice.ts';
import { ofParts } from './likelihood.ts';
import type { DataSupport, Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';

/** Normalised log-probabilities from logits along the last axis. */
export function logSoftmax(logits: Tensor): Tensor {
  return sub(logits, logSumExp(logits, -1, { keepDims: true }));
}

/**
 * Independent choices among K classes, given by logits [..., n, K]. x holds one-hot vectors one after the other,
 * [..., n·K]; a group of zeros is a missing choice and adds nothing to the log-probability.
 */
export function categoricalLikelihood(logits: Tensor): Likelihood {
  const logProbs = logSoftmax(logits);
  const flat = (x: Tensor): Tensor => reshape(x, flatShape(logits.shape));
  return ofParts({
    logProbParts: (x) => {
      const given = asTensor(x, logits.dtype);
      return sum(mul(reshape(given, [...given.shape.slice(0, -1), ...logits.shape.slice(-2)]), logProbs), -1);
    },
    mean: flat(exp(logProbs)),
    mode: flat(oneHotMode(logProbs)),
    sample: (key) => flat(drawOneHot(logProbs, key)),
    parameters: { logits: flat(logits) },
  });
}

function flatShape(shape: GraphShape): GraphShape {
  const [n, classes] = shape.slice(-2) as [number, number];
  return [...shape.slice(0, -2), n * classes];
}

export interface CategoricalOptions extends LikelihoodSizes {
  /** K, the length of each one-hot vector. */
  readonly classes: number;
}

export function categoricalFamily({ inputSize, classes }: CategoricalOptions): LikelihoodFamily {
  if (!Number.isInteger(classes) || classes < 1 || inputSize % classes !== 0) {
    throw new ValueError(
      `categorical likelihood: ${inputSize} numbers are no whole number of one-hot vectors of ${classes} classes. Give the data a last axis of that length.`,
    );
  }
  return {
    name: 'categorical',
    outputSize: inputSize,
    parameters: [],
    measure: 'probabilities of classes',
    support: oneHot(classes),
    apply: (outputs) =>
      categoricalLikelihood(reshape(outputs, [...outputs.shape.slice(0, -1), inputSize / classes, classes])),
  };
}

function oneHot(classes: number): DataSupport {
  return {
    description: `one-hot vectors of ${classes} classes, zeros where a value is missing`,
    firstOutside: (example) => {
      for (let start = 0; start < example.length; start += classes) {
        const vector = example.subarray(start, start + classes);
        const wrong = vector.findIndex((value) => value !== 0 && value !== 1);
        if (wrong >= 0) return start + wrong;
        if (vector.indexOf(1) !== vector.lastIndexOf(1)) return start + vector.lastIndexOf(1);
      }
      return -1;
    },
  };
}
