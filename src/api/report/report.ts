import { describePart } from '../../config/index.ts';
import { checkOptions, counted, formatShape, metricInWords, rule, sizeOf, version } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { has } from '../../models/index.ts';
import { isLearned } from '../../nn/index.ts';
import { sha256 } from '../../io/sha256.ts';
import type { DataInput } from '../data/data.ts';
import type { ColumnPoints } from '../record/column.ts';
import { splitLines } from '../record/split-lines.ts';
import type { RunEvaluation } from '../run/run-options.ts';
import type { Run } from '../run/run.ts';
import { toBase64 } from './base64.ts';
import { klBars, klHeatMap, lineChart } from './charts.ts';
import { readHistory } from './history.ts';
import type { History } from './history.ts';
import { Markup, markup } from './html.ts';
import type { Part } from './html.ts';
import { latentSection } from './latent-section.ts';
import { shownDuration, shownNumber } from './numbers.ts';
import { pictureSection } from './picture-section.ts';
import { style } from './style.ts';

export interface ReportOptions {
  /** What the report is of. Default: the name of the run's folder, else of its data. */
  readonly title?: string | undefined;
  /** The examples that are shown in latent space. Default: the test split of the data that it was trained on. */
  readonly data?: DataInput | undefined;
  /** How many of them. Default: 1,000. */
  readonly points?: number | undefined;
  /** What `run.evaluate` gave, to be shown too. Default: nothing is evaluated. */
  readonly evaluation?: RunEvaluation | undefined;
}

const reportOptionRules: OptionRules<ReportOptions> = {
  title: rule.text,
  data: rule.anything,
  points: rule.whole(1, 20_000),
  evaluation: rule.object,
};

/**
 * A run as one HTML file that needs nothing else, neither a network nor a script: what was trained on what, alarms in words, curves, KL of latent
 * dimensions, pictures, where examples lie in latent space, rows of a table, the evaluation if there is one, and the configuration. Light,
 * dark and on paper; charts have their numbers as tables behind them.
 */
export async function htmlReport(run: Run, options: ReportOptions = {}): Promise<string> {
  checkOptions('htmlReport', options, reportOptionRules);
  const { data, points = 1000, evaluation } = options;
  const history = await readHistory(run.store);
  const title = options.title ?? run.path?.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '') ?? run.config.data.source;
  const pictures = await pictureSection(run);
  const body = [
    header(run, title),
    new Markup('<main>'),
    tiles(run, history, evaluation),
    alarms(history),
    markup`<h2>Training</h2>`,
    curves(history),
    latentDimensions(run, history, evaluation),
    pictures &&
      markup`<h2>Pictures</h2>
        ${pictures}`,
    await rows(run),
    markup`<h2>Latent space</h2>
      ${await latentSection(run, data, points)}`,
    evaluation && evaluated(evaluation),
    facts(run, history),
    configuration(run),
    markup`${new Markup('</main>')}<footer>Made by rootsigma ${version}. Everything is in this file.</footer>`,
  ];
  return page(title, body);
}

async function page(title: string, body: readonly Part[]): Promise<string> {
  const digest = toBase64(await sha256(new TextEncoder().encode(style)));
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>${new Markup(style)}</style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
}

function header({ config, hasDensity }: Run, title: string): Markup {
  const { data, training } = config;
  const kind = hasDensity ? 'A variational autoencoder' : 'An autoencoder';
  return markup`<header>
    <h1>${title}</h1>
    <p class="lead">
      ${kind} with ${counted(config.model.latent, 'latent dimension')}, trained on ${counted(data.count, 'example')} of
      ${data.source}${data.table ? `, ${counted(data.table.columns.length, 'column')}` : `, each ${formatShape(data.shape)}`}${training.validation > 0 ? `; ${Math.round(100 * training.validation)} % of them were held out to choose the epoch` : ''}.
    </p>
  </header>`;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly about?: string;
}

