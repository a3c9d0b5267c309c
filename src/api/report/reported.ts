import type { PartTable, RunConfig } from '../../config/index.ts';
import { has } from '../../models/index.ts';
import type { Capability } from '../../models/index.ts';

/** What a report knows of a run that has a model, and of one that has none. */
export interface Reported {
  readonly config: RunConfig;
  readonly parts: PartTable;
  /** The run's folder on this machine, when it has one. */
  readonly path?: string | undefined;
}

/** What its posterior can, by its row: no model is needed for that. */
export function posteriorCan({ config, parts }: Pick<Reported, 'config' | 'parts'>, capability: Capability): boolean {
  const row = parts.posterior.find(({ name }) => name === config.model.posterior.name);
  return row !== undefined && has(row, capability);
}
