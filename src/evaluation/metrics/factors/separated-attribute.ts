import { takeTurns } from '../../../core/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { defineMetric } from '../metric.ts';
import { factorCodesOf, factorOptions, fitAndTest } from './factor-levels.ts';
import type { FactorCodes } from './factor-levels.ts';
import { fitLinearSvm } from './linear-svm.ts';

export const sap = defineMetric({
  name: 'sap',
  summary: 'separated attribute predictability: how much better the best code predicts a factor than the next',
  quantities: { sap: { what: 'mean over the factors', range: [0, 1], better: 'larger' } },
  formula: 'SAP = 1/K Σ_k (S₍₁₎k − S₍₂₎k), Sᵢk the accuracy of a linear classifier of factor k on code i alone',
  paper: 'Kumar, Sattigeri and Balakrishnan 2018, Variational Inference of Disentangled Latent Concepts',
  remarks:
    'As disentanglement_lib for discrete factors: a linear support vector machine, one class against the others, with squared hinge loss and balanced class weights, fitted to two thirds of the examples and measured on the rest. One code cannot tell levels in the middle from those on both sides, so many levels make the score small even of perfect codes.',
  cost: 'one pass of the encoder; a classifier of one number for each code and level',
  needs: { factors: true },
  options: {
    penalty: option(rule.number({ above: 0 }), { help: 'C of the support vector machine', default: 0.01 }),
    ...factorOptions,
  },
  async compute(context, { penalty, levels }) {
    const { fit, test } = fitAndTest(await factorCodesOf(context, levels), context.key);
    const { signal, onProgress } = context;
    const accuracies = await codeAccuracies(fit, test, { penalty, signal, onProgress });
    return { sap: topTwoGap(accuracies) };
  },
});

/** Share of `test` whose level each code predicts right by itself, [size, factors]. */
export async function codeAccuracies(
  fit: FactorCodes,
  test: FactorCodes,
  options: {
    readonly penalty: number;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: (done: number, total: number) => void;
  },
): Promise<Float64Array[]> {
  const { size } = fit;
  const column = (codes: Float64Array, code: number): Float64Array => codes.filter((_, k) => k % size === code);
  const accuracies: Float64Array[] = [];
  for (let code = 0; code < size; code++) {
    const [inputs, others] = [column(fit.codes, code), column(test.codes, code)];
    const row = new Float64Array(fit.factors.length);
    for (const [k, { levels, count }] of fit.factors.entries()) {
      await takeTurns();
      options.signal?.throwIfAborted();
      const predict = fitLinearSvm(inputs, levels, { classes: count, penalty: options.penalty });
      const truth = test.factors[k]!.levels;
      row[k] = truth.filter((level, at) => predict(others[at]!) === level).length / truth.length;
    }
    accuracies.push(row);
    options.onProgress?.(code + 1, size);
  }
  return accuracies;
}

/** Mean over the columns of the largest entry minus the next. @param rows at least one; a single one has 0 beside it */
export function topTwoGap(rows: readonly Float64Array[]): number {
  const factors = rows[0]!.length;
  const gaps = Array.from({ length: factors }, (_, k) => {
    const [first = 0, second = 0] = rows.map((row) => row[k]!).sort((a, b) => b - a);
    return first - second;
  });
  return gaps.reduce((sum, gap) => sum + gap, 0) / factors;
}
