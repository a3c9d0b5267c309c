import { metricInWords } from '../../core/index.ts';
import type { ColumnPoints } from '../record/column.ts';
import { splitLines } from '../record/split-lines.ts';
import type { RunEvaluation } from '../run/run-options.ts';
import { klBars, klHeatMap, lineChart } from './charts.ts';
import type { History } from './history.ts';
import { markup } from './html.ts';
import type { Markup, Part } from './html.ts';
import type { Reported } from './reported.ts';

// What a training's record alone says: it needs no model.

/** A curve's value at an epoch, where it kept that one. */
export function valueAt(points: ColumnPoints | undefined, epoch: number | undefined): number | undefined {
  const at = points?.epoch.findIndex((each) => each === epoch) ?? -1;
  return (at < 0 ? undefined : points?.value[at]) ?? undefined;
}

/** Where nobody can tell. */
export const noEnd = 'The record has no end: training goes on, or its process was ended.';

const reasons: Readonly<Record<string, string>> = {
  'stopped-early': 'Training stopped early: held-out examples had got no better for a while.',
  interrupted: 'Training was interrupted before its last epoch.',
};

/** How a finished training ended, where there is something to say of it. */
export function endingOf({ reason, epochs }: History): string | undefined {
  return epochs > 0 && reason === undefined ? noEnd : reasons[reason ?? ''];
}

/** What there is to look at. @param ending how the training ended or stands, in words */
export function alarms({ alarms: found }: History, ending: string | undefined): Markup | undefined {
  if (found.length === 0 && ending === undefined) return undefined;
  return markup`<h2>To look at</h2>
${ending === undefined ? undefined : markup`<p>${ending}</p>`}
${found.map(({ severity, text, advice }) => markup`<div class="alarm ${severity}" role="note"><strong>${text}</strong><p>${advice}</p></div>`)}`; // prettier-ignore
}

/** What every objective has, first; and what of both splits stands together. */
const termsInOrder = ['elbo', 'reconstruction', 'kl'];
const titles: Readonly<Record<string, string>> = {
  elbo: 'ELBO, nats',
  reconstruction: 'Reconstruction log p(x|z), nats',
  kl: 'KL(q(z|x) ‖ p(z)), nats',
  trimmedElbo: 'ELBO without the worst, nats',
};

export function curves({ curves: all, steps, bestEpoch }: History): Markup {
  if (all.size === 0) return markup`<p class="quiet">The run has no record of its training.</p>`;
  const named = (prefix: string): string[] =>
    [...all.keys()].filter((name) => name.startsWith(prefix) && !name.includes('.criterion.')).map((name) => name.slice(prefix.length)); // prettier-ignore
  const terms = [...new Set([...termsInOrder, ...named('training.'), ...named('validation.')])];
  const best = stepOfEpoch(all, bestEpoch);
  const charts: Part[] = terms.map((term) => {
    const lines = Object.entries(splitLines).flatMap(([split, look]) => {
      const points = all.get(`${split}.${term}`);
      return points ? [{ name: split, points, look }] : [];
    });
    return lines.length === 0
      ? undefined
      : lineChart(titles[term] ?? capitalized(metricInWords(term)), lines, { best });
  });
  const ofSteps: readonly (readonly [name: string, title: string])[] = [
    ['step.loss', 'Loss, nats'],
    ['step.gradientNorm', 'Gradient norm'],
    ['step.learningRate', 'Learning rate'],
    ...named('scalars.').map(
      (name) => [`scalars.${name}`, name === 'beta' ? 'β' : capitalized(metricInWords(name))] as const,
    ),
  ];
  for (const [name, title] of ofSteps) {
    const points = all.get(name);
    // What never changes, the configuration has.
    if (!points || (name !== 'step.loss' && points.value.every((value) => value === points.value[0]))) continue;
    charts.push(lineChart(title, [{ name: title, points }]));
  }
  const about = best === undefined || best >= steps ? '' : ` The upright line is where the parameters that are kept were reached, epoch ${bestEpoch}.`; // prettier-ignore
  return markup`<p class="quiet">Means over examples, in nats where it says so; training’s over each epoch, with the parameters as they were at each step.${about}</p><div class="charts">${charts}</div>`; // prettier-ignore
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function stepOfEpoch(all: History['curves'], epoch: number | undefined): number | undefined {
  const points = all.get('training.elbo') ?? all.get('training.reconstruction');
  const at = points?.epoch.indexOf(epoch ?? -1) ?? -1;
  return at < 0 ? undefined : points?.step[at];
}

export function latentDimensions(
  { config }: Pick<Reported, 'config'>,
  { klPerDimension: rows, bestEpoch }: History,
  evaluation?: RunEvaluation,
): Part {
  const row = rows.find(({ epoch }) => epoch === bestEpoch) ?? rows.at(-1);
  const values = evaluation?.klPerDimension ?? row?.values;
  if (!values || values.length === 0) return undefined;
  const about = evaluation?.klPerDimension ? 'nats, on the evaluated examples' : `nats, on the held-out examples after epoch ${row?.epoch}`; // prettier-ignore
  const isSum = ['diagonal', 'isotropic'].includes(config.model.posterior.name);
  return markup`<h2>Latent dimensions</h2><p class="quiet">What each of them costs, KL(q(zᵢ|x) ‖ N(0, 1)): near 0 it says nothing of the example. ${isSum ? 'They add up to the KL.' : 'The KL of all is more by what dimensions tell of each other.'}</p><div class="charts">${klBars(values, { about })}${rows.length > 1 ? klHeatMap(rows) : undefined}</div>`; // prettier-ignore
}
