import { localFiles } from '#file-system';
import { NdArray, RootsigmaError, ValueError, counted } from '../../core/index.ts';
import { Standardization, grayFraction, readByRanks } from '../../data/index.ts';
import type { Binarize, DatasetOptions, DatasetSplits, ResolveContext } from '../../data/index.ts';
import { createEngine, defaultThreads } from '../../engine/index.ts';
import { has } from '../../models/index.ts';
import type { Vae } from '../../models/index.ts';
import { partTable, upgradedEntries } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import { agreed } from '../../mpi/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { Trainer, withFittedPrior } from '../../training/index.ts';
import type { DoneEvent, NamedParameters, TrainerOptions } from '../../training/index.ts';
import { checkPartsTogether } from './check-parts.ts';
import { labelledIn, partition } from './partition.ts';
import type { Parts } from './partition.ts';
import { configFor } from './config-for.ts';
import { wantedConditions } from '../data/condition-config.ts';
import { Conditions } from '../data/conditions.ts';
import {
  dataOptionsOf,
  evaluationExamples,
  filesInParts,
  locateData,
  noteOwnData,
  resolveData,
  trainingExamples,
} from '../data/data.ts';
import type { DataInput } from '../data/data.ts';
import { checkSupport, likelihoodRowOf } from '../model/likelihood.ts';
import { isOfUnitInterval, outsideUnitIn } from '../model/outside-unit.ts';
import { modelFor } from '../model/model.ts';
import { objectiveFor } from '../model/objective.ts';
import { inheritedStandardization, originNotice, originOf, refuseSamePlace, startedConfig } from './origin.ts';
import type { Origin } from './origin.ts';
import { storeAt } from '../keeping/place.ts';
import { checkAlike, openForAll } from './ranks.ts';
import type { Keeping } from './ranks.ts';
import { resumedConfig, resumedNotices } from './resuming.ts';
import type { Resumed } from './resuming.ts';
import { Run } from '../run/run.ts';
import type { RunParts } from '../run/run-options.ts';
import { RunRecorder } from './run-recorder.ts';
import { unitNotices } from '../data/standardization.ts';
import { checkModelSize, trainingError } from '../model/size.ts';
import type { TrainOptions } from './train-options.ts';
import { checkTrainable, patienceNotices, resumedScheduleNotices, scheduleNotices } from './trainable.ts';

/** As `train` passes them on. */
type HereOptions = TrainOptions & {
  readonly onNotice: (line: string) => void;
  /** Gets the run whose parameters change as it learns, before the first step: to look at while it trains, and no longer. */
  readonly onLive?: (live: Run) => void;
};

/** Trains on this thread, and keeps the run where the options say. */
export async function trainHere(data: DataInput, options: HereOptions): Promise<Run> {
  const { out, ranks } = options;
  const open = async (): Promise<RunRecorder | undefined> =>
    out === undefined
      ? undefined
      : RunRecorder.open(await storeAt(out), { ...options, parts: partTable(options.parts) });
  const keeping = ranks ? await openForAll(ranks, open) : keptBy(await open());
  try {
    return await trainTo(keeping, data, options);
  } catch (error) {
    throw trainingError(error);
  } finally {
    await keeping.recorder?.close();
  }
}

function keptBy(recorder: RunRecorder | undefined): Keeping {
  return { recorder, resumed: recorder?.resumed, path: recorder?.store.path };
}

async function trainTo(keeping: Keeping, data: DataInput, options: HereOptions): Promise<Run> {
  const { ranks } = options;
  const { recorder } = keeping;
  const each = <T>(work: () => Promise<T>): Promise<T> => (ranks ? agreed(ranks, work) : work());
  const plan = await each(() => planned(keeping, data, options));
  const files = ranks && (await filesInParts(ranks, plan.source, contextOf(options)));
  const splits = await each(() => splitsOf({ ...plan, files }, keeping, options));
  const { trainer, training, together, run: parts } = await each(() => prepared(keeping, plan, splits, options));
  // Of parameters that change under it, for pictures on the way.
  const live =
    (recorder ?? options.onLive) && new Run({ ...parts, parameters: trainer.parameters, onNotice: 'silent' });
  try {
    const { config } = parts;
    if (ranks) await checkAlike(ranks, config, training);
    await recorder?.begin(config, live);
    if (live) options.onLive?.(live);
    const done = await follow(trainer, { ...options, recorder });
    const parameters = await fittedResult(trainer, together, { ...parts, onNotice: options.onNotice });
    const run = new Run({ ...parts, parameters, store: recorder?.store });
    if (!ranks || ranks.rank === 0) await run.prepareScores();
    await recorder?.finish(run, done);
    return run;
  } finally {
    await live?.dispose();
    await trainer.dispose();
  }
}

