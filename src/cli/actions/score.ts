import {
  NdArray,
  anomalyPicture,
  arrayFormat,
  auroc,
  averagePrecision,
  isImageShape,
  isTablePath,
  tableOf,
  writeArray,
  writePicture,
  writeTable,
} from '../library/index.ts';
import type {
  AnomalyMethod,
  AnomalyThreshold,
  Cell,
  Dataset,
  Run,
  SplitChoice,
  TestData,
  WriteTableOptions,
} from '../library/index.ts';
import { chosenSplit } from '../chosen-split.ts';
import { UsageError } from '../errors.ts';
import { formatCount, formatTable } from '../format.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';
import { Throttle } from '../throttle.ts';

export interface ScoreFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly method?: AnomalyMethod;
  readonly draws?: number;
  readonly seed?: number;
  readonly limit?: number;
  readonly explain?: boolean;
  readonly contamination?: number;
  readonly anomalies?: string;
  readonly formulas?: WriteTableOptions['formulas'];
}

export async function score({ output, signal }: ActionContext, path: string, flags: ScoreFlags): Promise<undefined> {
  const { output: file, contamination } = flags;
  if (!isTablePath(file)) checkArrayFile(file, flags);
  const run = await openRun(path, flags, output);
  if (isPicture(file) && !isImageShape(run.exampleShape)) {
    throw new UsageError(`${file}: only images have pictures; scores of this run go to a .csv, for example.`);
  }
  const chosen = await run.testData(flags.data, { split: flags.split });
  const { dataset, splits } = chosen;
  output.note(...chosenSplit(chosen, flags.split));
  const anomalous = flags.anomalies === undefined ? undefined : anomalyLabels(dataset, flags.anomalies);
  const throttle = new Throttle();
  const method = flags.method && { method: flags.method };
  const kept = contamination === undefined ? await run.threshold(method) : undefined;
  const { draws = kept?.draws, seed = kept?.seed } = flags;
  const options = {
    ...method,
    ...(draws !== undefined && { draws }),
    ...(seed !== undefined && { seed }),
    signal,
    onProgress: (done: number) => {
      if (throttle.isDue()) output.status(`scored ${formatCount(done)} examples`);
    },
  };
  const threshold =
    contamination === undefined ? kept : await run.fitThreshold(undefined, { ...options, contamination });
  const scores = await run.score(dataset, options);
  const contributions = flags.explain ? await run.explain(dataset) : undefined;
  const scored: Scored = { run, dataset, splits, scores, contributions, limit: flags.limit, above: threshold?.value };
  await writeScores(file, scored, flags);
  const found = threshold && scores.data.filter((value) => value > threshold.value).length;
  const ranking = anomalous && {
    auroc: auroc(scores.data, anomalous),
    auprc: averagePrecision(scores.data, anomalous),
  };
  if (output.json) {
    output.record({
      file,
      examples: scores.size,
      split: chosen.split,
      ...(threshold && { threshold, anomalies: found }),
      ...ranking,
      mostAnomalous: mostAnomalous(scored, 5).map((row) => ({
        row,
        ...(dataset.names && { [dataset.names.kind]: dataset.names.at(row) }),
        ...(dataset.rows && dataset.rows.ids.length > 0 && { ids: idsOf(dataset, row) }),
        score: scores.data[row],
      })),
    });
  }
  output.say(`${file}: scores of ${formatCount(scores.size)} examples of ${dataset.name}, higher is more anomalous`);
  if (threshold) output.say(verdictText(found ?? 0, threshold));
  if (run.columns) output.say(...strangestRows(scored, run.columns));
  if (dataset.names?.kind === 'file' && dataset.size > 1) output.say(...strangestFiles(scored));
  if (ranking) output.say(`AUROC ${ranking.auroc.toFixed(3)}, AUPRC ${ranking.auprc.toFixed(3)}`);
  return undefined;
}

