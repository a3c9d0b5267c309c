import { defaultsFor } from '../../api/train/default-config.ts';
import { builtInParts, rowsOf } from '../../config/index.ts';
import type { PartRow } from '../../config/index.ts';
import { listDatasets } from '../../data/index.ts';
import type { StartTraining } from '../contract.ts';
import { isBelow } from '../data/inside-folder.ts';
import type { Uploads } from '../data/uploads.ts';
import { isRecord, recordIn } from '../runs/records.ts';
import { knownFields } from './form.ts';

interface Places {
  readonly data: string | undefined;
  readonly uploads: Uploads;
}

/**
 * What starts another training like that of a run: as it was started from here, else by its configuration.
 *
 * @param kept what it was started with, as the studio kept it
 * @param config its config.json
 */
export function startOf(
  kept: Readonly<Record<string, unknown>> | undefined,
  config: Readonly<Record<string, unknown>>,
  places: Places,
): StartTraining {
  const data = kept?.data;
  if (kept && isRecord(data) && isRecord(kept.options) && typeof data.name === 'string') {
    const { kind, name } = data;
    if (kind === 'dataset' || kind === 'file' || kind === 'upload')
      return { data: { kind, name }, options: kept.options };
  }
  return { data: dataOf(recordIn(config, 'data').source, places), options: optionsOf(config) };
}

/** Where its data are: what is neither built in nor at hand here, is to be chosen anew. */
function dataOf(source: unknown, { data, uploads }: Places): StartTraining['data'] {
  const name = typeof source === 'string' ? source : '';
  if (listDatasets().some((each) => each.name === name)) return { kind: 'dataset', name };
  if (data !== undefined && name !== '' && isBelow(data, name))
    return { kind: 'file', name: name.slice(data.length + 1) || '.' };
  const upload = uploads.list().find((each) => uploads.pathOf(each) === name);
  return upload === undefined ? { kind: 'file', name: '' } : { kind: 'upload', name: upload };
}

/** The options of a configuration, flat, as far as the form has them. */
function optionsOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [model, training, data] = [recordIn(config, 'model'), recordIn(config, 'training'), recordIn(config, 'data')];
  const parts = ['prior', 'posterior', 'likelihood', 'network'].map((kind) => [kind, recordIn(model, kind)] as const);
  const flat: Record<string, unknown> = { latent: model.latent, binarize: data.binarize };
  for (const [kind, { name, ...options }] of [...parts, ['objective', recordIn(config, 'objective')] as const]) {
    Object.assign(flat, options, { [kind]: name });
  }
  const [optimizer, schedule] = [recordIn(training, 'optimizer'), recordIn(training, 'schedule')];
  const { epochs, batchSize, clipNorm, validation, validationTrim, onNan, seed, threads } = training;
  const names = recordIn(data, 'table').condition ?? ('condition' in data ? 'label' : undefined);
  flat.condition = Array.isArray(names) && names.length === 0 ? undefined : names;
  flat.labelled = recordIn(data, 'condition').labelled;
  const dataOptions = recordIn(data, 'options');
  for (const [name, { goes, goesAs }] of knownFields) if (goes === 'data') flat[name] = dataOptions[goesAs];
  Object.assign(flat, {
    ...{ epochs, batchSize, clipNorm, validation, validationTrim, onNan, seed, threads },
    optimizer: optimizer.name,
    learningRate: optimizer.learningRate,
    weightDecay: optimizer.weightDecay,
    momentum: optimizer.momentum,
    schedule: schedule.name,
    warmupSteps: schedule.warmupSteps,
    patience: recordIn(training, 'earlyStopping').patience,
    trim: recordIn(training, 'trim').fraction,
  });
  // What has its default goes without saying: that of the form, of the part that has it, or of data like these.
  const usual = { ...usualOf(config), ...usualOfParts([...parts, ['objective', recordIn(config, 'objective')]]) };
  return Object.fromEntries(
    Object.entries(flat).filter(([name, value]) => {
      const known = knownFields.get(name);
      const isUsual = [known?.field.default, usual[name]].some(
        (each) => JSON.stringify(value) === JSON.stringify(each),
      );
      return known && value !== undefined && !isUsual;
    }),
  );
}

/** What training takes by the number of examples, and tables by their kind; what other data decide beside it, no configuration says. */
function usualOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { kind, count, shape } = recordIn(config, 'data');
  if (typeof count !== 'number' || !Array.isArray(shape)) return {};
  const isTable = kind === 'table';
  const { training, model } = defaultsFor({ support: isTable ? 'table' : 'unit-interval', size: count, sampleShape: shape as number[] }); // prettier-ignore
  const { epochs, batchSize } = training;
  if (!isTable) return { epochs, batchSize };
  const { name, ...network } = model.network as Readonly<Record<string, unknown>>;
  return { epochs, batchSize, latent: model.latent, likelihood: model.likelihood.name, network: name, ...network };
}

/** The defaults of the options of parts that are chosen. */
function usualOfParts(parts: readonly (readonly [kind: string, Readonly<Record<string, unknown>>])[]): Record<string, unknown> {
  const rows: readonly PartRow[] = rowsOf(builtInParts);
  const options = parts.flatMap(([kind, { name }]) => Object.entries(rows.find((row) => row.kind === kind && row.name === name)?.options ?? {})); // prettier-ignore
  return Object.fromEntries(options.flatMap(([name, { default: usual }]) => (usual === undefined || typeof usual === 'function' ? [] : [[name, usual]]))); // prettier-ignore
} // prettier-ignore
