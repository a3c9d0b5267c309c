import { UnsupportedError } from '../../../core/index.ts';
import type { Dataset, FactorColumn } from '../../../data/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { permutation } from '../../../random/index.ts';
import type { Key } from '../../../random/index.ts';
import { numbered } from '../classes/contingency.ts';
import type { MetricContext } from '../metric.ts';

/** One factor of examples, as whole numbers. */
export interface FactorLevels {
  readonly name: string;
  /** Of each example, 0 … count − 1. */
  readonly levels: Uint32Array;
  readonly count: number;
}

/** Codes of examples, and what the examples were made from. */
export interface FactorCodes {
  /** [n, size] */
  readonly codes: Float64Array;
  readonly size: number;
  /** At least one; each has two levels or more. */
  readonly factors: readonly FactorLevels[];
}

/** Of all metrics that ask factors. */
export const factorOptions = {
  levels: option(rule.whole(2), {
    help: 'a factor with more different values than 64 is cut into so many levels of equal count',
    default: 10,
  }),
};

/** Beyond it, a factor is taken for continuous: dSprites has up to 40 levels. */
const mostLevels = 64;

/** Factors as levels; one that does not vary says nothing and is left out. @throws UnsupportedError where none varies */
export function factorLevels({ factors = {}, name, size }: Dataset, levels: number): FactorLevels[] {
  const found = Object.entries(factors).map(([factor, column]) => ({
    name: factor,
    ...levelsOf(column, size, levels),
  }));
  const varying = found.filter(({ count }) => count > 1);
  if (varying.length > 0) return varying;
  throw new UnsupportedError(`${name}: no factor varies over the examples, so nothing can be said of codes for them.`);
}

function levelsOf(column: FactorColumn, size: number, levels: number): Pick<FactorLevels, 'levels' | 'count'> {
  const values = Float64Array.from({ length: size }, (_, index) => column.at(index)!);
  const { numbers, count } = numbered(values);
  if (count <= mostLevels) return { levels: numbers, count };
  // By ranks of the different values; equal values stay together.
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const cut = new Uint32Array(size);
  order.forEach((index, rank) => {
    const before = order[rank - 1];
    const isEqual = before !== undefined && values[before] === values[index];
    cut[index] = isEqual ? cut[before]! : Math.floor((rank * levels) / size);
  });
  const again = numbered(cut);
  return { levels: again.numbers, count: again.count };
}

/** The codes that stand for the evaluated examples, means of q(z|x), and the factors of the examples. */
export async function factorCodesOf(context: MetricContext, levels: number): Promise<FactorCodes> {
  const factors = factorLevels(context.dataset, levels);
  const { mean } = await context.codes();
  return { codes: mean.data, size: context.model.latent, factors };
}

/** Two thirds of the rows to fit on and one third to measure on, chosen by the key. @throws UnsupportedError with fewer than three */
export function fitAndTest(given: FactorCodes, key: Key): { readonly fit: FactorCodes; readonly test: FactorCodes } {
  const count = given.codes.length / given.size;
  if (count < 3)
    throw new UnsupportedError(`factors: ${count} examples cannot be parted into some to fit on and others.`);
  const order = Uint32Array.from(permutation(key, count).data);
  const cut = Math.round((2 * count) / 3);
  return { fit: pickRows(given, order.subarray(0, cut)), test: pickRows(given, order.subarray(cut)) };
}

function pickRows({ codes, size, factors }: FactorCodes, rows: Uint32Array): FactorCodes {
  const picked = new Float64Array(rows.length * size);
  rows.forEach((row, at) => {
    picked.set(codes.subarray(row * size, (row + 1) * size), at * size);
  });
  // Numbers of levels stay, whether all of them are there or not.
  return {
    codes: picked,
    size,
    factors: factors.map((factor) => ({ ...factor, levels: rows.map((row) => factor.levels[row]!) })),
  };
}
