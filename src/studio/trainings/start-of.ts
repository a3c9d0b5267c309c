import { usualConfig } from '../../api/train/config-for.ts';
import type { DataFacts } from '../../api/train/default-config.ts';
import type { ModelOptions } from '../../api/train/model-options.ts';
import { builtInParts, presets, rowsOf } from '../../config/index.ts';
import type { PartConfig, PartRow, Preset } from '../../config/index.ts';
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

/** The options that a configuration was given, flat, as far as the form has them: not what its data, its preset or its parts bring by themselves. */
function optionsOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flat = flatOf(config);
  const usual = flatOf(usualOf(config));
  const preset = presetOf(config);
  const given = Object.entries(flat).filter(([name, value]) => {
    const known = knownFields.get(name);
    const otherwise = usual[name] ?? preset?.options[name as keyof typeof preset.options] ?? known?.field.default;
    return known && value !== undefined && JSON.stringify(value) !== JSON.stringify(otherwise);
  });
  return { ...(preset && { preset: preset.name }), ...Object.fromEntries(given) };
}

const partsOfModel = ['prior', 'posterior', 'likelihood', 'network'] as const;

function partsIn(config: Readonly<Record<string, unknown>>): (readonly [string, Readonly<Record<string, unknown>>])[] {
  const model = recordIn(config, 'model');
  return [
    ...partsOfModel.map((kind) => [kind, recordIn(model, kind)] as const),
    ['objective', recordIn(config, 'objective')],
  ];
}

function flatOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [model, training, data] = [recordIn(config, 'model'), recordIn(config, 'training'), recordIn(config, 'data')];
  const flat: Record<string, unknown> = { latent: model.latent, binarize: data.binarize };
  for (const [kind, { name, ...options }] of partsIn(config)) Object.assign(flat, options, { [kind]: name });
  const [optimizer, schedule] = [recordIn(training, 'optimizer'), recordIn(training, 'schedule')];
  const { epochs, batchSize, clipNorm, validation, validationTrim, onNan, seed, threads } = training;
  const names = recordIn(data, 'table').condition ?? ('condition' in data ? 'label' : undefined);
  flat.condition = Array.isArray(names) && names.length === 0 ? undefined : names;
  flat.labelled = recordIn(data, 'condition').labelled;
  const dataOptions = recordIn(data, 'options');
  for (const [name, { goes, goesAs }] of knownFields) if (goes === 'data') flat[name] = dataOptions[goesAs];
  return Object.assign(flat, {
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
}

/** The preset that it says, where there is one of that name. */
function presetOf({ preset }: Readonly<Record<string, unknown>>): Preset | undefined {
  return presets.find(({ name }) => name === preset);
}

/** What training takes by itself for data like these, from that preset, with these parts; nothing where the configuration does not say enough. */
function usualOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { support = 'unit-interval', count, shape } = recordIn(config, 'data');
  if (typeof count !== 'number' || !Array.isArray(shape)) return {};
  const rows: readonly PartRow[] = rowsOf(builtInParts);
  // Whoever has parts of their own gives them in code.
  const known = partsIn(config).filter(([kind, { name }]) =>
    rows.some((row) => row.kind === kind && row.name === name),
  );
  const trim = recordIn(recordIn(config, 'training'), 'trim').fraction;
  const preset = presetOf(config)?.name;
  const parts = Object.fromEntries(known.map(([kind, { name }]) => [kind, name]));
  const asked = { ...parts, preset, ...(typeof trim === 'number' && { trim }) } as ModelOptions;
  const facts = { support, size: count, sampleShape: shape as number[] } as DataFacts;
  // By themselves, and with what is asked of them, by which their options and what follows from others are known.
  const [alone, usual] = [usualConfig(facts, preset === undefined ? {} : { preset }), usualConfig(facts, asked)];
  const named = (whole: PartConfig, { name }: PartConfig): PartConfig => ({ ...whole, name });
  const model = partsOfModel.map((kind) => [kind, named(usual.model[kind], alone.model[kind])] as const);
  const { validationTrim } = usual.training;
  return {
    data: usual.data,
    model: { ...usual.model, ...Object.fromEntries(model) },
    objective: named(usual.objective, alone.objective),
    training: { ...alone.training, validationTrim },
  };
}
