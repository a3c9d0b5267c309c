import type { ColumnInfo, RunAbout } from './about-types.ts';
import { operations } from './operations/index.ts';
import type { LoadedRun } from './served-runs.ts';

/** Levels of a column that are listed. */
const mostLevels = 100;

/** What a run takes and gives, for who asks it. */
export function describeRun(loaded: LoadedRun): RunAbout {
  const { name, run, generation, loadedAt, table } = loaded;
  const { config } = run;
  const { model } = config;
  return {
    name,
    generation,
    loadedAt: loadedAt.toISOString(),
    trainedOn: config.data.source,
    takes: table ? 'rows' : 'arrays',
    exampleShape: run.exampleShape,
    latent: model.latent,
    prior: model.prior.name,
    posterior: model.posterior.name,
    likelihood: model.likelihood.name,
    measure: run.measure,
    engine: run.engineName,
    ...(table && { columns: table.state.columns.map(columnInfo) }),
    ...(run.conditions && { condition: run.conditions.names }),
    operations: operations
      // What a model with a condition cannot do.
      .filter(({ name: operation }) => operation !== 'impute' || !run.conditions)
      .map(({ name: operation, options }) => ({ name: operation, options: options(loaded) })),
  };
}

type ColumnState = NonNullable<LoadedRun['table']>['state']['columns'][number];

function columnInfo(column: ColumnState): ColumnInfo {
  const levels = 'levels' in column ? column.levels : column.kind === 'boolean' ? column.values : undefined;
  return {
    name: column.name,
    kind: column.kind,
    ...(levels && { levels: levels.slice(0, mostLevels) }),
    ...('min' in column && { min: column.min, max: column.max }),
  };
}
