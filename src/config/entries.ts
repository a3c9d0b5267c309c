import { ValueError } from '../core/index.ts';
import type { JsonValue } from '../io/index.ts';
import { upgradedPath } from './upgrade.ts';

/** Entries of config.json by their path: { 'training.optimizer.beta1': 0.8 }. */
export type Entries = Readonly<Record<string, JsonValue>>;

/**
 * The configuration with entries replaced or added; what it then holds is for the schema to judge.
 * @throws ValueError for a path that cannot be set
 */
export function withEntries(config: object, entries: Entries): object {
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

/** Paths that choose a part where a name is set there: `model.prior.name`, and `model.prior` for short. */
const namesPart = /^(?:model\.(prior|posterior|likelihood|network)|(objective))(?:\.name)?$/;

function withEntry(object: object, [key = '', ...rest]: readonly string[], value: JsonValue): object {
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  return { ...object, [key]: withEntry(typeof inner === 'object' && inner !== null ? inner : {}, rest, value) };
}

/**
 * Entries whose paths are of layout 1, in which the model was flat, as of this one. What names a part chooses it, as the
 * option does: the part before it takes its options along.
 */
export function upgradedEntries(entries: Entries): {
  readonly entries: Entries;
  /** The parts that are named, by their kind. */
  readonly choices: Readonly<Record<string, string>>;
  /** What a person should know. */
  readonly notices: readonly string[];
} {
  const choices: Record<string, string> = {};
  const upgraded: Record<string, JsonValue> = {};
  const notices: string[] = [];
  for (const [path, value] of Object.entries(entries)) {
    const next = typeof value === 'object' && value !== null && !Array.isArray(value) ? path : upgradedPath(path);
    if (next !== path) notices.push(`set: '${path}' is '${next}' now, and taken as that.`);
    const [, part, objective] = namesPart.exec(next) ?? [];
    const kind = part ?? objective;
    if (kind !== undefined && typeof value === 'string') choices[kind] = value;
    else upgraded[next] = value;
  }
  return { entries: upgraded, choices, notices };
}
