import { basename } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { counted, metricInWords } from '../../core/index.ts';
import { whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { formatTable } from '../format.ts';
import { group, option, outputOptions } from '../flags.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Shard, SweepResult, SweepSettings } from '../../sweep/index.ts';
import { SweepStatus } from '../sweep-status.ts';

interface SweepFlags extends OutputOptions {
  readonly out?: string;
  readonly resume?: boolean;
  readonly shard?: Shard;
  readonly workers?: number;
  readonly threads?: number;
  readonly failures?: number;
  readonly retries?: number;
  readonly merge?: readonly string[];
  readonly picture?: string;
  readonly top?: number;
}

/** Rows of the table at the end, unless it is said. */
const usualRows = 20;

export const sweepCommand: CommandRow<[file: string | undefined], SweepFlags> = {
  name: 'sweep',
  summary: 'try out options of train: grid, random, TPE or successive halving, ranked by a metric',
  args: [
    [
      '[file]',
      'sweep.json: data, options of train that all trials have, the space of those that are tried out, strategy, objective (docs/sweeps.md); a resumed sweep has its own',
    ],
  ],
  options: [
    ...group(
      'Sweep',
      option(
        '--out <dir>',
        "the sweep's folder, with a run for each trial (default: sweeps/FILE, of a shard sweeps/FILE/shard-I-of-N)",
      ),
      option('--resume', 'go on with the sweep in --out, with the same trials; begins where there is none'),
      option(
        '--workers <n>',
        'trials at a time, each in a process (default: as many as the cores hold)',
        whole(1, 1024),
      ),
      option('--threads <n>', 'threads of each trial (default: 1)', whole(1)),
      option('--retries <n>', 'try a trial that failed again up to n times, from its last checkpoint (default: 0)', whole(0, 1000)), // prettier-ignore
      option('--failures <n>', 'end when more trials have failed (default: a quarter of them, at least 3)', whole(0)),
      option(
        '--shard <i/n>',
        'do every n-th trial alone, from the i-th on (grid and random): one of n jobs of an array, i from 1',
        shard,
      ),
    ),
    ...group(
      'Results',
      option(
        '--merge <dirs...>',
        'train nothing: rank the trials of these folders together, of shards or of a sweep that runs',
      ),
      option('--picture <file>', 'write the parallel coordinates to this PNG too'),
      option('--top <n>', `rows of the table at the end (default: ${usualRows})`, whole(1)),
    ),
    ...outputOptions,
  ],
  examples: [
    'rootsigma sweep sweep.json',
    'rootsigma sweep sweep.json --workers 4 --out sweeps/a',
    'rootsigma sweep --resume --out sweeps/a',
    'rootsigma sweep sweep.json --shard 3/8',
    'rootsigma sweep --merge sweeps/sweep',
  ],
  stopsItself: true,
  run: runSweep,
};

/** Parses `3/8`. */
function shard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? [];
  const found = { index: Number(index), count: Number(count) };
  if (found.index >= 1 && found.index <= found.count) return found;
  throw new InvalidArgumentError('Expected i/n with i from 1 to n, such as 3/8.');
}

async function runSweep(
  context: CommandContext,
  [file]: [file: string | undefined],
  flags: SweepFlags,
): Promise<ExitCode | undefined> {
  const { output, signal, library } = context;
  const { merge, picture, resume = false } = flags;
  if (picture !== undefined) await library.checkWritable(picture);
  if (merge !== undefined) return mergeSweeps(context, file, { ...flags, merge });
  const out = flags.out ?? (file === undefined ? undefined : folderFor(file, flags.shard));
  if (out === undefined) throw new UsageError('name a sweep.json, or with --resume the folder of a sweep (--out).');
  const { sweep } = await import('../../sweep/index.ts');
  const settings = await settingsFor(file, { out, resume });
  if (flags.out === undefined) await library.checkWritable(out, { isFolder: true });
  signal.addEventListener(
    'abort',
    () => {
      output.note('Stopping: trials save what they have. Ctrl-C now quits at once.');
    },
    { once: true },
  );
  const progress = new SweepStatus(output);
  const { workers, threads, failures, retries } = flags;
  const result = await sweep({
    ...settings,
    ...(workers !== undefined && { workers }),
    ...(threads !== undefined && { threads }),
    ...(failures !== undefined && { failures }),
    ...(retries !== undefined && { retries }),
    ...(flags.shard && { shard: flags.shard }),
    out,
    resume,
    signal,
    onNotice: output.notice,
    onEvent: (event) => {
      if (output.json && event.event !== 'epoch') output.record(event);
      progress.show(event);
    },
  });
  if (picture !== undefined) await copyPicture(context, out, picture);
  await report(output, result, { out, rows: flags.top ?? usualRows });
  if (result.reason === 'interrupted') output.note(`Go on with: ${context.program} sweep --resume --out ${out}`);
  if (result.reason === 'interrupted') return exitCodes.interrupted;
  return result.trials.length > 0 && !result.best ? exitCodes.failed : exitCodes.done;
}

