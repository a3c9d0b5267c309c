import { ValueError, formatShape, sameShape } from '../../core/index.ts';
import { Standardization } from '../../data/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import { jsonText, zip } from '../../io/index.ts';
import type { Store } from '../../io/index.ts';
import { runFile } from '../keeping/run-folder.ts';
import { describePart } from '../../config/index.ts';
import type { PartRow, PartTable, RunConfig } from '../../config/index.ts';
import type { NetworksFactory } from '../../models/index.ts';
import type { NamedParameters } from '../../training/index.ts';
import { configFor } from './config-for.ts';
import { conditionNames, countsLike, wantedConditions } from '../data/condition-config.ts';
import type { Conditions } from '../data/conditions.ts';
import { defaultsFor } from './default-config.ts';
import { differences } from './differences.ts';
import { load } from '../run/load.ts';
import type { ModelOptions } from './model-options.ts';
import type { RunSource } from '../keeping/place.ts';
import { isSamePlace, storeFrom } from '../keeping/place.ts';
import { Run } from '../run/run.ts';
import { weightsOf } from '../keeping/run-files.ts';

/** A run whose weights a training starts from. */
export interface Origin {
  /** As it was given: a folder, an address. */
  readonly name: string;
  readonly path: string | undefined;
  /** Where it is kept, where it is. */
  readonly store: Store | undefined;
  readonly config: RunConfig;
  readonly parameters: NamedParameters;
  readonly standardization: Standardization | undefined;
  readonly conditions: Conditions | undefined;
}

/**
 * Reads what a training is to start from.
 * @throws DataError or ValueError as `load` does
 */
export async function originOf(
  from: RunSource | Run,
  options: { readonly networks?: NetworksFactory | undefined; readonly parts?: readonly PartRow[] | undefined },
): Promise<Origin> {
  const { networks, parts } = options;
  const isRun = from instanceof Run;
  // Nothing is computed: no engine is needed.
  const run = isRun
    ? from
    : await load(from, { engine: 'reference', ...(networks && { networks }), ...(parts && { parts }) });
  const { path, store, config, parameters, standardization, conditions } = run;
  const name = isRun ? (path ?? 'a run in memory') : (await storeFrom(from)).name;
  return { name, path, store, config, parameters, standardization, conditions };
}

/** @throws ValueError where a training would be written over the run that it starts from */
export async function refuseSamePlace({ name, path, store }: Origin, out: Store): Promise<void> {
  if (!store || !(await isSamePlace(store, out))) return;
  const place = path ?? (store.name || name);
  throw new ValueError(`train: ${place} is the run to start from; write the new one to another folder.`);
}

/**
 * The configuration of a run that starts from another: that one's model and form of the data, its objective where nobody asks for
 * another, and as new training options as of any new run.
 *
 * @throws ValueError naming each entry of the model or the data's form that would be another, with both values
 */
export function startedConfig(origin: Origin, splits: DatasetSplits, options: ModelOptions): RunConfig {
  const { name, config, standardization } = origin;
  const { train } = splits;
  checkForm(origin, splits);
  if (options.labelled !== undefined) {
    throw new ValueError(
      `train: a run that starts from ${name} learns from all labels that the data have: leave 'labelled' out, or train without 'from'.`,
    );
  }
  const base = options.config ?? { ...withAllLabels(config), training: defaultsFor(train).training };
  const names = wantedConditions({ ...options, config: base });
  const own = conditionNames(config.data);
  if (names.join() !== own.join()) {
    throw new ValueError(
      `train: a run that starts from ${name} has its condition, ${own.join(', ') || 'none'}, and not ${names.join(', ') || 'none'}. Leave 'condition' out, or train without 'from'.`,
    );
  }
  const asked = configFor(splits, { ...options, config: base });
  const form = ({ data, model }: RunConfig): object => {
    // A share that training drops changes no weight's meaning.
    return {
      data: { scale: data.scale ?? 'none' },
      model: { ...model, network: { ...model.network, dropout: 'any' } },
    };
  };
  const changes = differences(form(config), form(asked));
  if (changes.length > 0) {
    throw new ValueError(
      `train: a run that starts from ${name} has its model and the form of its data, and ${changes.join('; ')}. Leave those options out, or train without 'from'.`,
    );
  }
  const data = { ...asked.data };
  delete data.support;
  const { condition } = config.data;
  if (condition) data.condition = { classes: condition.classes, counts: countsLike(condition.classes, train) };
  return {
    ...asked,
    data: { ...data, ...(config.data.support && { support: config.data.support }) },
    from: {
      run: name,
      source: config.data.source,
      ...(standardization && { standardization: numbersOf(standardization) }),
    },
  };
}

/** Without the number of labels that its own training kept. */
function withAllLabels(config: RunConfig): RunConfig {
  const { condition } = config.data;
  if (!condition) return config;
  const { classes, counts } = condition;
  return { ...config, data: { ...config.data, condition: { classes, counts } } };
}

/** @throws ValueError where the data cannot be in the form of the origin's */
function checkForm({ name, config }: Origin, { train, source }: DatasetSplits): void {
  const { shape, table, source: before } = config.data;
  const refuse = (problem: string): ValueError =>
    new ValueError(`train: ${name} was trained on ${before}, and ${problem}: its weights do not fit ${source}.`);
  if ((table !== undefined) !== (train.support === 'table')) {
    const sentence = table ? `a table, ${before}, and ${source} is none` : `${before}, and ${source} is a table`;
    throw new ValueError(`train: ${name} was trained on ${sentence}: its weights do not fit.`);
  }
  if (!sameShape(train.sampleShape, shape)) {
    throw refuse(`its examples are ${formatShape(shape)}, those of ${source} ${formatShape(train.sampleShape)}`);
  }
  const changes = differences(table?.columns.map(({ name: column }) => column), train.table?.state.columns.map(({ name: column }) => column)); // prettier-ignore
  if (changes.length > 0) throw refuse(`the columns ${changes.join('; ')}`);
}

function numbersOf({ rule, size, center, scale }: Standardization): { centre: number[]; scale: number[] } {
  const count = rule === 'each' ? size : 1;
  return { centre: Array.from(center.slice(0, count)), scale: Array.from(scale.slice(0, count)) };
}

/** How the data of a run that started from another are standardised: as those of the other. */
export function inheritedStandardization({ data, from }: RunConfig): Standardization | undefined {
  if (!data.scale || !from?.standardization) return undefined;
  const { centre: center, scale } = from.standardization;
  const size = data.shape.reduce((product, length) => product * length, 1);
  return Standardization.of(data.scale, size, { center: Float64Array.from(center), scale: Float64Array.from(scale) });
}

/** What a person should know, of a run of this configuration. */
export function originNotice({ name, config }: Origin, { objective }: RunConfig, parts: PartTable): string {
  const start = `starting from the weights of ${name} (trained on ${config.data.source}), with its model and the form of its data; the optimiser starts afresh.`;
  if (differences(config.objective, objective).length === 0) return start;
  const [before, after] = [config, { objective }].map((each) => describePart(parts, 'objective', each.objective));
  return `${start} Its objective is another: ${after ?? ''}, where the weights come from ${before ?? ''}.`;
}

/** An origin as a file that can be sent to a worker. */
export async function originArchive({ name, config, parameters, standardization, conditions }: Origin): Promise<File> {
  const files = new Map([
    [runFile.config, new TextEncoder().encode(jsonText(config))],
    [runFile.model, await weightsOf({ parameters, standardization, conditions })],
  ]);
  return new File([zip(files)], name);
}
