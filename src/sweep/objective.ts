import { ValueError, checkOptions, nearestName, rule } from '../core/index.ts';
import type { OptionRules } from '../core/index.ts';
import type { SplitChoice } from '../data/index.ts';
import { metrics } from '../evaluation/metrics/index.ts';
import type { Quantity, Reading } from '../evaluation/metrics/index.ts';
import type { Run, RunEvaluation } from '../api/index.ts';
import { requireCapabilities } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import { splitRule } from '../api/run/run-options.ts';
import type { Direction } from './strategies/strategy.ts';

/** By what trials are compared. */
export interface SweepObjective {
  /**
   * Of training, at the best epoch: `validation.elbo`, `training.kl`, `validation.criterion` (what the run's own objective compares epochs by).
   * Of evaluation: `nll`, `elbo`, or a metric of docs/metrics.md, `mig`, and of its quantities one, `dci.completeness`.
   */
  readonly metric: string;
  /** Which is better. Default: as the metric's row says; where that leaves it open, it has to be said. */
  readonly direction?: Direction | undefined;
  /** Of evaluation: on which examples. Default: validation, so that the test examples stay unseen. */
  readonly split?: SplitChoice | undefined;
  /** Draws of z an example. Default: 100. */
  readonly draws?: number | undefined;
  /** The first so many examples. Default: all. */
  readonly limit?: number | undefined;
  /** Of the draws. Default: 0. */
  readonly seed?: number | undefined;
  /** The metric's own. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

export const objectiveRules: OptionRules<SweepObjective> = {
  metric: rule.text,
  direction: rule.oneOf(['max', 'min']),
  split: splitRule,
  draws: rule.whole(1),
  limit: rule.whole(1),
  seed: rule.whole(0),
  options: rule.object,
};

/** What a trial came to. */
export interface Measured {
  readonly value: number;
  readonly standardError?: number;
  readonly direction: Direction;
}

/** A run, and the means that its log has of its best epoch. */
export interface TrainedTrial {
  readonly run: Run;
  readonly training: Readonly<Record<string, unknown>> | undefined;
  readonly validation: Readonly<Record<string, unknown>> | undefined;
}

/** A metric that is looked up once, and measured of each trial. */
export interface ObjectiveMetric {
  readonly name: string;
  /** Undefined where the run's own objective says it. */
  readonly direction: Direction | undefined;
  /** @throws CapabilityError where a model of such parts has no such number */
  check?(model: Pick<Vae, 'parts'>): void;
  measure(trained: TrainedTrial, signal?: AbortSignal): Promise<Measured>;
}

/** Which of the ELBO's terms is better how. */
const ofElbo: Readonly<Record<string, Direction | undefined>> = {
  elbo: 'max',
  trimmedElbo: 'max',
  reconstruction: 'max',
  kl: undefined,
};

/** @throws ValueError for a metric that there is not, and for one whose direction has to be said and is not */
export function objectiveMetric(given: string | SweepObjective, where: string): ObjectiveMetric {
  const objective = typeof given === 'string' ? { metric: given } : given;
  checkOptions(where, objective, objectiveRules);
  if ((objective.metric as string | undefined) === undefined) throw new ValueError(`${where}: 'metric' is missing.`);
  const found = ofTraining(objective, where) ?? ofEvaluation(objective) ?? ofMetrics(objective, where);
  if (found.direction === undefined && !found.isSaidLater) {
    throw new ValueError(
      `${where}: of '${objective.metric}' neither more nor less is better: say which the sweep looks for, { "metric": "${objective.metric}", "direction": "max" } or "min".`,
    );
  }
  return found;
}

type Found = ObjectiveMetric & { readonly isSaidLater?: boolean };

function ofTraining({ metric, direction, ...evaluated }: SweepObjective, where: string): Found | undefined {
  const [phase, name = '', ...rest] = metric.split('.');
  if ((phase !== 'validation' && phase !== 'training') || rest.length > 0) return undefined;
  if (name === '') throw new ValueError(`${where}: which number of ${phase}? For example '${phase}.elbo'.`);
  const unused = Object.entries(evaluated).find(([, value]) => value !== undefined);
  if (unused) {
    throw new ValueError(
      `${where}: '${unused[0]}' is for evaluation, and '${metric}' is a number that training reports.`,
    );
  }
  const isCriterion = phase === 'validation' && name === 'criterion';
  return {
    name: metric,
    direction: direction ?? ofElbo[name],
    isSaidLater: isCriterion,
    measure: (trained) => Promise.resolve(readMeans(trained[phase], { metric, name, direction })),
  };
}

function readMeans(
  means: TrainedTrial['training'],
  { metric, name, direction }: { readonly metric: string; readonly name: string; readonly direction: Direction | undefined }, // prettier-ignore
): Measured {
  if (!means) {
    throw new ValueError(`'${metric}': training held no examples out (validation 0), so there is no such number.`);
  }
  if (name === 'criterion') {
    const own = (means.criterion ?? { value: means.elbo, direction: 'max' }) as Measured;
    return { value: finiteNumber(metric, own.value), direction: direction ?? own.direction };
  }
  const all = { ...(means.metrics as object | undefined), ...means };
  const value = (all as Readonly<Record<string, unknown>>)[name];
  if (typeof value !== 'number') {
    const names = Object.entries(all).flatMap(([key, each]) => (typeof each === 'number' ? [key] : []));
    throw new ValueError(`there is no '${metric}'; of this training there are ${names.join(', ')}.`);
  }
  return { value: finiteNumber(metric, value), direction: direction ?? ofElbo[name] ?? 'max' };
}

/** The numbers that every evaluation has. */
const evaluated: Readonly<
  Record<string, { readonly direction?: Direction; readonly read: (of: RunEvaluation) => Reading }>
> = {
  nll: { direction: 'min', read: ({ nll }) => nll },
  elbo: {
    direction: 'max',
    read: ({ elbo, elboStandardError }) => ({ value: elbo, standardError: elboStandardError }),
  },
  reconstruction: { direction: 'max', read: ({ reconstruction }) => reconstruction },
  kl: { read: ({ kl }) => kl },
  activeUnits: { read: ({ activeUnits }) => activeUnits },
};

function ofEvaluation(objective: SweepObjective): Found | undefined {
  const { metric } = objective;
  const row = Object.hasOwn(evaluated, metric) ? evaluated[metric] : undefined;
  if (!row) return undefined;
  const found = measuredBy(objective, row.direction, undefined, row.read);
  if (metric === 'reconstruction') return found;
  const check = ({ parts }: Pick<Vae, 'parts'>): void => {
    requireCapabilities(`objective '${metric}'`, parts.posterior, ['logProbOfDraw']);
  };
  return { ...found, check };
}

function ofMetrics(objective: SweepObjective, where: string): Found {
  const [name = '', quantity, ...rest] = objective.metric.split('.');
  const row = metrics.find((each) => each.name === name);
  if (!row) {
    const known = [
      'validation.elbo',
      'validation.criterion',
      ...Object.keys(evaluated),
      ...metrics.map((each) => each.name),
    ];
    const nearest = nearestName(objective.metric, known);
    throw new ValueError(
      `${where}: there is no metric '${objective.metric}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`} Known are validation.NAME and training.NAME of what training reports, and ${known.slice(2).join(', ')}.`,
    );
  }
  const chosen = quantity ?? Object.keys(row.quantities)[0] ?? '';
  const about = Object.hasOwn(row.quantities, chosen) ? row.quantities[chosen] : undefined;
  if (!about || rest.length > 0) {
    const names = Object.keys(row.quantities).map((each) => `${name}.${each}`);
    throw new ValueError(`${where}: there is no '${objective.metric}'; there are ${names.join(', ')}.`);
  }
  const rules = Object.fromEntries(Object.entries(row.options).map(([option, each]) => [option, each.rule]));
  checkOptions(`${where}: metric '${name}'`, objective.options ?? {}, rules);
  const { needs } = row;
  const check = ({ parts }: Pick<Vae, 'parts'>): void => {
    requireCapabilities(`metric '${name}'`, parts.posterior, needs.posterior ?? []);
    requireCapabilities(`metric '${name}'`, parts.prior, needs.prior ?? []);
  };
  const read: Read = ({ metrics: found }) => found?.[name]?.[chosen] ?? NaN;
  return { ...measuredBy(objective, directionOf(about), name, read), check };
}

type Read = (evaluation: RunEvaluation) => Reading;

function directionOf({ better }: Quantity): Direction | undefined {
  return better === 'larger' ? 'max' : better === 'smaller' ? 'min' : undefined;
}

function measuredBy(
  { metric, direction: given, split = 'validation', draws, limit, seed, options }: SweepObjective,
  usual: Direction | undefined,
  named: string | undefined,
  read: Read,
): ObjectiveMetric {
  const direction = given ?? usual;
  return {
    name: metric,
    direction,
    measure: async ({ run }, signal) => {
      const reading = read(
        await run.evaluate({
          split,
          ...(draws !== undefined && { draws }),
          ...(limit !== undefined && { limit }),
          ...(seed !== undefined && { seed }),
          ...(signal && { signal }),
          ...(named !== undefined && { metrics: [{ ...options, name: named }] }),
        }),
      );
      const { value, standardError } = estimateOf(metric, reading);
      return { value, ...(standardError !== undefined && { standardError }), direction: direction ?? 'max' };
    },
  };
}

function estimateOf(metric: string, reading: Reading): { readonly value: number; readonly standardError?: number } {
  if (typeof reading === 'number') return { value: finiteNumber(metric, reading) };
  if ('value' in reading) return { ...reading, value: finiteNumber(metric, reading.value) };
  throw new ValueError(`'${metric}' is a list of numbers, of which none is the one to compare trials by.`);
}

function finiteNumber(metric: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ValueError(`'${metric}' came to ${String(value)}.`);
}
