import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunSummary } from '../../studio/contract.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { choice, option, outputOptions } from '../flags.ts';
import { formatDuration, formatTable } from '../format.ts';
import type { Output, OutputOptions } from '../output.ts';
import { sparkline } from '../sparkline.ts';
import type { StyledLine } from '../terminal-style.ts';

interface RunsFlags extends OutputOptions {
  readonly sort?: SortKey;
  readonly filter?: string;
  readonly state?: string;
  readonly watch?: boolean;
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
    option(
      '--watch',
      'go on looking, and draw the list again as runs change, until Ctrl-C; with --json a line for each run that changed',
    ),
    ...outputOptions,
  ],
  examples: ['rootsigma runs', 'rootsigma runs experiments --sort elbo --filter digits', 'rootsigma runs --state training --json', 'rootsigma runs --watch'], // prettier-ignore
  stopsItself: true,
  run: listRuns,
};

async function listRuns(
  { output, stdout, signal }: CommandContext,
  [folder = 'runs']: [folder: string | undefined],
  { sort = 'name', filter, state, watch = false }: RunsFlags,
): Promise<undefined> {
  if (watch && !output.json && !output.canRedraw) {
    throw new UsageError(
      'runs: --watch draws on a terminal, and the output is none. With --json it writes a line for each run that changed.',
    );
  }
  const [{ KnownRuns }, { RunFolders }] = await Promise.all([
    import('../../studio/runs/known-runs.ts'),
    import('../../studio/runs/run-folders.ts'),
  ]);
  const { root, only } = placeOf(folder);
  const runs = new KnownRuns(new RunFolders(root));
  const look = async (): Promise<RunSummary[]> => {
    const found: RunSummary[] = [];
    for (const place of runs.folders.all()) {
      signal.throwIfAborted();
      if (only !== undefined && place.name !== only) continue;
      const summary = await runs.summary(place);
      if ((state === undefined || summary.state === state) && isFound(summary, filter)) found.push(summary);
    }
    return found.sort((a, b) => orders[sort](a, b) || orders.name(a, b));
  };
  const pathOf = ({ name }: Pick<RunSummary, 'name'>): string => join(folder, only === undefined ? name : '.');
  const isChosen = filter !== undefined || state !== undefined;
  const linesOf = (found: readonly RunSummary[]): (string | StyledLine)[] =>
    found.length === 0
      ? [`${folder}: there is no run${isChosen ? ' that is asked for' : ''}.`]
      : listOf(found, output.style, stdout.columns ?? (watch ? 80 : undefined));
  if (watch) {
    if (!output.json) output.note(`Watching the runs of ${folder}. Ctrl-C ends it.`);
    await eachLook(look, signal, output.json ? changesTo(output, pathOf) : drawnBy(output, linesOf));
    return undefined;
  }
  const found = await look();
  if (output.json) for (const summary of found) output.record({ ...summary, path: pathOf(summary) });
  output.say(...linesOf(found));
  return undefined;
}

/** Milliseconds between looks, at least, and the share of the time that looking takes, at most. */
const lookMs = 500;
const lookShare = 0.1;

/** Looks again and again. @returns when the signal fires, which is how one ends it */
async function eachLook<T>(look: () => Promise<T>, signal: AbortSignal, take: (found: T) => void): Promise<void> {
  try {
    for (;;) {
      const started = performance.now();
      take(await look());
      const took = performance.now() - started;
      await wait(Math.max(lookMs, took / lookShare), undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Draws the list, where it is another than before. */
function drawnBy(
  output: Output,
  linesOf: (found: readonly RunSummary[]) => (string | StyledLine)[],
): (found: readonly RunSummary[]) => void {
  let last = '';
  return (found) => {
    const lines = linesOf(found);
    const text = JSON.stringify(lines);
    if (text !== last) output.redraw(lines);
    last = text;
  };
}

/** A record for each run that is new or another than before, and for each that is there no more. */
function changesTo(
  output: Output,
  pathOf: (run: Pick<RunSummary, 'name'>) => string,
): (found: readonly RunSummary[]) => void {
  let last = new Map<string, string>();
  return (found) => {
    const now = new Map(found.map((summary) => [summary.name, JSON.stringify(summary)]));
    for (const summary of found) {
      if (last.get(summary.name) !== now.get(summary.name)) output.record({ ...summary, path: pathOf(summary) });
    }
    for (const name of last.keys()) if (!now.has(name)) output.record({ name, path: pathOf({ name }), gone: true });
    last = now;
  };
}

/** The table, and below it what there is to look at. */
function listOf(found: readonly RunSummary[], style: Output['style'], width?: number): (string | StyledLine)[] {
  const [heading = '', ...lines] = tableOf(found, width);
  const rows = lines.map((line, at) => {
    const { state, alarms } = found[at] ?? {};
    const isBad = state === 'failed' || state === 'damaged';
    return isBad ? style.red(line) : alarms && alarms.length > 0 ? style.yellow(line) : line;
  });
  const told = found.flatMap(({ name, alarms }) => alarms.map(({ text, advice }) => `${name}: ${text} ${advice}`));
  return [style.bold(heading), ...rows, ...(told.length > 0 ? ['', ...told] : [])];
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
