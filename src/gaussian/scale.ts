import { ValueError } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { exp, log, mul, sqrt, square } from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import { CovarianceRootBase } from './roots/root.ts';

/** The words for how wide a distribution is. A bare `sigma` would not say which of them it is. */
export type ScaleWord = 'stddev' | 'variance' | 'logStddev' | 'logVariance';

declare const scaleWord: unique symbol;

/** A tensor that the type system knows to hold variances; every graph function takes it. */
export type VarianceTensor = Tensor & { readonly [scaleWord]: 'variance' };
/** A tensor that the type system knows to hold standard deviations; every graph function takes it. */
export type StddevTensor = Tensor & { readonly [scaleWord]: 'stddev' };

/** A value said to be a variance, a standard deviation or the logarithm of one; factories check it. */
export class Scale<Word extends ScaleWord = ScaleWord> {
  readonly word: Word;
  readonly value: TensorLike;

  constructor(word: Word, value: TensorLike) {
    this.word = word;
    this.value = value;
  }
}

/** Says that `value` is a standard deviation: `Normal.fromVariance` refuses it. */
export const stddev = (value: TensorLike): Scale<'stddev'> => new Scale('stddev', value);
/** Says that `value` is a variance: `Normal.fromStddev` refuses it. */
export const variance = (value: TensorLike): Scale<'variance'> => new Scale('variance', value);

type Unbranded = Tensor & { readonly [scaleWord]?: never };

/**
 * What a factory named after `Word` takes: a plain value, or one said to be just that. A value said to be something else
 * does not compile, and throws in JavaScript.
 */
export type ScaleLike<Word extends ScaleWord> =
  ArrayLikeInput | Unbranded | Scale<Word> | (Tensor & { readonly [scaleWord]: Word });

const factories: Readonly<Record<ScaleWord, string>> = {
  stddev: 'fromStddev',
  variance: 'fromVariance',
  logStddev: 'fromLogStddev',
  logVariance: 'fromLogVariance',
};

const words: Readonly<Record<ScaleWord, string>> = {
  stddev: 'standard deviation',
  variance: 'variance',
  logStddev: 'log standard deviation',
  logVariance: 'log variance',
};

/** How to read a standard deviation off each word, for messages. */
const toStddev: Readonly<Record<ScaleWord, (x: number) => number>> = {
  stddev: (x) => x,
  variance: Math.sqrt,
  logStddev: Math.exp,
  logVariance: (x) => Math.exp(x / 2),
};

const fromStddev: Readonly<Record<ScaleWord, (x: number) => number>> = {
  stddev: (x) => x,
  variance: (x) => x * x,
  logStddev: Math.log,
  logVariance: (x) => 2 * Math.log(x),
};

/**
 * The value of what a factory was given.
 * @throws ValueError when it was said to be another kind of scale, with the number it would have been
 */
export function unwrapScale<Word extends ScaleWord>(operation: string, word: Word, given: ScaleLike<Word>): TensorLike {
  if ((given as unknown) instanceof CovarianceRootBase) {
    throw new ValueError(
      `${operation}: takes a ${words[word]} for each coordinate, got a covariance root. ⊙ with σ is right for a diagonal ` +
        'covariance only; a root R multiplies as R ε: use MultivariateNormal.fromRoot.',
    );
  }
  if (!(given instanceof Scale)) return given;
  const actual: ScaleWord = given.word;
  if (actual === word) return given.value;
  const owner = operation.split('.')[0] ?? operation;
  const example =
    typeof given.value === 'number'
      ? ` ${owner} with ${words[actual]} ${given.value} has ${words[word]} ${fromStddev[word](toStddev[actual](given.value))}.`
      : '';
  throw new ValueError(
    `${operation}: takes a ${words[word]}, got a ${words[actual]}.${example} Use ${owner}.${factories[actual]}.`,
  );
}

/** One scale in the three forms that formulas use, each computed from what was given without a round trip. */
export interface ScaleForms {
  readonly stddev: StddevTensor;
  readonly variance: VarianceTensor;
  readonly logStddev: Tensor;
}

const forms: Readonly<Record<ScaleWord, (x: Tensor) => readonly [stddev: Tensor, variance: Tensor, log: Tensor]>> = {
  stddev: (x) => [x, square(x), log(x)],
  variance: (x) => [sqrt(x), x, mul(log(x), 0.5)],
  logStddev: (x) => [exp(x), exp(mul(x, 2)), x],
  logVariance: (x) => [exp(mul(x, 0.5)), exp(x), mul(x, 0.5)],
};

export function scaleForms(word: ScaleWord, x: Tensor): ScaleForms {
  const [stddev, variance, logStddev] = forms[word](x);
  return { stddev: asStddev(stddev), variance: asVariance(variance), logStddev };
}

/** Marks a tensor for the type system; nothing happens at run time. */
export function asVariance(x: Tensor): VarianceTensor {
  return x as VarianceTensor;
}

/** Marks a tensor for the type system; nothing happens at run time. */
export function asStddev(x: Tensor): StddevTensor {
  return x as StddevTensor;
}
