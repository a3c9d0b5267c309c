import type { TrainOptions } from '../api/index.ts';
import type { JsonValue } from '../io/index.ts';
import type { SweepSettings } from './sweep-json.ts';
import type { Job } from './strategies/strategy.ts';

/** The options of all trials under those of this one; entries of config.json by their paths go to `set`. */
export function optionsOf(
  { options = {} }: SweepSettings,
  { parameters, epochs }: Pick<Job, 'parameters' | 'epochs'> & Partial<Job>,
): TrainOptions {
  const named = Object.entries(parameters);
  const entries = named.filter(([name]) => name.includes('.'));
  const set: Record<string, JsonValue> = { ...options.set, ...Object.fromEntries(entries) };
  return {
    ...options,
    ...(Object.fromEntries(named.filter(([name]) => !name.includes('.'))) as TrainOptions),
    ...(Object.keys(set).length > 0 && { set }),
    ...(epochs !== undefined && { epochs }),
  };
}