/** What training came to, and a prior that is fitted to its codes. */
async function fittedResult(
  trainer: Trainer,
  examples: Examples,
  { engine, model, config, onNotice }: Prepared['run'] & Pick<HereOptions, 'onNotice'>,
): Promise<NamedParameters> {
  const parameters = trainer.result();
  if (!model.fitPrior) return parameters;
  onNotice(
    `the prior '${config.model.prior.name}' is fitted to the codes of ${counted(examples.size, 'training example')}.`,
  );
  const fitted = await withFittedPrior({ engine, model, parameters, examples, seed: config.training.seed });
  if (fitted.note !== undefined) onNotice(`prior '${config.model.prior.name}': ${fitted.note}.`);
  return fitted.parameters;
}

/** What is ready to train, and what a run is made of besides its parameters. */
interface Prepared {
  readonly trainer: Trainer;
  readonly training: Examples;
  /** As all ranks read them at once. */
  readonly together: Examples;
  readonly run: Omit<RunParts, 'parameters' | 'store'>;
}

/** What is decided before data are read. */
interface Plan {
  /** As the caller has given them. */
  readonly data: DataInput;
  /** Where they are. */
  readonly source: DataInput;
  readonly origin: Origin | undefined;
  /** Whose form the examples get, where that is another run's. */
  readonly like: RunConfig['data'] | undefined;
  /** What ranks have read together. */
  readonly files?: ResolveContext['files'];
}

async function planned(keeping: Keeping, data: DataInput, options: HereOptions): Promise<Plan> {
  const resumed = keeping.resumed?.config;
  const origin = await startOf(options, keeping);
  const like = origin?.config.data ?? (resumed?.from && resumed.data);
  // Which parts go together, data do not decide.
  if (!like && !resumed) checkPartsTogether(options);
  // What goes on elsewhere than it began has its data where it began.
  const source = data === resumed?.data.source ? await locateData(data, keeping.path) : data;
  return { data, source, origin, like };
}

function contextOf({ signal, onLoad }: HereOptions): ResolveContext {
  return { ...(signal && { signal }), ...(onLoad && { onProgress: onLoad }) };
}

/** The examples. Ranks that keep no files of them in memory read them from disk together. */
function splitsOf({ data, source, like, files }: Plan, keeping: Keeping, options: HereOptions): Promise<DatasetSplits> {
  const resumed = keeping.resumed?.config;
  return resolveData(
    source,
    { ...inheritedOptions(data, resumed ?? options.config), ...options.dataOptions },
    {
      ...contextOf(options),
      files,
      ranks: files?.size === 0 ? options.ranks : undefined,
      ...(like
        ? { like, trainsOn: true }
        : { condition: wantedConditions({ ...options, ...(resumed && { config: resumed }) }) }),
    },
  );
}

