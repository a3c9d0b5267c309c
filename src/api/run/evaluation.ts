import type { MeasuredModel, MetricChoice, MetricExamples, MetricSubject } from '../../evaluation/index.ts';
import { evaluationExamples } from '../data/data.ts';
import type { DataInput, Reading } from '../data/data.ts';
import type { RunData } from './run-data.ts';

interface Measured extends MeasuredModel, MetricExamples, Pick<MetricSubject, 'sample' | 'sampleTable'> {
  readonly reading: Reading;
  readonly data: RunData;
  /** The data that are evaluated, where they are not the run's own. */
  readonly given: DataInput | undefined;
  readonly seed: number;
}

/** @throws ValueError for a name or an option that there is not */
export async function checkMetricChoices(choices: 'all' | readonly MetricChoice[]): Promise<void> {
  const { chosenMetrics, metrics } = await import('../../evaluation/metrics/index.ts');
  chosenMetrics(choices, metrics);
}

/** What metrics of a run are to be computed; the code of them is fetched by those who ask alone. @throws ValueError */
export async function planRunMetrics(choices: 'all' | readonly MetricChoice[], measured: Measured) {
  const { metrics, planMetrics } = await import('../../evaluation/metrics/index.ts');
  const { reading, data, given, seed, ...rest } = measured;
  const subject: MetricSubject = {
    ...rest,
    examplesOf: (dataset) => evaluationExamples(dataset, reading, seed),
    training: async () => {
      const { test } = await data.splits(given);
      const dataset = await data.dataset(test ? given : undefined, 'train');
      return { dataset, examples: evaluationExamples(dataset, reading, seed) };
    },
  };
  return planMetrics(choices, { subject, known: metrics });
}
