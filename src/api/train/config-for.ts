import { ValueError, version } from '../../core/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import { isImageShape } from '../../drawing/index.ts';
import { configSchemaVersion, parseRunConfig } from '../../io/index.ts';
import type { JsonValue, RunConfig } from '../../io/index.ts';
import type { NetworksFactory } from '../../models/index.ts';
import { defaultsFor, withLikelihood } from './default-options.ts';
import type { BaseConfig } from './default-options.ts';
import type { ModelOptions } from './options.ts';
import { scaleRuleFor } from '../data/standardization.ts';

/** What decides about a configuration. */
type Options = ModelOptions & { readonly networks?: NetworksFactory };

/** The full, checked configuration of a run. @throws ValueError naming each option that does not fit */
export function configFor(splits: DatasetSplits, options: Options): RunConfig {
  const { train } = splits;
  const base = options.config ?? defaultsFor(train);
  const { likelihood = base.model.likelihood } = options;
  const config = {
    schemaVersion: configSchemaVersion,
    rootsigmaVersion: version,
    data: {
      source: splits.source,
      kind: train.kind,
      shape: [...train.sampleShape],
      count: train.size,
      binarize: options.binarize ?? withLikelihood(base, likelihood).data.binarize,
      ...given({
        support: train.support === 'unit-interval' ? undefined : train.support,
        options: splits.options,
        table: train.table?.state,
      }),
    },
    model: modelConfig(base.model, { ...options, likelihood }, train.sampleShape),
    objective: { ...base.objective, ...given({ beta: options.beta }) },
    training: trainingConfig(base.training, options),
  };
  return withScale(parseRunConfig(withEntries(config, options.set ?? {}), { name: 'options' }), splits, options);
}

/** A configuration that one starts from says how its likelihood's data are standardised, by its silence too. */
function withScale(config: RunConfig, { train, options }: DatasetSplits, { config: base }: Options): RunConfig {
  const { likelihood } = config.model;
  const usual = base?.model.likelihood === likelihood ? (base.data.scale ?? 'none') : undefined;
  const { binarize } = config.data;
  const scale = scaleRuleFor(train, { likelihood, binarize }, { asked: options?.scale, usual });
  return scale === undefined ? config : { ...config, data: { ...config.data, scale } };
}

/** Another posterior or likelihood than the base's starts without the base's numbers for it. */
function modelConfig(base: BaseConfig['model'], options: Options, sampleShape: readonly number[]): object {
  const { posterior: basePosterior, root: baseRoot, rank: baseRank, ...rest } = base;
  const { likelihood: baseLikelihood, stddev: baseStddev, classes: baseClasses, ...remaining } = rest;
  const posterior = options.posterior ?? basePosterior;
  const inherited = posterior === basePosterior ? { root: baseRoot, rank: baseRank } : {};
  const { likelihood = baseLikelihood, latent, activation } = options;
  const sameLikelihood = likelihood === baseLikelihood;
  return {
    ...networkConfig(remaining, options, sampleShape),
    posterior,
    likelihood,
    ...given({
      stddev: options.stddev ?? (sameLikelihood ? baseStddev : undefined),
      classes:
        options.classes ??
        (sameLikelihood ? baseClasses : undefined) ??
        (likelihood === 'categorical' ? sampleShape.at(-1) : undefined),
    }),
    ...given({
      root: options.root ?? inherited.root ?? (posterior === 'full' ? 'symmetric' : undefined),
      rank: options.rank ?? inherited.rank ?? (posterior === 'low-rank' ? 2 : undefined),
    }),
    ...given({ latent, activation }),
  };
}

