import { UnsupportedError } from '../../../core/index.ts';
import { option, rule } from '../../../parts/index.ts';
import type { LabeledCodes } from '../../labeled-codes.ts';
import { linearProbe as fitProbe } from '../../fit-linear-probe.ts';
import { nearestNeighbourAccuracy } from '../../nearest-neighbours.ts';
import { encodeExamples } from '../encode.ts';
import { defineMetric } from '../metric.ts';
import type { MeasuredModel } from '../encode.ts';
import type { MetricExamples } from '../metric.ts';

export const linearProbe = defineMetric({
  name: 'linear-probe',
  summary: 'how well classes that the model never saw are read off the codes',
  quantities: {
    accuracy: { what: 'share that a linear classifier gets right', range: [0, 1], better: 'larger' },
    nearestNeighbours: { what: 'share that the nearest training codes get right', range: [0, 1], better: 'larger' },
  },
  formula: 'argmin (1/n) Σ −log softmax(W zᵢ + b)[yᵢ] + (λ/2) ‖W‖², on standardised codes',
  paper: 'Alain and Bengio 2017, Understanding Intermediate Layers Using Linear Classifier Probes',
  remarks: 'Fitted to the training split, measured on the examples that are evaluated.',
  cost: 'the encoder on both splits; L-BFGS on the codes of `examples` training examples',
  needs: { labels: true },
  options: {
    examples: option(rule.whole(2), { help: 'the first so many of the training split', default: 5000 }),
    weightDecay: option(rule.number({ least: 0 }), { help: 'λ', default: 1e-3 }),
    neighbours: option(rule.whole(1), { help: 'how many decide', default: 5 }),
  },
  async compute(context, { examples: count, weightDecay, neighbours }) {
    const training = await context.training();
    const train = await labeledCodes(context, training, count);
    if (new Set(Array.from(train.labels)).size < 2) {
      throw new UnsupportedError("metric 'linear-probe' needs two classes; all training examples are of one.");
    }
    const { classNames, labels } = context.dataset;
    if (training.dataset.classNames?.join('\n') !== classNames?.join('\n')) {
      throw new UnsupportedError("metric 'linear-probe' needs training examples of the classes of the evaluated ones.");
    }
    const test: LabeledCodes = { codes: (await context.codes()).mean, labels: labels! };
    const estimate = (share: number) => ({
      value: share,
      standardError: Math.sqrt((share * (1 - share)) / test.labels.length),
    });
    return {
      accuracy: estimate(fitProbe(train, test, { weightDecay }).accuracy),
      nearestNeighbours: estimate(
        nearestNeighbourAccuracy(train, test, { neighbours: Math.min(neighbours, train.labels.length) }),
      ),
    };
  },
});

/** The first `count` of labelled examples. */
async function labeledCodes(
  measured: MeasuredModel,
  { examples, dataset }: MetricExamples,
  count: number,
): Promise<LabeledCodes> {
  if (!dataset.labels) {
    throw new UnsupportedError(`metric 'linear-probe' needs labels of the training examples too (${dataset.name}).`);
  }
  const some = { ...examples, size: Math.min(count, examples.size) };
  return { codes: (await encodeExamples(measured, some)).mean, labels: dataset.labels.subarray(0, some.size) };
}
