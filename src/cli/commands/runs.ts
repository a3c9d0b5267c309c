import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RunSummary } from '../../studio/contract.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { choice, option, outputOptions } from '../flags.ts';
import { formatDuration, formatTable } from '../format.ts';
import type { OutputOptions } from '../output.ts';
import { sparkline } from '../sparkline.ts';

interface RunsFlags extends OutputOptions {
  readonly sort?: SortKey;
  readonly filter?: string;
  readonly state?: string;
}

/** By what runs are ordered: the best, the latest or the longest first. */
const orders = {
  name: (a, b) => (a.name < b.name ? -1 : 1),
  state: (a, b) => (a.state < b.state ? -1 : 1),
  elbo: (a, b) => (b.elbo ?? -Infinity) - (a.elbo ?? -Infinity),
  changed: (a, b) => b.changed - a.changed,
  time: (a, b) => b.seconds - a.seconds,
} as const satisfies Readonly<Record<string, (a: RunSummary, b: RunSummary) => number>>;
type SortKey = keyof typeof orders;

const states = ['training', 'finished', 'stopped-early', 'interrupted', 'failed', 'damaged'];

export const runsCommand: CommandRow<[folder: string | undefined], RunsFlags> = {
  name: 'runs',
  summary: 'the runs below a folder: how each stands, what it came to, and its curve',
  args: [['[folder]', "where they are, also in folders of it; or one run (default: 'runs')"]],
  options: [
    choice('--sort <key>', 'name (default), state, elbo (best first), changed (latest first) or time (longest first)', [
      ...Object.keys(orders),
    ]),
    option('--filter <text>', 'those alone whose name, data, preset or parts have it in them'),
    choice('--state <state>', 'those alone that are so', states),
    ...outputOptions,
  ],
  examples: ['rootsigma runs', 'rootsigma runs experiments --sort elbo --filter digits', 'rootsigma runs --state training --json'], // prettier-ignore
  run: listRuns,
};

async function listRuns(
  { output, stdout }: CommandContext,
  [folder = 'runs']: [folder: string | undefined],
  { sort = 'name', filter, state }: RunsFlags,
): Promise<undefined> {
  const [{ KnownRuns }, { RunFolders }] = await Promise.all([
    import('../../studio/runs/known-runs.ts'),
    import('../../studio/runs/run-folders.ts'),
  ]);
  const { root, only } = placeOf(folder);
  const runs = new KnownRuns(new RunFolders(root));
  const found: RunSummary[] = [];
  for (const place of runs.folders.all()) {
    if (only !== undefined && place.name !== only) continue;
    const summary = await runs.summary(place);
    if ((state === undefined || summary.state === state) && isFound(summary, filter)) found.push(summary);
  }
  found.sort((a, b) => orders[sort](a, b) || orders.name(a, b));
  if (output.json) for (const summary of found) output.record({ ...summary, path: join(folder, only === undefined ? summary.name : '.') }); // prettier-ignore
  if (found.length === 0) {
    const which = filter === undefined && state === undefined ? '' : ' that is asked for';
    output.say(`${folder}: there is no run${which}.`);
    return undefined;
  }
  const [heading = '', ...lines] = tableOf(found, stdout.columns);
  output.say(output.style.bold(heading));
  for (const [at, line] of lines.entries()) {
    const { state: own, alarms } = found[at] ?? {};
    const isBad = own === 'failed' || own === 'damaged';
    output.say(isBad ? output.style.red(line) : alarms && alarms.length > 0 ? output.style.yellow(line) : line);
  }
  const alarmed = found.filter(({ alarms }) => alarms.length > 0);
  if (alarmed.length > 0) output.say('');
  for (const { name, alarms } of alarmed) {
    for (const { text, advice } of alarms) output.say(`${name}: ${text} ${advice}`);
  }
  return undefined;
}

/** @throws UsageError where there is no folder */
function placeOf(folder: string): { readonly root: string; readonly only?: string } {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError(`${folder}: there is no such folder. Name the one in which your runs are.`);
  }
  // No link is followed below it.
  const root = realpathSync(folder);
  return existsSync(join(root, 'config.json')) ? { root: dirname(root), only: basename(root) } : { root };
}

function isFound(run: RunSummary, filter: string | undefined): boolean {
  const texts = [run.name, run.data.source, run.preset, run.posterior, run.prior, run.likelihood, run.network, run.objective]; // prettier-ignore
  return filter === undefined || texts.some((text) => text?.toLowerCase().includes(filter.toLowerCase()));
}

const longestText = 32;
const trendWidth = 20;

function tableOf(runs: readonly RunSummary[], width = Infinity): string[] {
  const columns: readonly (readonly [heading: string, isRight: boolean, of: (run: RunSummary) => string])[] = [
    ['run', false, ({ name }) => cut(name)],
    ['state', false, ({ state, owner }) => (state === 'training' && owner ? `training (${owner.here ? '' : `${cut(owner.host)} `}${owner.pid})` : state)], // prettier-ignore
    ['model', false, ({ preset, posterior, objective }) => preset ?? (objective === 'elbo' ? posterior : `${posterior}, ${objective}`)], // prettier-ignore
    ['data', false, ({ data }) => cut(basename(data.source) || data.source)],
    ['epoch', true, ({ epoch, epochs }) => `${epoch}/${epochs}`],
    ['ELBO', true, elboText],
    ...(runs.some(({ nll }) => nll) ? [['NLL', true, ({ nll }: RunSummary) => nll?.value.toFixed(2) ?? ''] as const] : []), // prettier-ignore
    ['time', true, ({ seconds }) => formatDuration(seconds)],
    ['trend', false, ({ trend }) => sparkline(trend, trendWidth)],
  ];
  // What a narrow terminal has no room for is left out from the right, but for the first columns.
  for (let count = columns.length; ; count--) {
    const shown = columns.slice(0, count);
    const rows = [shown.map(([heading]) => heading), ...runs.map((run) => shown.map(([, , of]) => of(run)))];
    const lines = formatTable(rows, { right: shown.flatMap(([, isRight], at) => (isRight ? [at] : [])) });
    if (count <= 3 || lines.every((line) => line.length <= width)) return lines;
  }
}

/** Of the last epoch; what was not finite is NaN in the record. */
function elboText({ elbo, epoch, trend, reconstruction }: RunSummary): string {
  if (elbo !== undefined) return elbo.toFixed(2);
  return epoch > 0 && reconstruction === undefined && trend.at(-1) === null ? 'NaN' : '';
}

/** A text with its end, by which runs are told apart. */
function cut(text: string): string {
  return text.length <= longestText ? text : `…${text.slice(1 - longestText)}`;
}
