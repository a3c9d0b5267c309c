import { sum } from '../../graph/index.ts';
import type { GraphKey, Tensor, TensorLike } from '../../graph/index.ts';
import type { ParameterSpec, Parameters } from '../../nn/index.ts';
import type { Key } from '../../random/index.ts';

/** p(x|z), as a decoder gives it: independent parts (pixels, columns) given z. Events are vectors, the last axis of x. */
export interface Likelihood {
  /** log p(x|z), one value for each batch element: nats, summed over the parts. */
  logProb(x: TensorLike): Tensor;
  /** The parts' own log densities, [..., parts]: what each of them adds to `logProb`. */
  logProbParts(x: TensorLike): Tensor;
  /** E[x|z], of x's shape: what a reconstruction or a sample picture shows. */
  readonly mean: Tensor;
  /** The most probable x, of x's shape. */
  readonly mode: Tensor;
  /** One draw x ~ p(x|z), of x's shape. Not differentiable in the parameters. */
  sample(key: GraphKey | Key): Tensor;
  /** The numbers that determine the distribution, by name: what an exported decoder gives besides the mean. */
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/** A likelihood from its parts: `logProb` is their sum. */
export function ofParts(parts: Omit<Likelihood, 'logProb'>): Likelihood {
  return { ...parts, logProb: (x) => sum(parts.logProbParts(x), -1) };
}

/** Which data a likelihood is a probability of. */
export interface DataSupport {
  /** In words, for messages: `numbers in [0, 1]`. */
  readonly description: string;
  /** Where in one example the first number lies that the likelihood has no density for, or −1. */
  firstOutside(example: Float32Array): number;
  /** Whether each number is judged by itself, so that many examples may be asked about at once. */
  readonly isPerNumber?: boolean;
}

/** The support of likelihoods whose numbers are all of one kind. */
export function everyNumber(description: string, contains: (value: number) => boolean): DataSupport {
  return {
    description,
    isPerNumber: true,
    firstOutside: (example) => {
      // Every example of a data set comes by here: a loop takes a tenth of the time that findIndex takes.
      for (let at = 0; at < example.length; at++) if (!contains(example[at] ?? NaN)) return at;
      return -1;
    },
  };
}

/** A family of likelihoods: how p(x|z) is read off a decoder's outputs. */
export interface LikelihoodFamily {
  readonly name: string;
  /** How many numbers the decoder must give for one example; parameter k of all dimensions comes before parameter k + 1. */
  readonly outputSize: number;
  /** Learned numbers that do not depend on z, such as one σ for all data. */
  readonly parameters: readonly ParameterSpec[];
  /** What ELBO and NLL are logarithms of: `probabilities of 0 and 1`. */
  readonly measure: string;
  readonly support: DataSupport;
  /** outputs [..., outputSize] → p(x|z) over [..., inputSize] */
  apply(outputs: Tensor, parameters: Parameters): Likelihood;
}

/** What a family is made for. */
export interface LikelihoodSizes {
  /** Numbers in one example. */
  readonly inputSize: number;
}