async function prepared(
  keeping: Keeping,
  { data, origin }: Plan,
  read: DatasetSplits,
  options: HereOptions,
): Promise<Prepared> {
  const { onNotice, ranks, signal } = options;
  const resumed = keeping.resumed?.config;
  const table = partTable(options.parts);
  // All that looks at examples here does so on every rank.
  const splits = { ...read, train: readByRanks(read.train, ranks) };
  for (const note of upgradedEntries(options.set ?? {}).notices) onNotice(note);
  const config = configOf(splits, options, { origin, resumed: keeping.resumed });
  if (keeping.resumed) {
    const { checkpoint } = keeping.resumed;
    const changed = checkpoint ? resumedScheduleNotices(keeping.resumed.config, config, table) : [];
    for (const note of [...resumedNotices(keeping.resumed, config), ...patienceNotices(config, splits), ...changed])
      onNotice(note);
  }
  if (!resumed) checkTrainable(config, splits, table);
  const parts = partition(read, config);
  const labelled = labelledIn(parts, config);
  const conditions = Conditions.fit(config.data, splits.train);
  const { scale } = config.data;
  const standardization =
    inheritedStandardization(config) ??
    (scale && (await Standardization.fit(readByRanks(parts.training, ranks), scale, { signal })));
  await checkSupport('train', splits.train, { config, parts: table, standardization });
  const outside = origin && isOfUnitInterval(config) ? await outsideUnitIn(splits.train) : undefined;
  if (outside !== undefined) onNotice(outside);
  if (origin && !resumed) onNotice(originNotice(origin, config, table));
  const scaleNotice = standardization && !config.from ? unitNotices(standardization, config, parts.training.size) : [];
  const notes = [
    ...(conditions ? [`the model is one of examples given ${conditions.describe()}.`] : []),
    ...splits.notes,
    ...likelihoodNotice(splits, config, { options, parts: table }),
    ...scaleNotice,
    ...scheduleNotices(config, splits, table),
  ];
  for (const note of notes) onNotice(note);
  if (typeof data === 'string' && (!ranks || ranks.rank === 0))
    for (const note of await noteOwnData(config)) onNotice(note);
  const model = modelFor(config, { networks: options.networks, parts: table, standardization });
  const objective = objectiveFor(config, { model, trainingSize: parts.training.size, parts: table, conditions });
  for (const note of [...objective.notices, ...trimNotices(model, config)]) onNotice(note);
  const spareMemory = checkModelSize(model, config, { objective });
  const threads = config.training.threads ?? (ranks && defaultThreads(ranks));
  if (ranks && config.training.threads === undefined) for (const note of boundNotice(ranks, threads)) onNotice(note);
  const engine = await createEngine({
    engine: options.engine ?? 'auto',
    ...(threads !== undefined && { threads }),
    onNotice,
  });
  const { trainer, training, together } = await createTrainer(parts, config, {
    engine,
    model,
    objective,
    spareMemory,
    keeping,
    ranks,
    standardization,
    conditions,
    labelled,
    onNotice,
    initial: origin?.parameters,
  });
  const run = { config, parts: table, model, engine, standardization, conditions, data: read, onNotice };
  return { trainer, training, together, run };
}

/** That ranks have fewer cores than there are for them, as mpirun binds each to one where there are two, and to a socket of more. */
function boundNotice({ unboundCores = 0 }: Communicator, threads = 1): string[] {
  const cores = Math.floor(unboundCores);
  if (cores <= threads || process.env.ROOTSIGMA_THREADS !== undefined) return [];
  return [
    `mpirun binds each rank to fewer cores than its share of this host, which is ${cores}: it works with ${counted(threads, 'thread')}. --bind-to none, or --map-by slot:PE=${cores}, gives it all of them.`,
  ];
}

/** What a training starts from, where that is another run. @throws ValueError where its folder would be overwritten */
async function startOf(options: TrainOptions, { recorder, resumed, path }: Keeping): Promise<Origin | undefined> {
  const { from, networks, parts } = options;
  if (resumed && !resumed.checkpoint && resumed.config.from) {
    // Nothing of it is kept yet: it begins anew, where it began.
    return originOf(resumed.config.from.run, { networks, parts });
  }
  if (resumed && from !== undefined) {
    throw new ValueError("train: a resumed run goes on from its own checkpoint; leave 'from' out.");
  }
  if (from === undefined) return undefined;
  const origin = await originOf(from, { networks, parts });
  if (options.dataOptions?.schema !== undefined) {
    throw new ValueError(`train: the columns are encoded as those of ${origin.name}; leave the schema out.`);
  }
  if (recorder) await refuseSamePlace(origin, recorder.store);
  // Of ranks, all but the first know the path alone.
  else if (origin.path !== undefined && path !== undefined) {
    const { isSamePlace } = await localFiles();
    if (isSamePlace(origin.path, path)) {
      throw new ValueError(`train: ${origin.path} is the run to start from; write the new one to another folder.`);
    }
  }
  return origin;
}

function configOf(
  splits: DatasetSplits,
  options: TrainOptions,
  { origin, resumed }: { readonly origin: Origin | undefined; readonly resumed: Resumed | undefined },
): RunConfig {
  if (resumed) return resumedConfig(resumed, splits, options);
  return origin ? startedConfig(origin, splits, options) : configFor(splits, options);
}

