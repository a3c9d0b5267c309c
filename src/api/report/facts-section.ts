import { describePart } from '../../config/index.ts';
import { counted, formatShape } from '../../core/index.ts';
import type { Run } from '../run/run.ts';
import type { RunEvaluation } from '../run/run-options.ts';
import type { History } from './history.ts';
import { markup } from './html.ts';
import type { Markup } from './html.ts';
import { plainText, shownNumber } from './numbers.ts';
import { posteriorCan } from './reported.ts';
import type { Reported } from './reported.ts';

/** What an evaluation came to, each number by its path. */
export function evaluated(evaluation: RunEvaluation): Markup {
  const entries: [string, unknown][] = Object.entries(evaluation).filter(([name]) => name !== 'klPerDimension' && name !== 'samples'); // prettier-ignore
  const flat = entries.flatMap(([name, value]) => flattened(value, name));
  return markup`<h2>Evaluation</h2><div class="wide"><table class="facts"><tbody>${flat.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${typeof value === 'number' ? shownNumber(value) : value}</td></tr>`)}</tbody></table></div>`; // prettier-ignore
}

/** What was trained on what. @param run the model, of which the record and the configuration alone do not say all */
export function facts({ config, parts }: Reported, history: History, run?: Run): Markup {
  const { data, model, training, objective } = config;
  const isCoded = posteriorCan({ config, parts }, 'codes');
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Data', `${data.source}: ${counted(data.count, 'training example')} of shape ${formatShape(data.shape)}, binarize ${data.binarize}`],
    ['Given', run?.conditions?.describe()],
    ['Posterior', describePart(parts, 'posterior', model.posterior)],
    ['Prior', isCoded ? undefined : describePart(parts, 'prior', model.prior)],
    ['Likelihood', describePart(parts, 'likelihood', model.likelihood)],
    ['Network', describePart(parts, 'network', model.network)],
    ['Objective', describePart(parts, 'objective', objective)],
    ['Preset', config.preset],
    ['Started from', config.from && `the weights of ${config.from.run}, trained on ${config.from.source}`],
    ['Optimiser', `${training.optimizer.name} at ${training.optimizer.learningRate}, batches of ${training.batchSize}, seed ${training.seed}`],
    ['ELBO and NLL are of', run?.hasDensity ? run.measure : undefined],
    ['Epochs', `${history.epochs || training.epochs}${history.reason === undefined ? '' : `, ${history.reason}`}`],
  ]; // prettier-ignore
  return markup`<h2>What it is</h2><div class="wide"><table class="facts"><tbody>${lines.map(([name, value]) => (value === undefined ? undefined : markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`))}</tbody></table></div>`; // prettier-ignore
}

/** Every entry of config.json but a table's columns, which are listed by name. */
export function configuration({ config, path }: Reported): Markup {
  const { data, ...rest } = config;
  const { table, ...ofData } = data;
  const entries = flattened({ ...rest, data: { ...ofData, ...(table && { columns: table.columns.map(({ name }) => name).join(', ') }) } }, ''); // prettier-ignore
  return markup`<h2>Configuration</h2><p class="quiet">The same again: <code>rootsigma train ${data.source} --config ${path ?? 'RUN'}/config.json</code></p>
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
