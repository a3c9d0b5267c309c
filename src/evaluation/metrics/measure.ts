import { RootsigmaError, UnsupportedError, ValueError } from '../../core/index.ts';
import { crc32 } from '../../io/index.ts';
import { foldIn, key as seedKey } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { chosenMetrics, obstacleTo } from './choose.ts';
import type { ChosenMetric, MetricChoice } from './choose.ts';
import { encodeExamples } from './encode.ts';
import type { Metric, MetricContext, MetricSubject, Readings } from './metric.ts';

/** What metrics came to, by their names. */
export interface Measurements {
  readonly metrics: Readonly<Record<string, Readings>>;
  /** Of 'all', those that cannot be had here, and why. */
  readonly skippedMetrics: Readonly<Record<string, string>>;
}

/** The seed of metrics, and who hears of each when it is done. */
export interface MeasureOptions {
  readonly seed: number;
  readonly onProgress?: ((metric: string, done: number, total: number) => void) | undefined;
  /** Gets what there is so far, after each metric. */
  readonly onMeasured?: ((measurements: Measurements) => void) | undefined;
}

/** Beside the keys of the ELBO and the NLL, 0 and 1. */
const metricsStream = 3;

/**
 * What is to be measured, decided before anything is computed.
 *
 * @param choices 'all' takes what the run and its examples have; what is named must be there
 * @throws ValueError for a metric that there is not, or that cannot be had here
 */
export function planMetrics(
  choices: 'all' | readonly MetricChoice[],
  { subject, known }: { readonly subject: MetricSubject; readonly known: readonly Metric[] },
): (options: MeasureOptions) => Promise<Measurements> {
  const chosen = chosenMetrics(choices, known);
  const skipped: Record<string, string> = {};
  const planned: ChosenMetric[] = [];
  const refuse = ({ metric, isNamed }: ChosenMetric, reason: string): void => {
    if (isNamed) throw new ValueError(reason);
    skipped[metric.name] = reason;
  };
  for (const each of chosen) {
    const reason = obstacleTo(each.metric, subject);
    if (reason === undefined) planned.push(each);
    else refuse(each, reason);
  }
  return async ({ seed, onProgress, onMeasured }) => {
    const shared = sharedBy(subject, seed);
    const metrics: Record<string, Readings> = {};
    for (const each of planned) {
      const { metric, options } = each;
      subject.signal?.throwIfAborted();
      onProgress?.(metric.name, 0, 1);
      const context: MetricContext = {
        ...subject,
        ...shared,
        seed,
        key: keyOf(seed, metric.name),
        onProgress: (done, total) => onProgress?.(metric.name, done, total),
      };
      try {
        metrics[metric.name] = await metric.compute(context, options);
      } catch (error) {
        // What the others came to is not lost for one that cannot be computed here.
        const isSaid = error instanceof UnsupportedError || (!each.isNamed && error instanceof RootsigmaError);
        if (!isSaid) throw error;
        refuse(each, error.message);
      }
      onMeasured?.({ metrics: { ...metrics }, skippedMetrics: { ...skipped } });
    }
    return { metrics, skippedMetrics: skipped };
  };
}

/** What is computed for the first who asks. */
function sharedBy(subject: MetricSubject, seed: number): Pick<MetricContext, 'codes' | 'once' | 'training'> {
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(what: string, make: (key: Key) => Promise<T>): Promise<T> => {
    const result = made.get(what) ?? make(keyOf(seed, what));
    made.set(what, result);
    return result as Promise<T>;
  };
  return {
    once,
    codes: () => once('codes', () => encodeExamples(subject, subject.examples)),
    training: () => once('training', () => subject.training()),
  };
}

/** What is drawn by, of the seed and a name alone. */
function keyOf(seed: number, name: string): Key {
  return foldIn(foldIn(seedKey(seed), metricsStream), crc32(new TextEncoder().encode(name)));
}
