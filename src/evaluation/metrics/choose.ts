import { UnsupportedError, ValueError, checkOptions, nearestName } from '../../core/index.ts';
import { isImageShape } from '../../drawing/index.ts';
import { requireCapabilities } from '../../models/index.ts';
import type { PartOptions, ValuesOf } from '../../parts/index.ts';
import type { Metric, MetricSubject } from './metric.ts';

/** A metric by its name, with options of its own in an object, or one of one's own; 'all' is all that there are. */
export type MetricChoice = string | { readonly name: string; readonly [option: string]: unknown } | Metric;

/** A metric and what it is computed with. */
export interface ChosenMetric {
  readonly metric: Metric;
  readonly options: ValuesOf<PartOptions>;
  /** By its name, and not as one of all. */
  readonly isNamed: boolean;
}

const isMetric = (choice: MetricChoice): choice is Metric =>
  typeof choice === 'object' && typeof choice.compute === 'function';

/**
 * The metrics that are chosen.
 *
 * @throws ValueError for a name or an option that there is not, or a metric that is chosen twice
 */
export function chosenMetrics(given: 'all' | readonly MetricChoice[], known: readonly Metric[]): ChosenMetric[] {
  const choices = given === 'all' ? ['all'] : given;
  const named = choices.filter((choice) => choice !== 'all').map((choice) => chosenMetric(choice, known));
  const twice = named.find(({ metric }, at) => named.findIndex((each) => each.metric.name === metric.name) < at);
  if (twice) throw new ValueError(`metrics: '${twice.metric.name}' is chosen twice.`);
  if (!choices.includes('all')) return named;
  const all = known.map(
    (metric) =>
      named.find((each) => each.metric.name === metric.name) ?? {
        metric,
        options: optionsOf(metric, {}),
        isNamed: false,
      },
  );
  return [...all, ...named.filter((each) => !all.includes(each))];
}

function chosenMetric(choice: MetricChoice, known: readonly Metric[]): ChosenMetric {
  if (isMetric(choice)) return { metric: choice, options: optionsOf(choice, {}), isNamed: true };
  const { name, ...options } = typeof choice === 'string' ? { name: choice } : choice;
  const metric = known.find((each) => each.name === name);
  if (metric) return { metric, options: optionsOf(metric, options), isNamed: true };
  const names = known.map((each) => each.name);
  const nearest = nearestName(name, [...names, 'all']);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  throw new ValueError(`metrics: there is no '${name}'; known are ${names.join(', ')}, and 'all' of them.${hint}`);
}

/** What is given, and the defaults of the others. @throws ValueError */
function optionsOf({ name, options }: Metric, given: Readonly<Record<string, unknown>>): ValuesOf<PartOptions> {
  const rules = Object.fromEntries(Object.entries(options).map(([option, { rule }]) => [option, rule]));
  checkOptions(`metric '${name}'`, given, rules);
  const values = Object.entries(options).map(
    ([option, { default: usual }]) => [option, given[option] ?? usual] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Why these examples or this model have no such metric, in a sentence; undefined where they have it. */
export function obstacleTo(
  { name, needs }: Metric,
  subject: Pick<MetricSubject, 'model' | 'dataset'>,
): string | undefined {
  const { model, dataset } = subject;
  const who = `metric '${name}'`;
  try {
    requireCapabilities(who, model.parts.posterior, needs.posterior ?? []);
    requireCapabilities(who, model.parts.prior, needs.prior ?? []);
  } catch (error) {
    if (error instanceof UnsupportedError) return error.message;
    throw error;
  }
  const wanted = [
    [needs.labels, dataset.labels, 'a class for each example; there are no labels'],
    [
      needs.factors,
      dataset.factors,
      'the factors that each example was made from; they are known of data drawn by code',
    ],
    [
      needs.images,
      isImageShape(dataset.sampleShape) && !dataset.table,
      `images; examples are [${dataset.sampleShape.join(', ')}]`,
    ],
    [needs.table, dataset.table, 'a table, which the examples are not'],
  ] as const;
  const missing = wanted.find(([isNeeded, there]) => isNeeded && !there);
  return missing && `${who} needs ${missing[2]} (${dataset.name}).`;
}
