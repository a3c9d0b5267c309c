import { option, rule } from '../../../parts/index.ts';
import { defineMetric } from '../metric.ts';
import { comparedFeatures, featureOptions } from './features.ts';
import { neighbourhoods } from './neighbourhoods.ts';

export const precisionRecall = defineMetric({
  name: 'precision-recall',
  summary: 'whether samples lie among real examples, and whether they lie everywhere among them',
  quantities: {
    precision: { what: 'share of samples among real examples', range: [0, 1], better: 'larger' },
    recall: { what: 'share of real examples among samples', range: [0, 1], better: 'larger' },
    density: {
      what: "real examples' balls that a sample lies in, over k; 1 for perfect samples",
      range: [0, Infinity],
      better: 'larger',
    },
    coverage: { what: 'share of real examples whose ball holds a sample', range: [0, 1], better: 'larger' },
  },
  formula: 'precision (1/m) Σⱼ 1[yⱼ ∈ ∪ᵢ B(xᵢ, NNₖ(xᵢ))], recall with samples y and real x exchanged',
  paper:
    'Kynkäänniemi et al. 2019, Improved Precision and Recall Metric; Naeem et al. 2020, Reliable Fidelity and Diversity Metrics',
  remarks:
    'Balls grow as examples get fewer, so all four depend on count and k: compare equal ones. One outlier among the samples has a large ball, which recall counts.',
  cost: 'the samples; 3 n² distances of features',
  needs: {},
  options: {
    ...featureOptions,
    neighbours: option(rule.whole(1, 15), { help: 'k, whose distance a ball reaches to', default: 3 }),
  },
  async compute(context, { neighbours, ...options }) {
    const { drawn, evaluated } = await comparedFeatures(context, options);
    const { precision, recall, density, coverage } = await neighbourhoods(evaluated, drawn, {
      neighbours,
      signal: context.signal,
    });
    const ofShare = (share: number) => ({
      value: share,
      standardError: Math.sqrt((share * (1 - share)) / (drawn.shape[0] ?? 1)),
    });
    return { precision: ofShare(precision), recall: ofShare(recall), density, coverage: ofShare(coverage) };
  },
});