function tiles(run: Run, history: History, evaluation: RunEvaluation | undefined): Markup {
  const { curves, bestEpoch, epochs, seconds } = history;
  const validated = valueAt(curves.get('validation.elbo'), bestEpoch);
  const found: (Tile | undefined)[] = [
    evaluation && run.hasDensity ? { name: 'ELBO, evaluated', value: shownNumber(evaluation.elbo), about: `± ${shownNumber(evaluation.elboStandardError)} nats, ${evaluation.examples} examples` } : undefined,
    evaluation && run.hasDensity ? { name: 'NLL', value: shownNumber(evaluation.nll.value), about: `± ${shownNumber(evaluation.nll.standardError)} nats, ${evaluation.draws} draws` } : undefined,
    !evaluation && validated !== undefined ? { name: 'ELBO, validation', value: shownNumber(validated), about: `nats, epoch ${bestEpoch}` } : undefined,
    unitsTile(run, history, evaluation),
    { name: 'Epochs', value: String(epochs || run.config.training.epochs), about: bestEpoch === undefined ? `${history.steps.toLocaleString('en')} steps` : `the parameters are those of epoch ${bestEpoch}` },
    seconds === undefined ? undefined : { name: 'Training took', value: shownDuration(seconds), about: `${history.steps.toLocaleString('en')} steps` },
    { name: 'Parameters', value: parameterCount(run).toLocaleString('en') },
  ]; // prettier-ignore
  return markup`<dl class="tiles">${found.map((tile) => tile && markup`<div><dt>${tile.name}</dt><dd>${tile.value}${tile.about ? markup`<small>${tile.about}</small>` : undefined}</dd></div>`)}</dl>`; // prettier-ignore
}

function unitsTile(run: Run, { activeUnits }: History, evaluation: RunEvaluation | undefined): Tile | undefined {
  const codes = evaluation?.codes;
  if (codes) return { name: 'Codes used', value: `${codes.codesUsed} of ${codes.size}`, about: `perplexity ${shownNumber(codes.perplexity)}` }; // prettier-ignore
  const count = evaluation?.activeUnits ?? activeUnits;
  return count === undefined
    ? undefined
    : { name: 'Active units', value: `${count} of ${run.model.latent}`, about: 'latent dimensions that vary with x' };
}

