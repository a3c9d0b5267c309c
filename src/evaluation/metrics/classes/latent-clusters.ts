import { UnsupportedError } from '../../../core/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { defineMetric } from '../metric.ts';
import { adjustedRandIndex, normalizedMutualInformation } from './contingency.ts';
import { kMeans } from './k-means.ts';

export const latentClusters = defineMetric({
  name: 'latent-clusters',
  summary: 'whether the codes fall into clusters that are the classes',
  quantities: {
    nmi: { what: 'normalised mutual information of clusters and classes', range: [0, 1], better: 'larger' },
    ari: { what: 'adjusted Rand index: 0 is what chance gives', range: [-0.5, 1], better: 'larger' },
  },
  formula: 'NMI = I(c; y) / ½ (H(c) + H(y)); ARI = (R − E R) / (max R − E R), R the pairs that are together in both',
  paper:
    'Arthur and Vassilvitskii 2007, k-means++; Strehl and Ghosh 2002, Cluster Ensembles; Hubert and Arabie 1985, Comparing Partitions',
  remarks:
    'k-means on the means of q(z|x) as they are, as many clusters as there are classes, the best of `starts` starts.',
  cost: 'one pass of the encoder; starts × rounds × n × classes distances',
  needs: { labels: true },
  options: { starts: option(rule.whole(1), { help: 'how often k-means begins anew', default: 10 }) },
  async compute(context, { starts }) {
    const labels = context.dataset.labels!;
    const classes = new Set(labels).size;
    if (classes < 2) throw new UnsupportedError(`metric 'latent-clusters' needs two classes; all examples are of one.`);
    const { mean } = await context.codes();
    const { key, signal, model } = context;
    const clusters = await kMeans(mean.data, model.latent, { clusters: classes, starts, key, signal });
    return {
      nmi: normalizedMutualInformation(clusters.labels, labels),
      ari: adjustedRandIndex(clusters.labels, labels),
    };
  },
});
