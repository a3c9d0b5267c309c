// Which charts there are, from the names of the metrics: training and validation of one thing share a chart.

import { isSplit } from '../../../src/api/record/split-lines.ts';
import type { Split } from '../../../src/api/record/split-lines.ts';
import { metricInWords } from '../../../src/core/metric-words.ts';

export interface ChartLine {
  /** The metric's name: `validation.elbo`. */
  readonly metric: string;
  /** What tells it from the other lines of a run in the same chart: `validation`. */
  readonly part?: Split;
}

export interface ChartPlan {
  /** Of an address and a key: `elbo`. */
  readonly name: string;
  readonly title: string;
  readonly help?: string;
  readonly lines: readonly ChartLine[];
}

export interface ChartGroup {
  readonly title: string;
  readonly charts: readonly ChartPlan[];
}

/** Said elsewhere already, or nothing that is a curve. */
const left = new Set(['validation.criterion.value', 'training.criterion.value', 'step.beta', 'epoch.activeUnits']);

/** What is said of a metric besides its name in words, and the names of those that a sentence would call otherwise. */
const words: Readonly<Record<string, { readonly title?: string; readonly help?: string }>> = {
  elbo: { help: 'nats an example; higher is better' },
  trimmedElbo: { help: 'nats; without those examples that are explained worst' },
  reconstruction: { help: 'log p(x|z), nats; higher is better' },
  kl: { help: 'KL(q(z|x) ‖ p(z)), nats' },
  'step.elbo': { title: 'ELBO of a batch', help: 'nats' },
  'step.reconstruction': { title: 'Reconstruction of a batch', help: 'nats' },
  'step.kl': { title: 'KL of a batch', help: 'nats' },
  'step.loss': { title: 'Loss', help: 'what steps minimise, of a batch' },
  'step.gradientNorm': { title: 'Gradient norm', help: 'before clipping' },
  'step.ownGradientNorm': { title: "Gradient norm of the objective's own parameters" },
  'step.learningRate': { title: 'Learning rate' },
  'epoch.learningRate': { title: 'Learning rate' },
  'step.stepMs': { title: 'Time of a step', help: 'ms' },
  'epoch.seconds': { title: 'Time of an epoch', help: 's' },
  'scalars.beta': { title: 'β', help: 'weight of the KL term' },
};

/** @param names of all metrics of all runs that are shown */
export function chartGroups(names: Iterable<string>): readonly ChartGroup[] {
  const known = new Set(names);
  // Epochs repeat what their last step said; runs of less than 25 steps have it from epochs alone.
  const isRepeated = (name: string): boolean => name.startsWith('epoch.') && known.has(name.replace('epoch.', 'step.'));
  const all = [...known].filter((name) => !left.has(name) && !isRepeated(name)).sort();
  const epochs = new Map<string, ChartLine[]>();
  const groups: Record<string, ChartPlan[]> = { Objective: [], 'Each step': [], 'Gradient and time': [], Schedules: [], More: [] };
  for (const metric of all) {
    const [first = '', ...rest] = metric.split('.');
    const name = rest.join('.');
    if (isSplit(first)) {
      epochs.set(name, [...(epochs.get(name) ?? []), { metric, part: first }]);
      continue;
    }
    const group = groupOf(first, name);
    groups[group]?.push({ name: metric, ...said(metric, name === '' ? metric : name), lines: [{ metric }] });
  }
  const order = ['elbo', 'reconstruction', 'kl'];
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  for (const [name, lines] of [...epochs].sort(([a], [b]) => rank(a) - rank(b))) {
    // Validation, by which models are compared, is the full line.
    groups.Objective?.push({ name, ...said(name, name), lines: [...lines].reverse() });
  }
  return Object.entries(groups).flatMap(([title, charts]) => (charts.length > 0 ? [{ title, charts }] : []));
} // prettier-ignore

function groupOf(first: string, name: string): string {
  if (first === 'scalars' || name === 'learningRate') return 'Schedules';
  if (/gradient|norm|Ms$|seconds/i.test(name)) return 'Gradient and time';
  return first === 'step' ? 'Each step' : 'More';
}

/** What a metric is called: `ELBO`. */
export function metricTitle(name: string): string {
  return said(name, name).title;
}

function said(key: string, name: string): { title: string; help?: string } {
  return { title: capital(metricInWords(name)), ...words[key] };
}

/** total correlation → Total correlation */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