function parameterCount({ model }: Run): number {
  return model.parameters.filter(isLearned).reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/** A curve's value at an epoch, where it kept that one. */
function valueAt(points: ColumnPoints | undefined, epoch: number | undefined): number | undefined {
  const at = points?.epoch.findIndex((each) => each === epoch) ?? -1;
  return (at < 0 ? undefined : points?.value[at]) ?? undefined;
}

const reasons: Readonly<Record<string, string>> = {
  'stopped-early': 'Training stopped early: held-out examples had got no better for a while.',
  interrupted: 'Training was interrupted before its last epoch.',
};

function alarms({ alarms: found, reason, epochs }: History): Markup | undefined {
  const noEnd = epochs > 0 && reason === undefined ? 'The record has no end: training goes on, or its process was ended.' : undefined; // prettier-ignore
  const ending = noEnd ?? reasons[reason ?? ''];
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

function curves({ curves: all, steps, bestEpoch }: History): Markup {
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

function latentDimensions(run: Run, { klPerDimension: rows, bestEpoch }: History, evaluation?: RunEvaluation): Part {
  const row = rows.find(({ epoch }) => epoch === bestEpoch) ?? rows.at(-1);
  const values = evaluation?.klPerDimension ?? row?.values;
  if (!values || values.length === 0) return undefined;
  const about = evaluation?.klPerDimension ? 'nats, on the evaluated examples' : `nats, on the held-out examples after epoch ${row?.epoch}`; // prettier-ignore
  const isSum = ['diagonal', 'isotropic'].includes(run.config.model.posterior.name);
  return markup`<h2>Latent dimensions</h2><p class="quiet">What each of them costs, KL(q(zᵢ|x) ‖ N(0, 1)): near 0 it says nothing of the example. ${isSum ? 'They add up to the KL.' : 'The KL of all is more by what dimensions tell of each other.'}</p><div class="charts">${klBars(values, { about })}${rows.length > 1 ? klHeatMap(rows) : undefined}</div>`; // prettier-ignore
}

/** Rows that the model of a table draws. */
async function rows(run: Run): Promise<Part> {
  if (!run.config.data.table || run.whyNoSamples() !== undefined) return undefined;
  try {
    const { columns } = await run.sampleTable(8);
    const shown = columns.slice(0, 12);
    const left = columns.length - shown.length;
    const textOf = (value: unknown): string => typeof value === 'number' ? shownNumber(value) : plainText(value); // prettier-ignore
    return markup`<h2>Drawn rows</h2><p class="quiet">Rows of the model, none of them around a row that it was trained on${left > 0 ? `; the first 12 of ${columns.length} columns` : ''}.</p>
<div class="wide"><table><thead><tr>${shown.map(({ name }) => markup`<th scope="col">${name}</th>`)}</tr></thead><tbody>${Array.from({ length: 8 }, (_, k) => markup`<tr>${shown.map(({ values }) => markup`<td>${textOf(values[k])}</td>`)}</tr>`)}</tbody></table></div>`; // prettier-ignore
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return markup`<h2>Drawn rows</h2>
      <p class="quiet">Not shown: ${error.message}</p>`;
  }
}

function evaluated(evaluation: RunEvaluation): Markup {
  const entries: [string, unknown][] = Object.entries(evaluation).filter(([name]) => name !== 'klPerDimension' && name !== 'samples'); // prettier-ignore
  const flat = entries.flatMap(([name, value]) => flattened(value, name));
  return markup`<h2>Evaluation</h2><div class="wide"><table class="facts"><tbody>${flat.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${typeof value === 'number' ? shownNumber(value) : value}</td></tr>`)}</tbody></table></div>`; // prettier-ignore
}

function facts(run: Run, history: History): Markup {
  const { config, parts } = run;
  const { data, model, training, objective } = config;
  const isCoded = has(run.model.parts.posterior, 'codes');
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Data', `${data.source}: ${counted(data.count, 'training example')} of shape ${formatShape(data.shape)}, binarize ${data.binarize}`],
    ['Given', run.conditions?.describe()],
    ['Posterior', describePart(parts, 'posterior', model.posterior)],
    ['Prior', isCoded ? undefined : describePart(parts, 'prior', model.prior)],
    ['Likelihood', describePart(parts, 'likelihood', model.likelihood)],
    ['Network', describePart(parts, 'network', model.network)],
    ['Objective', describePart(parts, 'objective', objective)],
    ['Preset', config.preset],
    ['Started from', config.from && `the weights of ${config.from.run}, trained on ${config.from.source}`],
    ['Optimiser', `${training.optimizer.name} at ${training.optimizer.learningRate}, batches of ${training.batchSize}, seed ${training.seed}`],
    ['ELBO and NLL are of', run.hasDensity ? run.measure : undefined],
    ['Epochs', `${history.epochs || training.epochs}${history.reason === undefined ? '' : `, ${history.reason}`}`],
  ]; // prettier-ignore
  return markup`<h2>What it is</h2><div class="wide"><table class="facts"><tbody>${lines.map(([name, value]) => (value === undefined ? undefined : markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`))}</tbody></table></div>`; // prettier-ignore
}

/** Every entry of config.json but a table's columns, which are listed by name. */
function configuration(run: Run): Markup {
  const { data, ...rest } = run.config;
  const { table, ...ofData } = data;
  const entries = flattened({ ...rest, data: { ...ofData, ...(table && { columns: table.columns.map(({ name }) => name).join(', ') }) } }, ''); // prettier-ignore
  return markup`<h2>Configuration</h2><p class="quiet">The same again: <code>rootsigma train ${data.source} --config ${run.path ?? 'RUN'}/config.json</code></p>
<details><summary>Every entry of config.json</summary><div class="wide"><table class="facts"><tbody>${entries.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div></details>`; // prettier-ignore
}

const mostText = 2000;

/** Numbers and texts by their path. */
function flattened(value: unknown, path: string): [string, string | number][] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object') return [[path, plainText(value).slice(0, mostText)]];
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) {
    return [[path, value.join(', ').slice(0, mostText)]];
  }
  return Object.entries(value).flatMap(([name, inner]) => flattened(inner, path === '' ? name : `${path}.${name}`));
}

/** A text, number or flag as it is; what is none leaves nothing. */
function plainText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}
