import { checkOptions, formerDrawNames, noticesTo, underPresentNames } from '../../core/index.ts';
import type { OnNotice } from '../../core/index.ts';
import { takeFirst } from '../../data/index.ts';
import type { Standardization } from '../../data/index.ts';
import { evaluateModel } from '../../evaluation/index.ts';
import type {
  MeasuredModel,
  Measurements,
  MetricChoice,
  MetricExamples,
  MetricSubject,
} from '../../evaluation/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Conditions } from '../data/conditions.ts';
import { evaluationExamples } from '../data/data.ts';
import type { DataInput, Reading } from '../data/data.ts';
import { checkSupport } from '../model/likelihood.ts';
import type { RunData } from './run-data.ts';
import { evaluateOptionRules } from './run-options.ts';
import type { RunEvaluateOptions, RunEvaluation } from './run-options.ts';

/** What a run has of it. */
interface EvaluatedRun extends MeasuredModel {
  readonly config: RunConfig;
  readonly parts: PartTable;
  readonly standardization: Standardization | undefined;
  readonly conditions: Conditions | undefined;
  readonly data: RunData;
}

type Draws = Pick<MetricSubject, 'sample' | 'sampleTable'>;

/** `Run.evaluate`, which says what it gives. */
export async function evaluateRun(
  { config, parts, standardization, conditions, data, ...model }: EvaluatedRun,
  options: RunEvaluateOptions,
  { onNotice: said, ...draw }: Draws & { readonly onNotice: OnNotice | undefined },
): Promise<RunEvaluation> {
  checkOptions('evaluate', options, evaluateOptionRules);
  const onNotice = noticesTo(said);
  const present = underPresentNames('evaluate', options, formerDrawNames, { onNotice });
  const { draws = 100, seed = 0, limit } = present;
  // A slip of the hand is said before data are read.
  if (options.metrics !== undefined) await checkMetricChoices(options.metrics);
  const { dataset } = await data.select(options.data, options.split);
  const limited = data.withGiven(limit === undefined ? dataset : takeFirst(dataset, limit), options.given);
  await checkSupport('evaluate', limited, { config, parts, standardization });
  const reading = { binarize: config.data.binarize, standardization, conditions };
  const examples = evaluationExamples(limited, reading, seed);
  const { onProgress, onPartial, signal, metrics } = options;
  const { inferred } = limited;
  const measured = { ...model, examples, signal };
  const measure =
    metrics &&
    (await planRunMetrics(metrics, {
      ...measured,
      dataset: limited,
      reading,
      data,
      given: options.data,
      seed,
      ...draw,
    }));
  const evaluation = await evaluateModel({ ...measured, draws, seed, onProgress, inferred });
  onPartial?.(evaluation);
  if (!measure) return evaluation;
  const sayDone = (metric: string, done: number, total: number) =>
    onProgress?.({ stage: 'metric', metric, done, total });
  const onMeasured = (measurements: Measurements) => onPartial?.({ ...evaluation, ...measurements });
  // Not copied: what a model without a density lacks says so where it is read.
  return Object.assign(evaluation, await measure({ seed, onProgress: sayDone, onMeasured }));
}

interface Measured extends MeasuredModel, MetricExamples, Draws {
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
async function planRunMetrics(choices: 'all' | readonly MetricChoice[], measured: Measured) {
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
