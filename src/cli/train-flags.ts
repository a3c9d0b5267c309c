import { dirname, resolve } from 'node:path';
import type { Library } from './command-row.ts';
import { UsageError } from './errors.ts';
import type { DatasetOptions, ModelOptions, RunConfig, TrainOptions } from './library/index.ts';
import type { EngineFlags } from './open-run.ts';
import type { OutputOptions } from './output.ts';
import { scheduledFlags } from './part-flags.ts';

/** What the flags of `train` were parsed to. */
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
  readonly pictures?: number;
  readonly log?: 'tensorboard';
  readonly debug?: boolean;
}

/** What is trained on, and how. */
interface Resolved {
  readonly source: string;
  readonly options: TrainOptions;
  /** What a person should know of how the flags and the file go together. */
  readonly notices: readonly string[];
}

/** The flags over the options of --config or the configuration of the run to resume. */
export async function resolveOptions(library: Library, data: string | undefined, flags: TrainFlags): Promise<Resolved> {
  const { optionNames, readOptions, readRunConfig } = library;
  const { count, testCount, dataSeed, dataOption, config: file, out } = flags;
  const { overwrite, from, resume, engine, checkpointEvery, pictures, log } = flags;
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
  const source =
    data ?? (base.config && (await sourceOf(library, base.config, { resume: resume ? out : undefined, file })));
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
  const scheduled = await scheduledFlags(
    flags as Record<string, unknown>,
    objectiveOf(library, { ...base, preset: flags.preset ?? base.preset }),
  );
  const options = {
    ...withoutFlags(base, model),
    ...model,
    ...scheduled.options,
    ...((base.set ?? model.set) && { set: { ...base.set, ...model.set } }),
    dataOptions,
    ...(engine !== undefined && { engine }),
    ...(overwrite !== undefined && { overwrite }),
    ...(from !== undefined && { from }),
    ...(resume !== undefined && { resume }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(pictures !== undefined && { pictures }),
    ...(log !== undefined && { log }),
  };
  return { source, options, notices: scheduled.notices };
}

/** The options of a file without those in its parts, `posterior: { name, root }`, that a flag gives. */
function withoutFlags(base: ModelOptions, flags: ModelOptions): ModelOptions {
  return Object.fromEntries(
    Object.entries(base).map(([name, value]) => {
      if (!isPart(value)) return [name, value];
      return [name, Object.fromEntries(Object.entries(value).filter(([entry]) => !Object.hasOwn(flags, entry)))];
    }),
  );
}

/** The objective that a training starts from, with its options: of a file, of the configuration that it is, or of a preset. */
function objectiveOf(
  { presetNamed }: Library,
  { preset, ...base }: Omit<ModelOptions, 'preset'> & { readonly preset: string | undefined },
): Readonly<Record<string, unknown>> {
  const ofPreset = preset === undefined ? {} : presetNamed(preset).options;
  const { config, objective: choice, ...flat }: ModelOptions = { ...ofPreset, ...base };
  const name = isPart(choice) ? choice.name : (choice ?? config?.objective.name ?? 'elbo');
  const configured = config?.objective.name === name ? config.objective : {};
  return { ...configured, ...flat, ...(isPart(choice) && choice), name };
}

function isPart(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && typeof (value as { name?: unknown }).name === 'string';
}

/** The data that a configuration names, where nobody else has: it may come from anywhere. */
async function sourceOf(
  { trainingDataOf }: Library,
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