/** sweeps/NAME, and of a shard a folder in it. */
function folderFor(file: string, of: Shard | undefined): string {
  const folder = `sweeps/${basename(file).replace(/\.json$/i, '')}`;
  return of ? `${folder}/shard-${of.index}-of-${of.count}` : folder;
}

/** Of the file, or of the sweep that the folder holds. */
async function settingsFor(
  file: string | undefined,
  { out, resume }: { readonly out: string; readonly resume: boolean },
): Promise<SweepSettings> {
  const { checkSweepSettings, sweepFile } = await import('../../sweep/index.ts');
  const { localFiles } = await import('#file-system');
  const { readFileJson } = await localFiles();
  if (file !== undefined) return checkSweepSettings(readFileJson(file), file);
  if (!resume) throw new UsageError('name a sweep.json, or go on with the sweep of --out: --resume.');
  const kept = `${out}/${sweepFile.settings}`;
  const value = readFileJson(kept) as { readonly settings?: unknown };
  return checkSweepSettings(value.settings, kept);
}

async function mergeSweeps(
  { output, library }: CommandContext,
  file: string | undefined,
  flags: SweepFlags & { readonly merge: readonly string[] },
): Promise<undefined> {
  if (file !== undefined) throw new UsageError(`--merge reads sweeps and begins none: leave ${file} out.`);
  const { loadSweep } = await import('../../sweep/index.ts');
  const { picture, ...result } = await loadSweep(flags.merge);
  if (flags.picture !== undefined) {
    if (!picture) throw new UsageError('--picture: no trial has ended well yet, so there is nothing to draw.');
    await library.writePicture(flags.picture, picture);
  }
  await report(output, result, { rows: flags.top ?? usualRows });
  if (result.open > 0) output.note(`${counted(result.open, 'trial')} or parts of trials have not ended.`);
  return undefined;
}

async function copyPicture({ library }: CommandContext, out: string, to: string): Promise<void> {
  const { loadSweep } = await import('../../sweep/index.ts');
  const { picture } = await loadSweep(out);
  if (!picture) throw new UsageError('--picture: no trial has ended well, so there is nothing to draw.');
  await library.writePicture(to, picture);
}

/** The ranked table; as JSON, one object. */
async function report(
  output: Output,
  result: SweepResult,
  { out, rows }: { readonly out?: string; readonly rows: number },
): Promise<void> {
  const { failureLines, rankingRows } = await import('../../sweep/index.ts');
  const { trials, best, direction } = result;
  if (output.json) output.record({ event: 'done', ...result, ...(out !== undefined && { path: out }) });
  const failed = trials.filter(({ status }) => status === 'failed').length;
  const words = direction === undefined ? '' : direction === 'max' ? '; more is better' : '; less is better';
  output.say(
    output.style.bold(
      `${counted(trials.length, 'trial')} by ${metricInWords(result.metric)}${words}${failed > 0 ? `; ${failed} failed` : ''}`,
    ),
    '',
    ...formatTable(rankingRows(result).slice(0, rows + 1), { right: [0, 1, 2] }),
  );
  if (trials.length > rows) output.say(`… and ${trials.length - rows} more (--top ${trials.length}).`);
  const failures = failureLines(result);
  if (failures.length > 0) output.say('', ...failures.slice(0, rows));
  if (best?.run !== undefined) output.say('', `The best: ${best.run}`);
  if (out !== undefined) output.say(`Table, picture and log: ${out}`);
}
