import { option, rule } from '../../../parts/index.ts';
import { entropyOf } from '../classes/contingency.ts';
import { defineMetric } from '../metric.ts';
import { factorCodesOf, factorOptions, fitAndTest } from './factor-levels.ts';
import type { FactorCodes } from './factor-levels.ts';
import { boostTrees } from './gradient-boosting.ts';
import type { BoostingOptions } from './gradient-boosting.ts';
import { sortColumns } from './regression-tree.ts';

export const dci = defineMetric({
  name: 'dci',
  summary: 'disentanglement, completeness and informativeness, by how much trees use each code for each factor',
  quantities: {
    disentanglement: { what: 'whether a code is for one factor', range: [0, 1], better: 'larger' },
    completeness: { what: 'whether a factor is in one code', range: [0, 1], better: 'larger' },
    informativeness: { what: 'share of levels that the trees predict right', range: [0, 1], better: 'larger' },
  },
  formula:
    'D = Σᵢ ρᵢ (1 − H_K(Rᵢ· / Σ_k Rᵢ_k)), C = Σ_k ρ_k (1 − H_d(R·_k / Σᵢ Rᵢ_k)), R the importances, ρ their shares of all',
  paper: 'Eastwood and Williams 2018, A Framework for the Quantitative Evaluation of Disentangled Representations',
  remarks:
    'The regressor is disentanglement_lib’s: gradient boosting of trees of depth 3, a classifier for each factor, with scikit-learn’s defaults; fitted to two thirds of the examples, informativeness on the rest. Eastwood and Williams took the lasso and random forests, so numbers of their paper are others.',
  cost: 'one pass of the encoder; trees × levels of all factors × codes × examples: for 6 codes and the 10,000 test images of sprites, half a minute on one core',
  needs: { factors: true },
  options: {
    trees: option(rule.whole(1), { help: 'stages of boosting', default: 100 }),
    depth: option(rule.whole(1, 10), { help: 'of a tree', default: 3 }),
    learningRate: option(rule.number({ above: 0 }), { help: 'what a tree is multiplied with', default: 0.1 }),
    ...factorOptions,
  },
  async compute(context, { levels, ...boosting }) {
    const { fit, test } = fitAndTest(await factorCodesOf(context, levels), context.key);
    const { signal, onProgress } = context;
    const { importances, informativeness } = await codeImportances(fit, test, { ...boosting, signal, onProgress });
    return { ...dciScores(importances), informativeness };
  },
});

/** How much each code is used to tell each factor's levels, [size, factors], and the share of `test` that is told right. */
export async function codeImportances(
  fit: FactorCodes,
  test: FactorCodes,
  { onProgress, ...options }: BoostingOptions & { readonly onProgress?: (done: number, total: number) => void },
): Promise<{ readonly importances: Float64Array[]; readonly informativeness: number }> {
  const columns = sortColumns(fit.codes, fit.size);
  const importances = Array.from({ length: fit.size }, () => new Float64Array(fit.factors.length));
  const total = fit.factors.reduce((sum, { count }) => sum + count, 0);
  let [right, done] = [0, 0];
  for (const [k, { levels, count }] of fit.factors.entries()) {
    const classes = { levels, classes: count, others: test.codes };
    const found = await boostTrees(columns, classes, options);
    found.importances.forEach((value, code) => (importances[code]![k] = value));
    const truth = test.factors[k]!.levels;
    right += truth.filter((level, row) => found.predicted[row] === level).length / truth.length;
    onProgress?.((done += count), total);
  }
  return { importances, informativeness: right / fit.factors.length };
}

/**
 * Disentanglement and completeness of importances [codes, factors]: one minus the entropy of a row or column, to the base of
 * its length, weighted by its share of all importance. 0 where there is none.
 */
export function dciScores(importances: readonly Float64Array[]): {
  readonly disentanglement: number;
  readonly completeness: number;
} {
  const columns = Array.from(importances[0]!, (_, k) => Float64Array.from(importances, (row) => row[k]!));
  return { disentanglement: concentration(importances), completeness: concentration(columns) };
}

function concentration(rows: readonly Float64Array[]): number {
  const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  const total = sums.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  return rows.reduce((score, row, i) => {
    if (sums[i] === 0) return score;
    const entropy = row.length === 1 ? 0 : entropyOf(row, sums[i]!) / Math.log(row.length);
    return score + (sums[i]! / total) * (1 - entropy);
  }, 0);
}
