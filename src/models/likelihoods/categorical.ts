import { ValueError, rule } from '../../core/index.ts';
import { Independent, OneHotCategorical, Reshape, TransformedDistribution } from '../../distributions/index.ts';
import { asTensor, reshape } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { optional } from '../../parts/index.ts';
import { LikelihoodOf } from './likelihood.ts';
import type { DataSupport, Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { defineLikelihood } from './row.ts';

/** How many classes there may be. */
export const classesRule = rule.whole(2);

export const categorical = defineLikelihood({
  name: 'categorical',
  summary: 'choices among classes, as one-hot vectors along the last axis',
  when: 'For sequences, boards, segmentations: one of K classes at each place.',
  formula: 'log p(x|z) = Σ log softmax(logits)[class]',
  options: {
    classes: optional(classesRule, {
      help: 'classes of a categorical likelihood, or levels of an ordinal one',
      default: ({ shape }) => shape.at(-1),
      defaultText: "the data's last axis",
    }),
  },
  build: ({ classes = NaN }, data) => categoricalFamily({ ...data, classes }),
});

/**
 * Independent choices among K classes, given by logits [..., n, K]. x holds one-hot vectors one after the other,
 * [..., n·K]; a group of zeros is a missing choice and adds nothing to the log-probability.
 */
export function categoricalLikelihood(logits: Tensor): Likelihood {
  const [n, classes] = logits.shape.slice(-2) as [number, number];
  const choices = OneHotCategorical.fromLogits(logits, { checkSupport: false });
  const flat = new Reshape({ from: [n, classes], to: [n * classes] });
  return new LikelihoodOf(new TransformedDistribution(new Independent(choices), flat), {
    logProbParts: (x) => choices.logProb(flat.inverse(asTensor(x, logits.dtype))),
    parameters: { logits: flat.forward(logits) },
  });
}

/** What `categoricalLikelihood` is made for: numbers in x, and classes. */
export interface CategoricalOptions extends LikelihoodSizes {
  /** K, the length of each one-hot vector. */
  readonly classes: number;
}

/** p(x|z) of whole numbers 0 … classes − 1 without an order: logits for each class, classes numbers of the decoder for each of x. */
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
