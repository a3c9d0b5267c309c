import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  checkWritable,
  optionNames,
  readOptions,
  readRunConfig,
  train as startTraining,
  trainingDataOf,
} from '../library/index.ts';
import type {
  DatasetOptions,
  DoneEvent,
  LoadProgress,
  ModelOptions,
  Run,
  RunConfig,
  TrainOptions,
  TrainingEvent,
} from '../library/index.ts';
import { UsageError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { formatBytes, formatCount } from '../format.ts';
import type { EngineFlags } from '../open-run.ts';
import type { Output, OutputOptions } from '../output.ts';
import { claimRunFolder } from '../run-name.ts';
import type { ActionContext } from '../session.ts';
import { Throttle } from '../throttle.ts';
import { TrainProgress } from '../train-progress.ts';
import { saySummary } from '../train-summary.ts';

export interface TrainFlags extends Omit<ModelOptions, 'config' | 'threads'>, EngineFlags, OutputOptions {
  readonly count?: number;
  readonly testCount?: number;
  readonly dataSeed?: number;
  readonly dataOption?: Readonly<Record<string, unknown>>;
  readonly config?: string;
  readonly out?: string;
  readonly from?: string;
  readonly overwrite?: boolean;
  readonly resume?: boolean;
  readonly checkpointEvery?: number;
  readonly debug?: boolean;
}

export async function train(
  { output, signal, program, stdout }: ActionContext,
  data: string | undefined,
  flags: TrainFlags,
): Promise<ExitCode | undefined> {
  const { source, options } = await resolveOptions(data, flags);
  if (flags.out === undefined) await checkWritable('runs', { isFolder: true });
  const base = flags.from === undefined ? options.config : await readRunConfig(flags.from);
  const out = flags.out ?? claimRunFolder(source, options.posterior ?? base?.model.posterior ?? 'diagonal');
  output.status(`Reading ${source} …`);
  const onAbort = (): void => {
    const why = stdout.failure ? 'Standard output cannot be written any more: stopping' : 'Stopping';
    output.note(`${why} after this step, then saving. Ctrl-C now quits at once.`);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { run, done } = await follow(output, source, { ...options, out, signal });
    if (output.json) output.record({ ...done, path: out });
    saySummary(output, { run, out, done, program });
    await run.dispose();
    return done.reason === 'interrupted' ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    if (flags.out === undefined) removeIfEmpty(out);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface Outcome {
  readonly run: Run;
  readonly done: DoneEvent;
}

/** Trains and says how it goes. The `done` event is left to the caller: files are written after it. */
async function follow(
  output: Output,
  source: string,
  options: TrainOptions & { readonly out: string },
): Promise<Outcome> {
  const progress = new TrainProgress(output);
  let done: DoneEvent | undefined;
  let begun = false;
  const onEvent = (event: TrainingEvent): void => {
    if (!begun) output.note(`${options.resume ? 'Resuming' : 'Training'} ${options.out} on ${source}`);
    begun = true;
    if (event.event === 'done') {
      done = event;
      return;
    }
    if (output.json) output.record(event);
    if (event.event === 'step') progress.step(event);
    // What became of a step that is not finite, notices say.
    if (event.event === 'epoch') progress.epoch(event);
  };
  const { notice: onNotice } = output;
  const run = await startTraining(source, { ...options, onEvent, onNotice, onLoad: loadStatus(output) });
  if (!done) throw new Error('train: the loop ended without its last event.');
  return { run, done };
}

/** Downloads and folders of many files, on the status line. */
function loadStatus(output: Output): (progress: LoadProgress) => void {
  const throttle = new Throttle();
  return ({ what, unit, done, total }) => {
    if (!throttle.isDue()) return;
    const amount = (count: number): string => (unit === 'bytes' ? formatBytes(count) : `${formatCount(count)} ${unit}`);
    output.status(`Reading ${what}: ${amount(done)}${total === undefined ? '' : ` of ${amount(total)}`}`);
  };
}

interface Resolved {
  readonly source: string;
  readonly options: TrainOptions;
}

/** The flags over the options of --config or the configuration of the run to resume. */
async function resolveOptions(data: string | undefined, flags: TrainFlags): Promise<Resolved> {
  const { count, testCount, dataSeed, dataOption, config: file, out } = flags;
  const { overwrite, from, resume, engine, checkpointEvery } = flags;
  const named = Object.entries(flags).filter(([name]) => name !== 'config' && optionNames.includes(name));
  const model = Object.fromEntries(named) as ModelOptions;
  if (resume && out === undefined) throw new UsageError('--resume needs --out, the folder of the run to continue.');
  if (resume && overwrite) throw new UsageError('--resume continues a run and --overwrite deletes it: choose one.');
  if (resume && file !== undefined)
    throw new UsageError("--resume goes by the run's own config.json; leave --config out.");
  if (resume && from !== undefined) throw new UsageError('--resume goes on from its own checkpoint; leave --from out.');
  const base: ModelOptions =
    resume && out !== undefined
      ? { config: await readRunConfig(out) }
      : file !== undefined
        ? await readOptions(file)
        : {};
  const source = data ?? (base.config && (await sourceOf(base.config, { resume: resume ? out : undefined, file })));
  if (source === undefined) {
    throw new UsageError('name the data to train on: a built-in name such as `digits`, a folder or a file.');
  }
  // What the options may be, their source knows and checks.
  const dataOptions: DatasetOptions = {
    ...dataOption,
    ...(count !== undefined && { count }),
    ...(testCount !== undefined && { testCount }),
    ...(dataSeed !== undefined && { seed: dataSeed }),
  };
  const options = {
    ...base,
    ...model,
    ...((base.set ?? model.set) && { set: { ...base.set, ...model.set } }),
    dataOptions,
    ...(engine !== undefined && { engine }),
    ...(overwrite !== undefined && { overwrite }),
    ...(from !== undefined && { from }),
    ...(resume !== undefined && { resume }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
  };
  return { source, options };
}

/** The data that a configuration names, where nobody else has: it may come from anywhere. */
async function sourceOf(
  config: RunConfig,
  from: { readonly resume: string | undefined; readonly file: string | undefined },
): Promise<string> {
  const { source } = config.data;
  const place = await trainingDataOf(config, from.resume ?? (from.file && dirname(from.file)));
  // A resumed run finds its data as this did; of another's configuration a relative path counts from here.
  if (from.resume === undefined && resolve(place) !== resolve(source)) {
    throw new UsageError(`${from.file ?? 'config'}: its data are ${place}. Name them: train ${place} --config …`);
  }
  return source;
}

/** A folder that was claimed for a run that never began. */
function removeIfEmpty(path: string): void {
  if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
}
