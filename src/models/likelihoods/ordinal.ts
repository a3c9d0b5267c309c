import { NdArray, ValueError } from '../../core/index.ts';
import { cumulativeSum } from '../../distributions/choice.ts';
import { Categorical } from '../../distributions/index.ts';
import { add, concat, expandDims, expm1, log, mul, neg, slice, softplus, sub } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { parameter } from '../../nn/index.ts';
import type { ParameterSpec } from '../../nn/index.ts';
import { optional } from '../../parts/index.ts';
import { classesRule } from './categorical.ts';
import { LikelihoodOf, everyNumber } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { defineLikelihood } from './row.ts';

export const ordinal = defineLikelihood({
  name: 'ordinal',
  summary: 'levels 0 … K − 1 in their order',
  when: 'For ratings and grades: neighbours are alike, distances between levels are learned.',
  formula: 'P(x ≤ k | z) = sigmoid(cₖ − η(z))',
  paper: 'McCullagh 1980, Regression Models for Ordinal Data',
  options: {
    classes: optional(classesRule, { help: 'classes of a categorical likelihood, or levels of an ordinal one' }),
  },
  build: ({ classes }, data) => {
    if (classes === undefined) throw new ValueError("ordinal likelihood: needs 'classes', how many levels there are.");
    return ordinalFamily({ ...data, levels: classes });
  },
});

/**
 * log P(level k) of the cumulative-logit model (McCullagh 1980), [..., n, K] from locations η [..., n] and cutpoints:
 * P(level ≤ k) = sigmoid(cₖ − η). A difference of two sigmoids is taken as a product, σ(a) − σ(b) = σ(a) σ(−b) (1 − e^(b − a)),
 * so nothing cancels and no level's logarithm underflows; b − a is a gap between cutpoints, whatever η.
 *
 * @param raw [n, K − 1] or [K − 1], as `cutpointParameter` makes it
 */
export function ordinalLogProbs(location: Tensor, raw: Tensor): Tensor {
  const { cutpoints, gaps } = cutpointsOf(raw);
  const distance = sub(cutpoints, expandDims(location, -1)); // [..., n, K − 1]
  const edge = mul(slice(distance, { [-1]: [0, 1] }), 0);
  const below = neg(softplus(neg(distance))); // log P(level ≤ k)
  const above = neg(softplus(distance)); // log P(level > k)
  const outer = add(concat([below, edge], -1), concat([edge, above], -1));
  if (!gaps) return outer;
  const inner = add(mul(slice(distance, { [-1]: [1] }), 0), log(neg(expm1(neg(gaps)))));
  return add(outer, concat([edge, inner, edge], -1));
}

/** Gaps cannot close: a level always keeps some probability. */
const smallestGap = 1e-3;

/** c₀ and the gaps between cutpoints, as numbers without bounds, → increasing cutpoints. */
function cutpointsOf(raw: Tensor): { readonly cutpoints: Tensor; readonly gaps: Tensor | undefined } {
  const first = slice(raw, { [-1]: [0, 1] });
  if (raw.shape.at(-1) === 1) return { cutpoints: first, gaps: undefined };
  const gaps = add(softplus(slice(raw, { [-1]: [1] })), smallestGap);
  return { cutpoints: cumulativeSum(concat([first, gaps], -1)), gaps };
}

/** Cutpoints that start with equally probable levels at η = 0: cₖ = logit((k + 1) / K). */
export function cutpointParameter(name: string, sizes: readonly number[], levels: number): ParameterSpec {
  const logit = (k: number): number => Math.log(k / (levels - k));
  const start = Array.from({ length: levels - 1 }, (_, k) =>
    k === 0 ? logit(1) : Math.log(Math.expm1(logit(k + 1) - logit(k) - smallestGap)),
  );
  return {
    name,
    shape: [...sizes, levels - 1],
    initializer: (_, shape) => {
      const array = NdArray.zeros(shape, 'float32');
      array.data.forEach((_value, at) => (array.data[at] = start[at % start.length] ?? 0));
      return array;
    },
  };
}

/** Independent levels 0 … K − 1 as numbers, [..., n], given by their log-probabilities [..., n, K]. */
export function ordinalLikelihood(logProbs: Tensor): Likelihood {
  return LikelihoodOf.numbers(Categorical.fromLogProbs(logProbs, { checkSupport: false }), { logProbs });
}

/** What `ordinalLikelihood` is made for: numbers in x, and levels. */
export interface OrdinalOptions extends LikelihoodSizes {
  /** K: values are 0 … K − 1. */
  readonly levels: number;
}

const cutpoints = 'likelihood.cutpoints';

/** Ordered levels: one location from the decoder for each dimension, cutpoints learned for each. */
export function ordinalFamily({ inputSize, levels }: OrdinalOptions): LikelihoodFamily {
  if (!Number.isInteger(levels) || levels < 2) {
    throw new ValueError(`ordinal likelihood: needs at least 2 levels, got ${levels}.`);
  }
  return {
    name: 'ordinal',
    outputSize: inputSize,
    parameters: [cutpointParameter(cutpoints, [inputSize], levels)],
    measure: 'probabilities of levels',
    support: everyNumber(
      `whole numbers from 0 to ${levels - 1}`,
      (value) => Number.isInteger(value) && value >= 0 && value < levels,
    ),
    apply: (outputs, parameters) => ordinalLikelihood(ordinalLogProbs(outputs, parameter(parameters, cutpoints))),
  };
}
