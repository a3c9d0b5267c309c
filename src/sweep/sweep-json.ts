import { checkPartChoices, parseRunConfig, partKinds, rowsOf, builtInParts, withEntries } from '../config/index.ts';
import { ValueError, checkOptions, expectedOf, rule, unknownOption } from '../core/index.ts';
import type { OptionRules } from '../core/index.ts';
import type { DatasetOptions } from '../data/index.ts';
import type { JsonValue } from '../io/index.ts';
import type { Part, PartKind } from '../parts/index.ts';
import { threadCount } from '../engine/index.ts';
import type { ModelOptions } from '../api/index.ts';
import { modelOptionRules, optionNames } from '../api/train/model-options.ts';
import { emptyConfig } from './empty-config.ts';
import { objectiveMetric } from './objective.ts';
import type { SweepObjective } from './objective.ts';
import { strategyOf, strategyRule } from './strategy-options.ts';
import type { SearchStrategy, StrategyChoice } from './strategy-options.ts';
import { dimensionsOf } from './space.ts';
import type { CheckAxisValue, Dimension, Space } from './space.ts';

/** What every sweep has: which points it tries, and how many at a time. */
export interface SearchSettings {
  /** Each option that is tried out, by its name or its path in config.json. */
  readonly space: Space;
  /** Default: tpe. */
  readonly strategy?: StrategyChoice | undefined;
  /** Of the points that are drawn. Default: 0. */
  readonly seed?: number | undefined;
  /** Trials at a time. Default: as many as the cores hold with their threads. */
  readonly workers?: number | undefined;
  /** The sweep ends when more trials than that have failed. Default: a quarter of them, at least 3. */
  readonly failures?: number | undefined;
  /** How often a trial that failed is tried again, from its last checkpoint, before it counts as failed. Default: 0. */
  readonly retries?: number | undefined;
}

/** What sweep.json holds: what is trained, what is tried out, by what trials are compared. */
export interface SweepSettings extends SearchSettings {
  /** A built-in name or a path, as `train` takes it. */
  readonly data: string;
  readonly dataOptions?: DatasetOptions | undefined;
  /** Options of `train` that all trials have. */
  readonly options?: Omit<ModelOptions, 'config'> | undefined;
  /** A metric, and how it is measured. Default: validation.elbo. */
  readonly objective?: string | SweepObjective | undefined;
  /** Of each trial. Default: 1. */
  readonly threads?: number | undefined;
  /** Which trained models stay: all, or the best one's. Default: all. */
  readonly keep?: 'all' | 'best' | undefined;
}

export const searchRules: OptionRules<SearchSettings> = {
  space: rule.object,
  strategy: strategyRule,
  seed: rule.seed,
  workers: rule.whole(1, 1024),
  failures: rule.whole(0),
  retries: rule.whole(0, 1000),
};

export const sweepSettingsRules: OptionRules<SweepSettings> = {
  ...searchRules,
  data: rule.text,
  dataOptions: rule.object,
  options: rule.object,
  objective: rule.either(rule.text, rule.object),
  threads: threadCount,
  keep: rule.oneOf(['all', 'best']),
};

/** Checks what a sweep.json says, and all that its space may come to. @throws ValueError naming the entry, what it is and what it may be */
export function checkSweepSettings(given: unknown, where: string): SweepSettings {
  checkOptions(where, given as SweepSettings, sweepSettingsRules);
  const settings = given as SweepSettings;
  for (const name of ['data', 'space'] as const) {
    if ((settings[name] as unknown) === undefined) throw new ValueError(`${where}: '${name}' is missing.`);
  }
  const { options = {}, objective } = settings;
  const rules = Object.fromEntries(optionNames.map((name) => [name, modelOptionRules[name as keyof ModelOptions]]));
  checkOptions<Readonly<Record<string, unknown>>>(`${where}: options`, { ...options }, rules);
  checkPartChoices(`${where}: options`, options);
  if (options.threads !== undefined) {
    throw new ValueError(`${where}: options: all trials have the same 'threads', which stand beside 'options'.`);
  }
  objectiveMetric(objective ?? 'validation.elbo', `${where}: objective`);
  dimensionsOfSettings(settings, where);
  return settings;
}

