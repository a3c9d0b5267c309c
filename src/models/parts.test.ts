import { describe, expect, it } from 'vitest';
import type { PartOptions } from '../parts/index.ts';
import { everyOf, lineOf } from '../testing/index.ts';
import type { Domain } from '../testing/index.ts';
import { testLikelihood } from '../testing/likelihoods.ts';
import type { LikelihoodCase } from '../testing/likelihoods.ts';
import { testPosterior, testPrior } from '../testing/model-parts.ts';
import { likelihoods, posteriors, priors } from './index.ts';
import type { LikelihoodRow } from './index.ts';

type Options = Readonly<Record<string, unknown>>;

/** Options that a row is tested with besides its defaults. */
const variants: Readonly<Record<string, readonly Options[]>> = {
  full: [{ root: 'symmetric' }, { root: 'cholesky' }],
  'low-rank': [{ rank: 1 }, { rank: 2 }],
  householder: [{ reflections: 2 }],
  radial: [{ flows: 2 }],
  sylvester: [{ flows: 2, columns: 1, base: 'full' }],
  iaf: [{ flows: 2, flowUnits: 4 }],
  'vector-quantized': [
    { codes: 5, codeSize: 1 },
    { codes: 3, codeSize: 2 },
  ],
  realnvp: [{ priorFlows: 3, priorUnits: 4 }],
  maf: [{ priorFlows: 2, priorUnits: 4 }],
  'ex-post-mixture': [{ components: 2 }],
};

/** Sizes that are large unless one asks otherwise are small: a suite differentiates by every number. */
function small(options: PartOptions): Options {
  const sizes = Object.entries(options).filter(([, { default: usual }]) => typeof usual === 'number' && usual > 3);
  return Object.fromEntries(sizes.map(([name]) => [name, 3]));
}

interface Row {
  readonly name: string;
  readonly options: PartOptions;
}

const cases = <R extends Row>(rows: readonly R[]) =>
  rows.flatMap((row) =>
    (variants[row.name] ?? [small(row.options)]).map(
      (options) => [`${row.name} ${JSON.stringify(options)}`, row, options] as const,
    ),
  );

describe.each(cases(posteriors))('the posterior %s', (_, row, options) => {
  testPosterior(row, options);
});

/** Probabilities of codes are no densities: those have a suite of their own. */
const densities = priors.filter(({ capabilities }) => !capabilities.some((capability) => capability === 'codes'));

it('of priors, those over codes alone are tested elsewhere', () => {
  expect(priors.filter((row) => !densities.some(({ name }) => name === row.name)).map(({ name }) => name)).toEqual([
    'chow-liu',
  ]);
});

describe.each(cases(densities))('the prior %s', (_, row, options) => {
  testPrior(row, options);
});

/** Events of one number, as vectors. */
const single = ({ points, weights }: Domain): Domain => ({
  points: points.reshape([points.size, 1]),
  weights,
  cuts: [],
});
const count = (last: number): number[] => Array.from({ length: last + 1 }, (_, k) => k);
const oneHot = (size: number): number[][] => count(size - 1).map((k) => count(size - 1).map((j) => (j === k ? 1 : 0)));
const real = single(lineOf([-60, -8, -2, 0, 2, 8, 60], 400));
const number = { inputSize: 1 };

/** Every row of the list must have one. */
const likelihoodCases: Readonly<Record<string, readonly LikelihoodCase[]>> = {
  bernoulli: [{ data: number, x: [[0], [1]], domain: everyOf([[0], [1]]) }],
  'continuous-bernoulli': [{ data: number, x: [[0.1], [0.8]], domain: single(lineOf([0, 1])) }],
  gaussian: ([1.3, 'shared', 'per-dimension', 'head'] as const).map((stddev) => ({
    options: { stddev },
    data: number,
    x: [[0.3], [-1.2]],
    domain: real,
  })),
  laplace: (['shared', 'head'] as const).map((stddev) => ({
    options: { stddev },
    data: number,
    x: [[1.3], [-2.2]],
    domain: real,
    // The density has a corner, which a rule of polynomials rounds off.
    tolerance: 1e-5,
  })),
  poisson: [{ data: number, x: [[0], [3]], domain: everyOf(count(60).map((k) => [k])) }],
  categorical: [{ options: { classes: 3 }, data: { inputSize: 3 }, x: oneHot(3), domain: everyOf(oneHot(3)) }],
  ordinal: [{ options: { classes: 4 }, data: number, x: [[0], [3]], domain: everyOf(count(3).map((k) => [k])) }],
  // Columns that always have a value: mean and mode are of such rows.
  mixed: [
    {
      data: {
        inputSize: 3,
        blocks: [
          { column: 'a', kind: 'boolean', offset: 2, width: 1 },
          { column: 'b', kind: 'categorical', offset: 0, width: 2 },
        ],
      },
      x: [[1, 0, 0], [0, 1, 1]], // prettier-ignore
      domain: everyOf([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]]), // prettier-ignore
    },
  ],
};

it('there is a case for every likelihood', () => {
  expect(likelihoods.map(({ name }) => name).filter((name) => !likelihoodCases[name])).toEqual([]);
});

describe.each<[string, LikelihoodRow, LikelihoodCase]>(
  likelihoods.flatMap((row) =>
    (likelihoodCases[row.name] ?? []).map((item): [string, LikelihoodRow, LikelihoodCase] => [
      `${row.name} ${JSON.stringify(item.options ?? {})}`,
      row,
      item,
    ]),
  ),
)('the likelihood %s', (_, row, item) => {
  testLikelihood(row, item);
});
