import { CapabilityError } from '../../core/index.ts';
import type { FloatDType, Shape } from '../../core/index.ts';
import { Independent } from '../../distributions/index.ts';
import type { Distribution, SampleAndLogProb, Support } from '../../distributions/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import type { ParameterSpec, Parameters } from '../../nn/index.ts';
import type { Key } from '../../random/index.ts';

/** What a likelihood has besides the members of a distribution. */
export interface LikelihoodParts {
  /** The parts' own log densities, [..., parts]: what each of them adds to `logProb`. */
  logProbParts(x: TensorLike): Tensor;
  /** The numbers that determine the distribution, by name: what an exported decoder gives besides the mean. */
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/**
 * p(x|z), as a decoder gives it: independent parts (pixels, columns) given z. Events are vectors, the last axis of x. `logProb`
 * takes x as it is, inside the support or not: data are looked at beforehand (`DataSupport`), and no step pays for it.
 */
export interface Likelihood extends Distribution, LikelihoodParts {
  /** E[x|z]: what a reconstruction or a sample picture shows. */
  readonly mean: Tensor;
  /** The most probable x. */
  readonly mode: Tensor;
  /**
   * log p of each part's value alone, [..., parts], whatever x says of its being missing. Absent where nothing can be: then
   * `logProbParts` says it.
   */
  logProbValues?(x: TensorLike): Tensor;
}

/** A distribution over vectors, whose mean and mode are known, as the likelihood that it is. */
export class LikelihoodOf implements Likelihood {
  readonly distribution: Distribution;
  readonly mean: Tensor;
  readonly mode: Tensor;
  readonly parameters: Likelihood['parameters'];
  readonly #logProbParts: (x: TensorLike) => Tensor;

  constructor(distribution: Distribution, parts: LikelihoodParts) {
    this.distribution = distribution;
    this.mean = known(distribution, 'mean');
    this.mode = known(distribution, 'mode');
    this.parameters = parts.parameters;
    this.#logProbParts = (x) => parts.logProbParts(x);
  }

  /** Of numbers, which are the last axis of a batch. */
  static numbers(parts: Distribution, parameters: Likelihood['parameters']): Likelihood {
    return new LikelihoodOf(new Independent(parts), { logProbParts: (x) => parts.logProb(x), parameters });
  }

  get name(): string {
    return this.distribution.name;
  }

  get batchShape(): GraphShape {
    return this.distribution.batchShape;
  }

  get eventShape(): Shape {
    return this.distribution.eventShape;
  }

  get dtype(): FloatDType {
    return this.distribution.dtype;
  }

  get support(): Support {
    return this.distribution.support;
  }

  get isReparameterized(): boolean {
    return this.distribution.isReparameterized;
  }

  get variance(): Distribution['variance'] {
    return this.distribution.variance;
  }

  get stddev(): Distribution['stddev'] {
    return this.distribution.stddev;
  }

  get entropy(): Distribution['entropy'] {
    const { entropy } = this.distribution;
    return entropy && (() => entropy.call(this.distribution));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.distribution.sample(key, sampleShape);
  }

  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    return this.distribution.sampleAndLogProb(key, sampleShape);
  }

  logProb(x: TensorLike): Tensor {
    return this.distribution.logProb(x);
  }

  logProbParts(x: TensorLike): Tensor {
    return this.#logProbParts(x);
  }
}

function known(distribution: Distribution, what: 'mean' | 'mode'): Tensor {
  const value = distribution[what];
  if (!value) throw new CapabilityError(`likelihood: ${distribution.name} has no ${what} in closed form.`);
  return value;
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