/** What is left out goes by the objective's criterion, which of a model without a density is no ELBO. */
function trimNotices({ parts: { posterior } }: Vae, { training }: RunConfig): string[] {
  if (has(posterior, 'logProbOfDraw') || !training.trim?.fraction) return [];
  return [
    `the posterior '${posterior.name}' has no density, so trim leaves out the examples that are reconstructed worst, and not those of the lowest ELBO.`,
  ];
}

/** How the data were made last time, when they are the same data. */
function inheritedOptions(data: DataInput, config: RunConfig | undefined): DatasetOptions {
  if (!config) return {};
  const options = dataOptionsOf(config.data);
  if (data === config.data.source) return { ...options };
  // Another array in memory has the same unit; its scale is found as for any.
  const hasUnit = config.data.kind === 'array' && data instanceof NdArray && options?.range !== undefined;
  return hasUnit ? { range: options.range } : {};
}

async function createTrainer(
  { training, validation }: Parts,
  config: RunConfig,
  parts: Pick<TrainerOptions, 'engine' | 'model' | 'objective' | 'spareMemory' | 'onNotice' | 'initial'> & {
    readonly keeping: Keeping;
    readonly ranks: Communicator | undefined;
    readonly standardization: Standardization | undefined;
    readonly conditions: Conditions | undefined;
    readonly labelled: Uint8Array | undefined;
  },
): Promise<Pick<Prepared, 'trainer' | 'training' | 'together'>> {
  const { keeping, standardization, conditions, labelled, ...rest } = parts;
  const { recorder, resumed } = keeping;
  const reading = { binarize: config.data.binarize, standardization, conditions, labelled };
  // Where labels are few, the held-out ones are none of them.
  const heldOut = { ...reading, labelled: labelled && validation && new Uint8Array(validation.size) };
  const examples = trainingExamples(training, reading);
  const together = trainingExamples(readByRanks(training, rest.ranks), reading);
  const trainer = await Trainer.create({
    ...rest,
    training: examples,
    together,
    validation: validation && evaluationExamples(validation, heldOut, config.training.seed),
    config: config.training,
    resume: resumed?.checkpoint,
    wantsState: recorder && (() => recorder.isCheckpointDue),
  });
  return { trainer, training: examples, together };
}

/** Hands every event on and keeps the record; gives the last one. */
async function follow(
  trainer: Trainer,
  options: Pick<TrainOptions, 'signal' | 'onEvent'> & { readonly recorder: RunRecorder | undefined },
): Promise<DoneEvent> {
  let done: DoneEvent | undefined;
  for await (const event of trainer.run(options.signal)) {
    await options.recorder?.record(event, trainer);
    options.onEvent?.(event);
    if (event.event === 'done') done = event;
  }
  if (!done) throw new RootsigmaError('train: the loop ended without its last event.');
  return done;
}

/** What a person should know of the likelihood: what grey values mean under Bernoulli, and what was chosen for other data. */
function likelihoodNotice(
  splits: DatasetSplits,
  { data, model }: RunConfig,
  { options, parts }: { readonly options: TrainOptions; readonly parts: PartTable },
): string[] {
  if (likelihoodRowOf(model, parts).isBinary) return grayNotice(splits, data.binarize);
  if (options.likelihood !== undefined || splits.train.support !== 'real') return [];
  return [
    `the data are numbers in a unit of their own: the likelihood is '${model.likelihood.name}' with a learned standard deviation ('laplace' and 'poisson' take such data too).`,
  ];
}

/** A Bernoulli likelihood is one of zeros and ones. */
function grayNotice(splits: DatasetSplits, binarize: Binarize): string[] {
  if (binarize === 'threshold') return [];
  const gray = grayFraction(splits.train, { limit: 1000 });
  if (gray === 0) return [];
  const percent = `${(100 * gray).toFixed(1)} % of the pixels are grey`;
  return binarize === 'dynamic'
    ? [`${percent}: each step draws them as 0 or 1 (binarize 'dynamic'; 'threshold' fixes them at 0.5).`]
    : [
        `${percent}, and binarize is 'none': a Bernoulli likelihood of grey values is no probability, so ELBO and NLL are not comparable with any published number. Use binarize 'dynamic' or 'threshold', or likelihood 'continuous-bernoulli'.`,
      ];
}
