import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import type { Option } from 'commander';
import { names, number, setting, whole } from '../flag-values.ts';
import { byFirst } from '../../mpi/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { CommandContext, CommandRow, Library } from '../command-row.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { formatBytes, formatCount } from '../format.ts';
import type { DoneEvent, LoadProgress, Run, TrainOptions, TrainingEvent } from '../library/index.ts';
import { RepeatedOption, choice, engineOptions, group, option, outputOptions } from '../flags.ts';
import type { Output } from '../output.ts';
import { partFlags } from '../part-flags.ts';
import { claimRunFolder } from '../run-name.ts';
import { Throttle } from '../throttle.ts';
import { resolveOptions } from '../train-flags.ts';
import type { TrainFlags } from '../train-flags.ts';
import { TrainProgress } from '../train-progress.ts';
import { saySummary } from '../train-summary.ts';

/** What sources take, the most wanted first; each refuses what is not for it. */
const dataOptionHelp = [
  'repeatable. Tables: schema (what columns are, JSON or its file: schema=\'{"zip":"categorical","x":{"kind":"numeric",',
  '"decimal":",","missing":["-999"]}}\'), header, delimiter, decimal, thousands, missing, comment, skip, encoding, ragged,',
  'strict: found out where they are not said. Images: size, channels, fit, background, megapixels (the largest), unreadable. Arrays: array, range, scale.',
  'All: testFraction',
].join(' ');

export const trainCommand: CommandRow<[data: string | undefined], TrainFlags> = {
  name: 'train',
  summary: 'train a VAE and write the run to a folder',
  args: [
    [
      '[data]',
      "a built-in name (`rootsigma datasets`; fashion-mnist is taken from Debian's package where it is installed, else downloaded) or a folder or file of data; a resumed run has its own",
    ],
  ],
  options: async () => [
    ...dataOptions(),
    ...(await modelOptions()),
    ...trainingOptions(),
    ...runOptions(),
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma train digits --epochs 5',
    'rootsigma train path/to/mnist --latent 20 --binarize threshold --validation 0 --seed 1',
    'rootsigma train sprites --preset beta-tc-vae',
    'rootsigma train digits --posterior full --root symmetric --out runs/full',
    'rootsigma train digits --config runs/full/config.json --set training.optimizer.beta1=0.8',
    'rootsigma train digits --condition label --prior conditional-normal',
    'rootsigma train new.csv --from runs/old --learning-rate 1e-4',
    'rootsigma train --resume --out runs/full --epochs 40',
    'mpirun -np 4 rootsigma train digits --out runs/digits      (ranks of Open MPI part every batch: docs/distributed.md)',
  ],
  stopsItself: true,
  parted: true,
  run: train,
};

function dataOptions(): readonly Option[] {
  return group(
    'Data',
    choice('--binarize <how>', 'how grey becomes 0 and 1 (default: dynamic under a Bernoulli likelihood, else none)', [
      'dynamic',
      'threshold',
      'none',
    ]),
    option(
      '--validation <share>',
      'share of the training examples held out to choose the best epoch (default: 0.1)',
      number,
    ),
    option(
      '--condition <names>',
      'what the model is given of each example and does not model, p(x|c): label, or columns of a table: colour,size (default: nothing)',
      names,
    ),
    option(
      '--labelled <n>',
      'with --objective m2: so many examples keep their label, of each class by its share (default: all)',
      whole(1),
    ),
    option('--count <n>', 'training examples to draw, for data drawn by code', whole(1)),
    option('--test-count <n>', 'test examples to draw', whole(1)),
    option('--data-seed <n>', 'seed of data drawn by code, and of a test split held out (default: 0)', whole(0)),
    new RepeatedOption('--data-option <name=value>', dataOptionHelp, setting),
  );
}

/** What a model is: its parts and their options. */
async function modelOptions(): Promise<readonly Option[]> {
  return group(
    'Model',
    await presetFlag(),
    ...(await partFlags()),
    option('--latent <n>', 'dimensions of z (default: 16)', whole(1)),
  );
}

async function presetFlag(): Promise<Option> {
  const { presetRule } = await import('../../config/index.ts');
  const help = 'options to start from (`rootsigma presets` lists them); what else is given goes over them';
  return choice('--preset <name>', help, presetRule.choices ?? []);
}

