import { NdArray, fixed } from '../core/index.ts';
import type { Library } from './command-row.ts';
import { formatTable } from './format.ts';
import type { Cell, Dataset, Run, TestData, WriteTableOptions } from './library/index.ts';

/** The scores of examples, and what goes with them into files and reports. */
export interface Scored {
  readonly run: Run;
  readonly dataset: Dataset;
  readonly splits: TestData['splits'];
  readonly scores: NdArray<'float64'>;
  /** [examples, …parts] */
  readonly contributions: NdArray<'float32'> | undefined;
  readonly limit: number | undefined;
  /** The condition of the examples, where their data do not say. */
  readonly given: string | undefined;
  readonly above: number | undefined;
}

/** Whether a file of this name gets a picture of the strangest examples. */
export function isPicture({ arrayFormat, isTablePath }: Library, file: string): boolean {
  return !isTablePath(file) && arrayFormat(file) === '.png';
}

/** Writes scores as the file's ending says: a table with a row an example, an array, or a picture of the strangest. */
export async function writeScores(
  library: Library,
  file: string,
  scored: Scored,
  { formulas }: { readonly formulas?: WriteTableOptions['formulas'] },
): Promise<void> {
  const { isTablePath, tableOf, writeArray, writeTable } = library;
  if (isPicture(library, file)) return writeStrangest(library, file, scored);
  if (!isTablePath(file)) return writeArray(file, scored.scores);
  const { run, dataset, splits, scores, contributions, above } = scored;
  const { names } = dataset;
  const columns: Record<string, readonly Cell[]> = {
    row: Array.from(scores.data, (_, row) => row),
    ...(names && { [names.kind]: Array.from(scores.data, (_, row) => names.at(row)) }),
    ...idColumns(dataset),
    ...(splits && { split: splits }),
    score: Array.from(scores.data),
  };
  if (above !== undefined) columns.anomaly = Array.from(scores.data, (value) => value > above);
  if (contributions) {
    const parts = contributions.size / scores.size;
    const names = run.columns ?? Array.from({ length: parts }, (_, part) => String(part));
    names.forEach((name, part) => {
      // Float32 has seven digits; the others are noise to read.
      const value = (row: number): number => Number(contributions.data[row * parts + part]?.toPrecision(7));
      columns[`from ${name}`] = Array.from(scores.data, (_, row) => value(row));
    });
  }
  await writeTable(file, tableOf(columns), { ...(formulas && { formulas }) });
}

/** Columns of the scores' file that ids must not take the place of. */
const ownColumns = new Set(['row', 'index', 'file', 'split', 'score', 'anomaly']);

/** The table's own columns that tell rows apart, by their names. */
function idColumns({ rows, size }: Dataset): Record<string, readonly Cell[]> {
  const columns = (rows?.ids ?? []).map((id): [string, readonly Cell[]] => {
    const name = ownColumns.has(id) || id.trim() === '' ? `id ${id}`.trim() : id;
    return [name, Array.from({ length: size }, (_, row) => rows?.id(row, id) ?? null)];
  });
  return Object.fromEntries(columns);
}

/** What tells a row of a table apart, by its columns' names. */
export function idsOf({ rows }: Dataset, row: number): Record<string, Cell> {
  return Object.fromEntries((rows?.ids ?? []).map((id) => [id, rows?.id(row, id) ?? null]));
}

/** The rows of the highest scores. */
export function mostAnomalous({ scores }: Scored, count: number): number[] {
  const order = Array.from(scores.data, (_, row) => row).sort((a, b) => (scores.data[b] ?? 0) - (scores.data[a] ?? 0));
  return order.slice(0, count);
}

/** The files of the highest scores. */
export function strangestFiles(scored: Scored): string[] {
  const { dataset, scores } = scored;
  const lines = mostAnomalous(scored, 5).map((row) => [
    `  ${String(dataset.names?.at(row))}`,
    formatNats(scores.data[row] ?? NaN),
  ]);
  return formatTable([['The strangest', 'score'], ...lines], { right: [1] });
}

/** The strangest rows of a table (of those above the threshold), with the columns that contribute most. */
export function strangestRows(scored: Scored, columns: readonly string[]): string[] {
  const { dataset, scores, contributions, above = -Infinity } = scored;
  if (!contributions) return [];
  const lines = mostAnomalous(scored, 5)
    .filter((row) => (scores.data[row] ?? NaN) > above)
    .map((row) => {
      const parts = columns.map((name, part) => ({
        name,
        nats: contributions.data[row * columns.length + part] ?? NaN,
      }));
      const [first, ...others] = parts.sort((a, b) => b.nats - a.nats);
      const shown = [first, ...others.slice(0, 2).filter(({ nats }) => nats > 1 && nats > (first?.nats ?? 0) / 10)];
      const texts = shown.flatMap((part) => (part ? [`${part.name} ${formatNats(part.nats)}`] : []));
      return [`  row ${dataset.names?.at(row) ?? row}`, formatNats(scores.data[row] ?? NaN), texts.join(', ')];
    });
  return lines.length === 0
    ? []
    : formatTable([['The strangest', 'score', 'most of it from, in nats'], ...lines], { right: [1] });
}

function formatNats(value: number): string {
  return Math.abs(value) < 1e6 ? fixed(value) : value.toExponential(2);
}

/** The most anomalous examples, each with its reconstruction and its heat map. */
async function writeStrangest({ anomalyPicture, writePicture }: Library, file: string, scored: Scored): Promise<void> {
  const { run, dataset, scores, limit = 16, given: asked } = scored;
  const shown = Uint32Array.from(mostAnomalous(scored, limit));
  const x = NdArray.zeros([shown.length, ...run.exampleShape], 'float32');
  dataset.gather(shown, x.data);
  const texts = Array.from(shown, (row) => {
    const name = dataset.names?.kind === 'file' ? dataset.names.at(row) : row;
    return `${name}: ${(scores.data[row] ?? NaN).toFixed(1)} nats`;
  });
  const { labels, classNames } = dataset;
  const own =
    run.conditions && labels && run.columns === undefined
      ? { label: Array.from(shown, (row) => classNames?.[labels[row] ?? 0] ?? String(labels[row])) }
      : undefined;
  await writePicture(file, await anomalyPicture(run, x, { texts, given: asked ?? own }));
}
