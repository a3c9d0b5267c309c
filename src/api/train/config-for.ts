import {
  chooseParts,
  configSchemaVersion,
  customNetwork,
  parseRunConfig,
  partTable,
  presetNamed,
  upgradedEntries,
  withEntries,
} from '../../config/index.ts';
import type { PartConfigs, PartRow, PartTable, RunConfig } from '../../config/index.ts';
import { ValueError, version } from '../../core/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import type { NetworksFactory } from '../../models/index.ts';
import { conditionClasses, wantedConditions } from '../data/condition-config.ts';
import { scaleRuleFor } from '../data/standardization.ts';
import { likelihoodRowOf } from '../model/likelihood.ts';
import { isImageShape } from '../../drawing/index.ts';
import type { DataShape } from '../../parts/index.ts';
import { defaultsFor, withLikelihood } from './default-config.ts';
import type { BaseConfig, DataFacts } from './default-config.ts';
import type { ModelOptions } from './model-options.ts';
import { withKeptCounts } from './partition.ts';

/** What decides about a configuration. */
type Options = ModelOptions & { readonly networks?: NetworksFactory; readonly parts?: readonly PartRow[] };

/** The full, checked configuration of a run. @throws ValueError naming each option that does not fit */
export function configFor(splits: DatasetSplits, given: Options): RunConfig {
  const { preset, ...options } = given;
  if (preset === undefined) return configOver(splits, options);
  if (options.config) {
    throw new ValueError(
      `options: the preset '${preset}' says what to start from, and so does a configuration or a run: leave one of them out.`,
    );
  }
  const { parts, networks, epochs, batchSize } = options;
  const config = configOver(splits, {
    ...defined({ parts, networks, epochs, batchSize }),
    ...presetNamed(preset).options,
  });
  return { ...configOver(splits, { ...options, config }), preset };
}

/** The options over those of `config`, or over the defaults. */
function configOver(splits: DatasetSplits, given: Options): RunConfig {
  const { entries, choices } = upgradedEntries(given.set ?? {});
  const options = { ...given, ...choices };
  const { train } = splits;
  const table = partTable(options.parts);
  const base = options.config ?? defaultsFor(train);
  const { data, ...chosen } = chosenOver(base, options, { parts: table, data: { shape: train.sampleShape } });
  const config = {
    schemaVersion: configSchemaVersion,
    rootsigmaVersion: version,
    data: {
      source: splits.source,
      kind: train.kind,
      shape: [...train.sampleShape],
      count: train.size,
      ...data,
      ...defined({
        support: train.support === 'unit-interval' ? undefined : train.support,
        options: splits.options,
        floats: train.floats,
        table: train.table?.state,
        condition: withLabelled(conditionClasses(train, wantedConditions(options)), options),
      }),
    },
    ...chosen,
    ...defined({ preset: options.config?.preset }),
  };
  const checked = parseRunConfig(withEntries(config, entries), { name: 'options', parts: table });
  return withKeptCounts(withScale(checked, { splits, parts: table, base: options.config }), splits);
}

/** What the options make of the configuration that they go over. */
function chosenOver(
  base: BaseConfig,
  options: Options,
  context: { readonly parts: PartTable; readonly data: DataShape },
): BaseConfig {
  const { objective, ...parts } = partsFor(base, options, context);
  return {
    data: {
      binarize: options.binarize ?? withLikelihood(base, likelihoodRowOf(parts, context.parts)).data.binarize,
    },
    model: { latent: options.latent ?? base.model.latent, ...parts },
    objective,
    training: trainingConfig(base.training, options),
  };
}

/** What a run's configuration says where nobody asked for more than some options: what is otherwise in it, somebody gave. */
export function usualConfig(facts: DataFacts, { preset, ...options }: ModelOptions): BaseConfig {
  const context = { parts: partTable(), data: { shape: facts.sampleShape } };
  const base = chosenOver(defaultsFor(facts), preset === undefined ? {} : presetNamed(preset).options, context);
  // Over a whole configuration, as its network is no default any more.
  const config = { ...base, schemaVersion: configSchemaVersion, rootsigmaVersion: version } as unknown as RunConfig;
  return chosenOver(base, { ...options, config }, context);
}