export function dimensionsOfSettings(settings: SweepSettings, where: string): readonly Dimension[] {
  const { name } = strategyOf(settings.strategy, where);
  const { options = {} } = settings;
  const dimensions = dimensionsOf(settings.space, `${where}: space`, checkAxis(`${where}: space`, name));
  if (name === 'halving' && (options.epochs !== undefined || options.set?.['training.epochs'] !== undefined)) {
    throw new ValueError(
      `${where}: options: successive halving gives trials their epochs ('leastEpochs', 'mostEpochs'): leave them out.`,
    );
  }
  const twice = dimensions.find(
    (each) => Object.hasOwn(options, each.name) || Object.hasOwn(options.set ?? {}, each.name),
  );
  if (!twice) return dimensions;
  throw new ValueError(`${where}: '${twice.name}' is in space and in options: leave one of them out.`);
}

/** Options that are the sweep's own. */
const ownOptions: Readonly<Record<string, string>> = {
  threads: "all trials have the same: 'threads' beside 'space'",
  set: "name an entry of config.json by its path: 'training.optimizer.beta1'",
};

function checkAxis(where: string, strategy: SearchStrategy['name']): CheckAxisValue {
  return (name, value) => {
    const own = Object.hasOwn(ownOptions, name) ? ownOptions[name] : undefined;
    if (own !== undefined) throw new ValueError(`${where}: '${name}' is no axis; ${own}.`);
    if (strategy === 'halving' && (name === 'epochs' || name === 'training.epochs')) {
      throw new ValueError(`${where}: successive halving gives trials their epochs: '${name}' is no axis under it.`);
    }
    if (name.includes('.')) checkEntry(`${where}: ${name}`, name, value);
    else checkOption(where, name, value);
  };
}

function checkOption(where: string, name: string, value: JsonValue): void {
  if (!optionNames.includes(name)) throw unknownOption(where, name, optionNames.filter((each) => !Object.hasOwn(ownOptions, each))); // prettier-ignore
  checkOptions(where, { [name]: value }, { ...modelOptionRules });
  checkPartChoices(where, { [name]: value });
  // By its name alone any text is a choice: a part of one's own may have it, which no file holds.
  if (partKinds.includes(name as PartKind) && typeof value === 'string') {
    checkPartChoices(where, { [name]: { name: value } });
  }
}

/** An entry of config.json by its path: of a part, one of the options that some row of its kind has. */
function checkEntry(where: string, path: string, value: JsonValue): void {
  const [, kind, option] = /^(?:model\.)?(prior|posterior|likelihood|network|objective)\.(\w+)$/.exec(path) ?? [];
  if (kind !== undefined && option !== undefined && path === pathOfPart(kind, option)) {
    const rows: readonly Part[] = rowsOf(builtInParts).filter((row) => row.kind === kind);
    const found = rows.flatMap((row) =>
      Object.hasOwn(row.options, option) ? [row.options[option]?.rule ?? rule.anything] : [],
    );
    if (option === 'name') found.push(rule.oneOf(rows.map((row) => row.name)));
    const known = ['name', ...new Set(rows.flatMap((row) => Object.keys(row.options)))];
    if (found.length === 0) throw unknownOption(where, option, known);
    if (!found.some((each) => each.accepts(value))) {
      throw new ValueError(
        `${where} must be ${expectedOf(rule.either(...found), value)}, got ${JSON.stringify(value)}.`,
      );
    }
    return;
  }
  // Of the optimisers, each has entries of its own: one of them must have this.
  const names = path.startsWith('training.optimizer.') ? ['adam', 'adamw', 'sgd'] : ['adam'];
  const faults = names.map((name) => faultOf(name, path, value));
  const [first] = faults;
  if (first && !faults.includes(undefined)) throw new ValueError(`${where}: ${first}`);
}

function pathOfPart(kind: string, option: string): string {
  const isPart = partKinds.includes(kind as PartKind);
  return isPart && kind !== 'objective' ? `model.${kind}.${option}` : `${kind}.${option}`;
}

function faultOf(optimizer: string, path: string, value: JsonValue): string | undefined {
  try {
    parseRunConfig(withEntries(emptyConfig(optimizer), { [path]: value }), { name: 'config.json' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
