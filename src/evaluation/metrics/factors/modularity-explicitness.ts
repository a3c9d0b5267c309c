import { fitSoftmax, logNormalizer, softmaxLogits, standardScale } from '../../../data/index.ts';
import { auroc } from '../../anomaly/index.ts';
import { defineMetric } from '../metric.ts';
import { factorCodesOf, factorOptions, fitAndTest } from './factor-levels.ts';
import type { FactorCodes } from './factor-levels.ts';
import { binsOption, codeInformation } from './information.ts';
import type { CodeInformation } from './information.ts';

export const modularity = defineMetric({
  name: 'modularity',
  summary: 'whether each code knows one factor (modularity), and all factors can be read off (explicitness)',
  quantities: {
    modularity: { what: 'mean over the codes; 0 for one that knows nothing', range: [0, 1], better: 'larger' },
    explicitness: {
      what: 'mean area under the ROC curve of a logistic regression of the levels: ½ is chance',
      range: [0, 1],
      better: 'larger',
    },
  },
  formula: 'modularityᵢ = 1 − Σ_{k ≠ k*} Iᵢ_k² / (Iᵢ_{k*}² (K − 1)), k* the factor of which code i knows most',
  paper: 'Ridgeway and Mozer 2018, Learning Deep Disentangled Embeddings with the F-Statistic Loss',
  remarks:
    'As disentanglement_lib: informations of codes cut into bins, and multinomial logistic regression (L2, C = 1) on standardised codes, fitted to two thirds of the examples and measured on the rest. Not rescaled to 0 for chance, as the paper has it.',
  cost: 'one pass of the encoder; a logistic regression for each factor',
  needs: { factors: true },
  options: { ...binsOption, ...factorOptions },
  async compute(context, { bins, levels }) {
    const { fit, test } = fitAndTest(await factorCodesOf(context, levels), context.key);
    return { modularity: modularityOf(codeInformation(fit, bins)), explicitness: explicitness(fit, test) };
  },
});

/** Mean over the codes; with a single factor each code that knows of it is 1. */
export function modularityOf({ information }: Pick<CodeInformation, 'information'>): number {
  const perCode = information.map((row) => {
    const squares = Array.from(row, (value) => value * value);
    const largest = Math.max(...squares);
    if (largest === 0) return 0;
    if (squares.length === 1) return 1;
    // Rounding may pass the bounds.
    const rest = squares.reduce((sum, value) => sum + value, 0) - largest;
    return Math.min(1, Math.max(0, 1 - rest / (largest * (squares.length - 1))));
  });
  return perCode.reduce((sum, value) => sum + value, 0) / perCode.length;
}

/** Mean over the factors of the mean over their levels of the area under the ROC curve, on `test`. */
export function explicitness(fit: FactorCodes, test: FactorCodes): number {
  const { size } = fit;
  const { mean, scale } = standardScale(fit.codes, size);
  const standardize = (codes: Float64Array): Float64Array =>
    codes.map((value, k) => (value - mean[k % size]!) * scale[k % size]!);
  const [inputs, others] = [standardize(fit.codes), standardize(test.codes)];
  const areas = fit.factors.map(({ levels, count }, k) => {
    // scikit-learn has one logit for two classes, whose penalty is twice that of two that are opposite.
    const weightDecay = (count === 2 ? 2 : 1) / levels.length;
    const rows = { inputs, size, targets: levels, classes: count };
    const weights = fitSoftmax(rows, { weightDecay, tolerance: 1e-6, iterations: 200 });
    const probabilities = classProbabilities(weights, { inputs: others, size, classes: count });
    const truth = test.factors[k]!.levels;
    const there = [...new Set(truth)].filter((level, _, all) => all.length > 1 && levels.includes(level));
    const each = there.map((level) => {
      const scores = Float64Array.from(truth, (_, row) => probabilities[row * count + level]!);
      return auroc(
        scores,
        Array.from(truth, (other) => other === level),
      );
    });
    return each.length === 0 ? 0.5 : each.reduce((sum, area) => sum + area, 0) / each.length;
  });
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

/** [rows, classes] */
function classProbabilities(
  weights: Float64Array,
  { inputs, size, classes }: { readonly inputs: Float64Array; readonly size: number; readonly classes: number },
): Float64Array {
  const count = inputs.length / size;
  const probabilities = new Float64Array(count * classes);
  const logits = new Float64Array(classes);
  for (let row = 0; row < count; row++) {
    softmaxLogits(weights, { inputs, at: row * size, size }, logits);
    const normalizer = logNormalizer(logits);
    for (let c = 0; c < classes; c++) probabilities[row * classes + c] = Math.exp(logits[c]! - normalizer);
  }
  return probabilities;
}