/** The entries of the networks; another network than the base's starts without the base's numbers for it. */
function networkConfig(base: Partial<BaseConfig['model']>, options: Options, sampleShape: readonly number[]): object {
  if (options.networks) return customNetworkConfig(base, options);
  const { network: baseNetwork = 'dense', channels, normalization, dropout, hidden, ...others } = base;
  const network = options.network ?? (options.config ? baseNetwork : defaultNetwork(sampleShape));
  const inherited = network === baseNetwork ? { channels, normalization, dropout, hidden } : {};
  return {
    ...others,
    // Absent, it is dense: configurations from before there were others stay what they are.
    ...given({
      network: network === 'dense' ? undefined : network,
      channels: options.channels ?? inherited.channels,
      normalization: options.normalization ?? inherited.normalization,
      dropout: options.dropout ?? inherited.dropout,
      hidden: options.hidden ?? inherited.hidden ?? (network === 'dense' ? [400] : []),
    }),
  };
}

/** Networks of one's own have no numbers here. @throws ValueError for options that would have no effect */
function customNetworkConfig(base: Partial<BaseConfig['model']>, options: Options): object {
  const unused = (['network', 'channels', 'normalization', 'dropout', 'hidden', 'activation'] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (unused.length > 0) {
    throw new ValueError(
      `options: ${unused.join(', ')} ${unused.length === 1 ? 'has' : 'have'} no effect with networks of your own: leave ${unused.length === 1 ? 'it' : 'them'} out.`,
    );
  }
  const { preset, latent } = base;
  return { ...given({ preset, latent }), network: 'custom', hidden: [], activation: 'relu' };
}

/** Dense layers learn small grey images as well, and faster; strips leave convolutions nothing to halve. */
function defaultNetwork(shape: readonly number[]): 'conv' | 'dense' {
  const [rows = 0, columns = 0, channels = 1] = shape;
  const suits = isImageShape(shape) && Math.min(rows, columns) >= 4;
  return suits && (channels > 1 || Math.max(rows, columns) > 32) ? 'conv' : 'dense';
}

function trainingConfig(base: BaseConfig['training'], options: ModelOptions): object {
  const { epochs, batchSize, clipNorm, trim, validation, validationTrim, patience, onNan, seed, threads } = options;
  const { optimizer, learningRate, weightDecay, momentum, schedule, warmupSteps } = options;
  // Another optimizer than the base's takes its learning rate only.
  const sameOptimizer = optimizer === undefined || optimizer === base.optimizer.name;
  const baseOptimizer = sameOptimizer ? base.optimizer : { learningRate: base.optimizer.learningRate };
  const warmupEpochs = Math.max(1, Math.round((epochs ?? base.epochs) / 20));
  return {
    ...base,
    ...given({ epochs, batchSize, clipNorm, validation, onNan, seed, threads }),
    // Examples that training leaves out as anomalies are held out as often.
    ...given({ validationTrim: validationTrim ?? larger(base.validationTrim, trim) }),
    ...given({ trim: trim === undefined ? undefined : { fraction: trim, warmupEpochs } }),
    optimizer: { ...baseOptimizer, ...given({ name: optimizer, learningRate, weightDecay, momentum }) },
    schedule: { ...base.schedule, ...given({ name: schedule, warmupSteps }) },
    ...given({ earlyStopping: patience === undefined ? undefined : { ...base.earlyStopping, patience } }),
  };
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a !== undefined && b !== undefined ? Math.max(a, b) : (a ?? b);
}

/** The entries that are not undefined: an absent option is absent. */
function given<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The configuration with entries replaced or added; what it then holds is for the schema to judge. */
function withEntries(config: object, entries: Readonly<Record<string, JsonValue>>): object {
  let result = config;
  for (const [path, value] of Object.entries(entries)) {
    if (!/^((model|objective|training)\.|data\.binarize$)/.test(path)) {
      throw new ValueError(
        `options: '${path}' cannot be set; paths begin with model., objective. or training., or are data.binarize.`,
      );
    }
    result = withEntry(result, path.split('.'), value);
  }
  return result;
}

function withEntry(object: object, [key = '', ...rest]: readonly string[], value: JsonValue): object {
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  return { ...object, [key]: withEntry(typeof inner === 'object' && inner !== null ? inner : {}, rest, value) };
}
