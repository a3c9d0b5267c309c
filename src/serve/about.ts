import { DateCodec, dateReader } from '../data/index.ts';
import type { Cell } from '../io/index.ts';
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
    operations: operations.map(({ name: operation, options }) => ({ name: operation, options: options(loaded) })),
  };
}

type ColumnState = NonNullable<LoadedRun['table']>['state']['columns'][number];

function columnInfo(column: ColumnState): ColumnInfo {
  const levels = levelsOf(column);
  return {
    name: column.name,
    kind: column.kind,
    ...(levels.length > 0 && { levels: levels.slice(0, mostLevels) }),
    ...boundsOf(column),
  };
}

/** The values that a column has where they are few: of a constant its one, which may be none. */
export function levelsOf(column: ColumnState): readonly Cell[] {
  if (column.kind === 'constant') return [column.value];
  return 'levels' in column ? column.levels : column.kind === 'boolean' ? column.values : [];
}

/** The least and the largest of the training rows: dates as texts that the column's own reader takes. */
export function boundsOf(column: ColumnState): Pick<ColumnInfo, 'min' | 'max'> {
  if (!('min' in column)) return {};
  if (column.kind !== 'datetime') return { min: column.min, max: column.max };
  const { min, max } = column;
  return Number.isFinite(min) && Number.isFinite(max) ? { min: dateText(column, min), max: dateText(column, max) } : {};
}

/** ISO 8601; in a format that has no date, such as HH:mm, as that format has it. */
function dateText(
  { dateOnly, format, months, weekdays }: Extract<ColumnState, { kind: 'datetime' }>,
  time: number,
): string {
  const iso = new Date(time).toISOString();
  const text = dateOnly ? iso.slice(0, 10) : iso.replace('.000Z', 'Z');
  if (format === undefined) return text;
  const codec = new DateCodec({ pattern: format, ...(months && { months }), ...(weekdays && { weekdays }) });
  return Number.isNaN(dateReader(codec.format, codec)(text)) ? codec.write(time) : text;
}