function trainingOptions(): readonly Option[] {
  return group(
    'Training',
    option('--epochs <n>', '(default: 20, with few examples more)', whole(1)),
    option('--batch-size <n>', '(default: 128, at most a quarter of the examples)', whole(1)),
    choice('--optimizer <name>', '(default: adam)', ['adam', 'adamw', 'sgd']),
    option('--learning-rate <rate>', '(default: 0.001)', number),
    option('--weight-decay <rate>', 'for adamw (default: 0.01)', number),
    option('--momentum <share>', 'for sgd (default: 0)', number),
    choice('--schedule <name>', 'how the learning rate falls (default: constant)', [
      'constant',
      'linear',
      'cosine',
      'exponential',
    ]),
    option('--warmup-steps <n>', 'steps over which the learning rate rises from 0 (default: 0)', whole(0)),
    option('--clip-norm <norm>', "cut the gradient's norm to this (default: no clipping)", number),
    option(
      '--trim <share>',
      'each epoch leaves out this share of the examples, those explained worst (default: 0)',
      number,
    ),
    option(
      '--validation-trim <share>',
      'choosing the best epoch leaves out this share of the held-out examples, those explained worst (default: 0, tables 0.2)',
      number,
    ),
    choice(
      '--on-nan <policy>',
      'where a loss or gradient is NaN or infinite: stop, skip the step, or rollback to the last good state, with other noise and half the learning rate (default: stop)',
      ['stop', 'skip', 'rollback'],
    ),
    option('--patience <epochs>', 'stop after so many epochs without a better validation ELBO', whole(1)),
    option('--seed <n>', 'same seed, machine and threads: the same numbers to the bit (default: 0)', whole(0)),
  );
}

function runOptions(): readonly Option[] {
  return group(
    'Run',
    option(
      '-o, --out <dir>',
      "the run's folder (default: runs/DATA-POSTERIOR or runs/DATA-PRESET, numbered when taken)",
    ),
    option('--overwrite', 'replace the run that the folder holds'),
    option(
      '--from <run>',
      "start from this run's weights (fine-tuning), with its model and the form of its data; the optimiser starts afresh",
    ),
    option('--resume', 'continue the run in --out from its last checkpoint, to the bit as if it had not stopped'),
    option(
      '--checkpoint-every <seconds>',
      'between checkpoints, within epochs too; 0: after every step (default: 10, and at most a twentieth of the time)',
      number,
    ),
    option(
      '--pictures <epochs>',
      'of images: epochs between pictures of samples and reconstructions in pictures/; 0: none (default: the first, then some ten by their number: ever fewer)',
      whole(0),
    ),
    choice('--log <format>', 'another record of the training: tensorboard writes event files to tensorboard/', [
      'tensorboard',
    ]),
    option('--config <file>', "JSON of these options, or a run's config.json, to start from"),
    new RepeatedOption('--set <path=value>', 'any entry of config.json, over all else; repeatable', setting),
  );
}

async function train(
  { output, signal, program, stdout, library, ranks, isFirst }: CommandContext,
  [data]: [data: string | undefined],
  flags: TrainFlags,
): Promise<ExitCode | undefined> {
  const plan = (): Promise<Plan> => planned(library, data, flags);
  const { source, options, notices, out } = ranks ? await plannedByFirst(ranks, plan) : await plan();
  for (const line of notices) output.notice(line);
  output.status(`Reading ${source} …`);
  const onAbort = (): void => {
    const why = stdout.failure ? 'Standard output cannot be written any more: stopping' : 'Stopping';
    output.note(`${why} after this step, then saving. Ctrl-C now quits at once.`);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { run, done } = await follow({ output, library }, source, { ...options, out, signal, ranks });
    if (output.json) output.record({ ...done, path: out });
    const isPictured = library.isImageShape(run.exampleShape);
    saySummary(output, { run, out, done, program, isPictured });
    await run.dispose();
    return done.reason === 'interrupted' ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    if (flags.out === undefined && isFirst) removeIfEmpty(out);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** What is trained, and where it is kept. */
type Plan = Awaited<ReturnType<typeof resolveOptions>> & { readonly out: string };

async function planned(library: Library, data: string | undefined, flags: TrainFlags): Promise<Plan> {
  const resolved = await resolveOptions(library, data, flags);
  const { source, options } = resolved;
  if (flags.out !== undefined) return { ...resolved, out: flags.out };
  await library.checkWritable('runs', { isFolder: true });
  const base = flags.from === undefined ? options.config : await library.readRunConfig(flags.from);
  const kind = options.preset ?? nameOf(options.posterior) ?? base?.model.posterior.name ?? 'diagonal';
  return { ...resolved, out: claimRunFolder(source, kind) };
}

/** Rank 0's plan for all: it claims the folder, and the others need not have it. */
async function plannedByFirst(ranks: Communicator, plan: () => Promise<Plan>): Promise<Plan> {
  const bytes = await byFirst(ranks, async () => new TextEncoder().encode(JSON.stringify(await plan())));
  return JSON.parse(new TextDecoder().decode(bytes)) as Plan;
}

function nameOf(part: string | { readonly name: string } | undefined): string | undefined {
  return typeof part === 'object' ? part.name : part;
}

interface Outcome {
  readonly run: Run;
  readonly done: DoneEvent;
}

/** Trains and says how it goes. The `done` event is left to the caller: files are written after it. */
async function follow(
  { output, library }: Pick<CommandContext, 'output' | 'library'>,
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
  const run = await library.train(source, { ...options, onEvent, onNotice, onLoad: loadStatus(output) });
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

/** A folder that was claimed for a run that never began. */
function removeIfEmpty(path: string): void {
  if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
}