/** How many examples keep their class. @throws ValueError where there are no classes */
function withLabelled(
  condition: RunConfig['data']['condition'],
  { labelled, config }: Options,
): RunConfig['data']['condition'] {
  const kept = labelled ?? config?.data.condition?.labelled;
  if (kept === undefined) return condition;
  if (condition) return { ...condition, labelled: kept };
  throw new ValueError(
    "train: labelled says how many examples keep their label, and the model is given none: condition: 'label' with objective: 'm2' (--condition label --objective m2, or --preset m2). Of a table, an empty cell is no label.",
  );
}

/** A configuration that one starts from says how its likelihood's data are standardised, by its silence too. */
function withScale(
  config: RunConfig,
  { splits, parts, base }: { readonly splits: DatasetSplits; readonly parts: PartTable; readonly base: RunConfig | undefined }, // prettier-ignore
): RunConfig {
  const { train, options } = splits;
  const likelihood = likelihoodRowOf(config.model, parts);
  const usual = base?.model.likelihood.name === likelihood.name ? (base.data.scale ?? 'none') : undefined;
  const { binarize } = config.data;
  const scale = scaleRuleFor(train, { likelihood, binarize }, { asked: options?.scale, usual });
  return scale === undefined ? config : { ...config, data: { ...config.data, scale } };
}

/** The parts that the options ask for, networks of one's own among them. @throws ValueError for options that have no effect */
function partsFor(
  { model, objective }: BaseConfig,
  options: Options,
  context: { readonly parts: PartTable; readonly data: DataShape },
): PartConfigs {
  const base = { ...model, objective };
  if (options.networks) {
    if (options.network !== undefined) {
      throw new ValueError("options: networks of your own are given, and 'network' has no effect on them.");
    }
    return chooseParts({ ...options, network: customNetwork }, { ...context, base });
  }
  const name = options.config ? base.network.name : defaultNetwork(context.data.shape);
  const network = name === base.network.name ? base.network : { name };
  return chooseParts(options, { ...context, base: { ...base, network } });
}

/** Dense layers learn small grey images as well, and faster; strips leave convolutions nothing to halve. */
function defaultNetwork(shape: readonly number[]): string {
  const [rows = 0, columns = 0, channels = 1] = shape;
  const suits = isImageShape(shape) && Math.min(rows, columns) >= 4;
  return suits && (channels > 1 || Math.max(rows, columns) > 32) ? 'conv' : 'dense';
}

function trainingConfig(base: BaseConfig['training'], options: ModelOptions): BaseConfig['training'] {
  const { epochs, batchSize, clipNorm, trim, validation, validationTrim, patience, onNan, seed, threads } = options;
  const { optimizer, learningRate, weightDecay, momentum, schedule, warmupSteps } = options;
  // Another optimizer than the base's takes its learning rate only.
  const sameOptimizer = optimizer === undefined || optimizer === base.optimizer.name;
  const baseOptimizer = sameOptimizer ? base.optimizer : { learningRate: base.optimizer.learningRate };
  const warmupEpochs = Math.max(1, Math.round((epochs ?? base.epochs) / 20));
  return {
    ...base,
    ...defined({ epochs, batchSize, clipNorm, validation, onNan, seed, threads }),
    // Examples that training leaves out as anomalies are held out as often.
    ...defined({ validationTrim: validationTrim ?? larger(base.validationTrim, trim) }),
    ...defined({ trim: trim === undefined ? undefined : { fraction: trim, warmupEpochs } }),
    optimizer: { ...baseOptimizer, ...defined({ name: optimizer, learningRate, weightDecay, momentum }) },
    schedule: { ...base.schedule, ...defined({ name: schedule, warmupSteps }) },
    ...defined({ earlyStopping: patience === undefined ? undefined : { ...base.earlyStopping, patience } }),
  } as BaseConfig['training'];
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a !== undefined && b !== undefined ? Math.max(a, b) : (a ?? b);
}

/** The entries that are not undefined: an absent option is absent. */
function defined<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>;
}