function checkArrayFile(file: string, { explain }: ScoreFlags): void {
  arrayFormat(file);
  if (explain && !isPicture(file)) {
    throw new UsageError(`--explain: ${file} holds scores alone; contributions go to a .csv, .tsv or .parquet.`);
  }
}

function isPicture(file: string): boolean {
  return !isTablePath(file) && arrayFormat(file) === '.png';
}

/** Which examples are of the listed classes, by the classes' names or numbers. */
function anomalyLabels(dataset: Dataset, list: string): boolean[] {
  const { labels, classNames, name } = dataset;
  if (!labels) {
    throw new UsageError(
      `--anomalies: ${name} has no labels. A table needs a column such as 'label', there in training too, with a value in every row.`,
    );
  }
  const there = new Set<number>(labels);
  const classes = list.split(',').map((text) => {
    const named = classNames?.indexOf(text.trim()) ?? -1;
    const label = named >= 0 ? named : Number(text);
    if (there.has(label)) return label;
    const names = [...there].sort((a, b) => a - b).map((each) => classNames?.[each] ?? String(each));
    throw new UsageError(`--anomalies: ${name} has no class '${text.trim()}', only ${names.join(', ')}.`);
  });
  return Array.from(labels, (label) => classes.includes(label));
}

function verdictText(found: number, { value, quantile, examples, source }: AnomalyThreshold): string {
  const share = `${(100 * (1 - quantile)).toFixed(2)} %`;
  return `${formatCount(found)} lie above the run's threshold of ${value.toFixed(2)} nats, which ${share} of ${formatCount(examples)} examples of ${source} exceed (kept in thresholds.json)`;
}

interface Scored {
  readonly run: Run;
  readonly dataset: Dataset;
  readonly splits: TestData['splits'];
  readonly scores: NdArray<'float64'>;
  /** [examples, …parts] */
  readonly contributions: NdArray<'float32'> | undefined;
  readonly limit: number | undefined;
  readonly above: number | undefined;
}

async function writeScores(file: string, scored: Scored, { formulas }: ScoreFlags): Promise<void> {
  if (isPicture(file)) return writeStrangest(file, scored);
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

function idsOf({ rows }: Dataset, row: number): Record<string, Cell> {
  return Object.fromEntries((rows?.ids ?? []).map((id) => [id, rows?.id(row, id) ?? null]));
}

/** The rows of the highest scores. */
function mostAnomalous({ scores }: Scored, count: number): number[] {
  const order = Array.from(scores.data, (_, row) => row).sort((a, b) => (scores.data[b] ?? 0) - (scores.data[a] ?? 0));
  return order.slice(0, count);
}

/** The files of the highest scores. */
function strangestFiles(scored: Scored): string[] {
  const { dataset, scores } = scored;
  const lines = mostAnomalous(scored, 5).map((row) => [
    `  ${String(dataset.names?.at(row))}`,
    formatNats(scores.data[row] ?? NaN),
  ]);
  return formatTable([['The strangest', 'nats'], ...lines], { right: [1] });
}

/** The strangest rows of a table (of those above the threshold), with the columns that contribute most. */
function strangestRows(scored: Scored, columns: readonly string[]): string[] {
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
    : formatTable([['The strangest', 'nats', 'most of it from'], ...lines], { right: [1] });
}

function formatNats(value: number): string {
  return Math.abs(value) < 1e6 ? value.toFixed(2) : value.toExponential(2);
}

/** The most anomalous examples, each with its reconstruction and its heat map. */
async function writeStrangest(file: string, scored: Scored): Promise<void> {
  const { run, dataset, scores, limit = 16 } = scored;
  const shown = Uint32Array.from(mostAnomalous(scored, limit));
  const x = NdArray.zeros([shown.length, ...run.exampleShape], 'float32');
  dataset.gather(shown, x.data);
  const texts = Array.from(shown, (row) => {
    const name = dataset.names?.kind === 'file' ? dataset.names.at(row) : row;
    return `${name}: ${(scores.data[row] ?? NaN).toFixed(1)} nats`;
  });
  await writePicture(file, await anomalyPicture(run, x, { texts }));
}
