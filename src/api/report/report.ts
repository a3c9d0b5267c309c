import { checkOptions, rule, sizeOf } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { isLearned } from '../../nn/index.ts';
import type { DataInput } from '../data/data.ts';
import type { RunEvaluation } from '../run/run-options.ts';
import type { Run } from '../run/run.ts';
import { configuration, evaluated, facts } from './facts-section.ts';
import { readHistory } from './history.ts';
import type { History } from './history.ts';
import { markup } from './html.ts';
import type { Markup, Part } from './html.ts';
import { latentSection } from './latent-section.ts';
import { plainText, shownDuration, shownNumber } from './numbers.ts';
import { header, page, tileRow, titleOf } from './page.ts';
import type { Tile } from './page.ts';
import { pictureSection } from './picture-section.ts';
import { alarms, curves, endingOf, latentDimensions, valueAt } from './training-section.ts';

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
  const title = titleOf(run, options.title);
  const pictures = await pictureSection(run);
  const sections = [
    tiles(run, history, evaluation),
    alarms(history, endingOf(history)),
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
    facts(run, history, run),
    configuration(run),
  ];
  return page(title, header(run, title), sections);
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
  return tileRow(found);
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
