import { flatten } from './flatten.ts';
import type { ConfigRow } from './flatten.ts';

/** A value of the configuration, of each run. */
export interface DiffRow {
  readonly path: string;
  /** In the order of the runs; undefined where a run's configuration has no such value. */
  readonly values: readonly unknown[];
  readonly isSame: boolean;
}

/** Every value of any of the configurations, in the order in which they come. */
export function diffConfigs(configs: readonly unknown[]): readonly DiffRow[] {
  const flat = configs.map((config) => new Map(flatten(config).map((row): [string, ConfigRow] => [row.path, row])));
  const paths = [...new Set(flat.flatMap((rows) => [...rows.keys()]))];
  return paths.map((path) => {
    const values = flat.map((rows) => rows.get(path)?.value);
    const texts = values.map((value) => JSON.stringify(value));
    return { path, values, isSame: texts.every((text) => text === texts[0]) };
  });
}
